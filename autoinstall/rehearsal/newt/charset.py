"""How texts are measured, cut, wrapped and lined up in the two locales, C.UTF-8 and C.

In C a character is a byte, and every measuring stops at the first byte that is not ASCII: real installers show
the cut rows that come of it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

ELLIPSIS = "..."
_BETWEEN_COLUMNS = "  "
_FIRST_SHOWN_BYTE = 0xA0
"""Bytes between ASCII and this one are shown in hexadecimal."""


class Charset:
    """The locale's view of texts: `encoding` is that of the terminal."""

    def __init__(self, utf8: bool) -> None:
        self.utf8 = utf8
        self.encoding = "utf-8" if utf8 else "latin-1"

    def text(self, text: str) -> str:
        """The text with one character for what the locale takes as one."""
        return text if self.utf8 else text.encode("utf-8").decode("latin-1")

    def plain(self, text: str) -> str:
        """The opposite of `text`."""
        return text if self.utf8 else text.encode("latin-1").decode("utf-8", "replace")

    def columns(self, character: str) -> int:
        """Columns that one character takes: 0 for a combining mark, 2 for a wide one."""
        if character < "\x7f":
            return 1
        if unicodedata.combining(character):
            return 0
        return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1

    def measurable(self, character: str) -> bool:
        """Whether the locale knows the character."""
        return self.utf8 or character < "\x80"

    def width(self, text: str) -> int:
        """Columns of one line, up to the first character that cannot be measured."""
        total = 0
        for character in text:
            if not self.measurable(character):
                break
            total += self.columns(character)
        return total

    def widest(self, lines: Iterable[str]) -> int:
        """Columns of the widest of several lines."""
        return max(map(self.width, lines), default=0)

    def shown(self, text: str) -> Sequence[str]:
        """The cells of a text: characters with their marks, an empty one for a wide one's right half."""
        cells: list[str] = []
        for character in text:
            if not self.utf8 and "\x80" <= character < chr(_FIRST_SHOWN_BYTE):
                cells += f"<{ord(character):02X}>"
            elif (columns := self.columns(character)) == 0:
                if cells:
                    cells[-1] += character
            else:
                cells += [character, ""][:columns]
        return cells

    def cut(self, text: str, columns: int) -> str:
        """As much of the text as fits."""
        used = 0
        for index, character in enumerate(text):
            used += self.columns(character)
            if used > columns or not self.measurable(character):
                return text[:index]
        return text

    def shorten(self, text: str, columns: int) -> str:
        """The text, with an ellipsis in place of its end where it does not fit."""
        if self.width(text) <= columns:
            return text
        return self.cut(text, columns - 5) + ELLIPSIS

    def wrap(self, text: str, columns: int) -> list[str]:
        """Break lines as libtextwrap does: after blanks, which stay at the end of a line that has room.

        A character unknown to the locale ends the text there, with the mark that the library leaves.
        """
        wrapped: list[str] = []
        for line in text.split("\n"):
            pieces, broken = self._wrap_line(line, columns)
            wrapped += pieces
            if broken:
                break
        return wrapped[:-1] if wrapped and not wrapped[-1] else wrapped

    def _wrap_line(self, line: str, columns: int) -> tuple[list[str], bool]:
        lines: list[str] = []
        current, word = "", ""
        for character in line:
            if not self.measurable(character):
                return [*lines, current + " <ERR>"], True
            if self.width(current + word + character) <= columns:
                word += character
                if character == " ":
                    current, word = current + word, ""
            elif character == " ":
                lines.append(current + word)
                current, word = "", ""
            elif self.width(word + character) <= columns:
                lines.append(current)
                current, word = "", word + character
            else:
                lines.append(current + word)
                current, word = "", character
        return [*lines, current + word], False

    def align(self, labels: Sequence[str]) -> list[str]:
        """Line up the tab-separated columns of labels."""
        rows = [label.split("\t") for label in labels]
        count = max(map(len, rows), default=0)
        widths = [self.widest(row[i] for row in rows if len(row) > i + 1) for i in range(count)]
        return [
            _BETWEEN_COLUMNS.join(
                cell + " " * (widths[i] - self.width(cell)) if i < len(row) - 1 else cell
                for i, cell in enumerate(row)
            )
            for row in rows
        ]


def unfold(template: str) -> str:
    """The paragraphs of a long description as debconf's loader makes them of template lines.

    Lines are joined, but for those that begin with a blank and the one after them; a line with only a full
    stop, or nothing, divides paragraphs.
    """
    text = ""
    verbatim = False
    for index, line in enumerate(template.split("\n")):
        if line in (".", ""):
            text = text + "\n\n" if not text.endswith("\n\n") else text + "\n"
            verbatim = False
        elif index == 0 or text.endswith("\n\n"):
            text += line
        elif line.startswith(" "):
            text += "\n" + line
            verbatim = True
        else:
            text += ("\n" if verbatim else " ") + line
            verbatim = False
    return text.rstrip("\n")
