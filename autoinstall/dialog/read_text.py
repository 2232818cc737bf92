"""Reads the question that cdebconf's text frontend asks at the foot of the screen (text.c, 0.160 to 0.270).

It prints as on paper: a title when it is another one, the texts, numbered choices in columns, a prompt; then
readline waits on the line below. Lists are longer than a screen, so the lines above it are read as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from autoinstall.dialog.model import Dialog, Focus, Kind, Line, Part
from autoinstall.dialog.template_text import folded, squeezed
from autoinstall.dialog.text_foot import KERNEL_LINE, PROMPT, Foot, is_full, progress_in, tells_progress
from autoinstall.dialog.vocabulary import Vocabulary
from autoinstall.terminal.snapshot import Row

_NUMBERED = re.compile(r"^ *\d+: ")
_DEFAULT_MARK = " [*]"

_SENTENCE_ENDS = (".", ":", "?", "!", "。")

LEAST_WIDTH_OF_A_BROKEN_LINE = 78
SHORTEST_TITLE = 2


def waits_for_a_line(rows: Sequence[Row], vocabulary: Vocabulary) -> bool:
    """Whether these last rows, the cursor's at the end, may be the foot of a question: soon told."""
    return Foot.find(rows, vocabulary) is not None or progress_in(rows) is not None


def read_text(rows: Sequence[Row], first: int, column: int, vocabulary: Vocabulary) -> Dialog | None:
    """The question that waits on the last of these rows, the cursor in that column; None where none does.

    `first` is the number of the first row, counted from the console's beginning.
    """
    foot = Foot.find(rows, vocabulary)
    if foot is None:
        return progress_in(rows)
    typed = "".join(row.text for row in rows[foot.typed : -1]) + rows[-1].between(0, column)
    line = Line(typed, first + foot.prompt, first + foot.typed, foot.broken)
    sheet = _Sheet.above(rows[: foot.prompt], foot.own, vocabulary)
    dialog = sheet.dialog(foot)
    return replace(dialog, line=line, width=len(rows[-1].cells)) if dialog else None


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What was printed for one question: its title, the rows of its texts, and its choices."""

    title: str
    rows: tuple[str, ...]
    vocabulary: Vocabulary

    @classmethod
    def above(cls, rows: Sequence[Row], own: int, vocabulary: Vocabulary) -> _Sheet:
        """All below the question, the progress or the title before it; the title is the last one printed.

        The last `own` rows are certainly this question's.
        """
        begin = _end_of_the_one_before(rows[: len(rows) - own], vocabulary)
        texts = _without_kernel_lines(rows[begin:])
        title = _last_title(texts)
        if title is not None:
            return cls(texts[title].strip(), tuple(texts[title + 2 :]), vocabulary)
        before = _without_kernel_lines(rows[:begin])
        title = _last_title(before)
        return cls("" if title is None else before[title].strip(), tuple(texts), vocabulary)

    def dialog(self, foot: Foot) -> Dialog | None:
        prompt = foot.text
        if prompt is None:
            return self._dialog(Kind.PASSWORD, self.rows)
        if prompt in self.vocabulary.press_enter:
            return self._note(prompt)
        marked = PROMPT.match(prompt)
        default = (marked["default"] or "") if marked else ""
        cut = next((i for i in range(len(self.rows) - 1, -1, -1) if not _numbered(self.rows, i)), -1) + 1
        if cut == len(self.rows):
            string = self._dialog(Kind.STRING, self.rows)
            return replace(string, value=default, focus=Focus(Part.LINE))
        return self._list(self.rows[:cut], _joined(self.rows[cut:]))

    def _list(self, above: tuple[str, ...], numbered: list[str]) -> Dialog | None:
        cells = _cells(numbered)
        if cells is None:
            return None
        marked = [cell.removesuffix(",").endswith(_DEFAULT_MARK) for cell in cells]
        labels = [folded(cell.removesuffix(",").removesuffix(_DEFAULT_MARK)) for cell in cells]
        ticked = tuple(label for label, on in zip(labels, marked, strict=True) if on)
        focus = Focus(Part.LINE, ticked[0] if ticked else None)
        if len(cells) == 2 and not any(cell.endswith(",") for cell in cells):
            return replace(self._dialog(Kind.BOOLEAN, above), buttons=tuple(labels), focus=focus)
        kind = Kind.MULTISELECT if len(ticked) > 1 else Kind.SELECT
        return replace(self._dialog(kind, above), choices=tuple(labels), ticked=ticked, focus=focus)

    def _note(self, prompt: str) -> Dialog:
        """An error says so before its heading, which is the first of what belongs to it."""
        marks = sorted(self.vocabulary.error_marks, key=len)
        marked = [
            (row, index, mark)
            for index, row in enumerate(self.rows)
            for mark in marks
            if row.startswith(mark)
        ]
        rows = self.rows
        if marked:
            heading, index, mark = marked[-1]
            rows = (heading.removeprefix(mark), *rows[index + 1 :])
        note = self._dialog(Kind.ERROR if marked else Kind.NOTE, rows)
        button = prompt.strip("[] ")
        first = folded(re.split(r"\n\s*\n", note.text)[0]) or None
        return replace(note, prompt=first, buttons=(button,), focus=Focus(Part.LINE, button))

    def _dialog(self, kind: Kind, rows: Sequence[str]) -> Dialog:
        text = "\n".join(rows).strip("\n")
        return Dialog(kind, self.title, None, text, _short_text(text), focus=Focus(Part.LINE))


def _without_kernel_lines(rows: Sequence[Row]) -> list[str]:
    """The rows' texts. The kernel begins with a line break, which leaves an empty row, and fills rows to their end."""
    kept: list[str] = []
    goes_on = after_an_empty_one = False
    for row in rows:
        text = row.text.rstrip()
        begins = KERNEL_LINE.match(text)
        if begins and after_an_empty_one:
            kept.pop()
        after_an_empty_one = not begins and not goes_on and not text
        if not begins and not goes_on:
            kept.append(text)
        goes_on = bool(begins or goes_on) and is_full(row)
    return kept


def _short_text(text: str) -> str | None:
    """The last lines, as far up as they were broken for want of room: nothing else parts them from the long text."""
    lines = text.split("\n")
    begin = len(lines) - 1
    while begin > 0 and (above := lines[begin - 1]) and not above.endswith(_SENTENCE_ENDS):
        if len(above) + 1 + len(lines[begin].split(" ")[0]) < LEAST_WIDTH_OF_A_BROKEN_LINE:
            break
        begin -= 1
    return folded(" ".join(lines[begin:])) or None


def _last_title(texts: Sequence[str]) -> int | None:
    """The last row that is underlined."""
    for index in range(len(texts) - 2, -1, -1):
        if len(texts[index + 1]) >= SHORTEST_TITLE and not texts[index + 1].strip("-") and texts[index]:
            return index
    return None


def _end_of_the_one_before(rows: Sequence[Row], vocabulary: Vocabulary) -> int:
    """Below the line that answered the question before, or below its password's prompt, or the last progress."""
    for index in range(len(rows) - 1, -1, -1):
        text = rows[index].text.rstrip()
        if PROMPT.match(text) or text in vocabulary.press_enter:
            overwritten = index + 1 < len(rows) and KERNEL_LINE.match(rows[index + 1].text)
            return index + (1 if overwritten else 2)
        if tells_progress(text) or squeezed(text) in vocabulary.passwords:
            return index + 1
    return 0


def _numbered(rows: Sequence[str], index: int) -> bool:
    """A row of choices, or what did not fit into the row before it."""
    return bool(_NUMBERED.match(rows[index])) or (index > 0 and bool(_NUMBERED.match(rows[index - 1])))


def _joined(rows: Sequence[str]) -> list[str]:
    joined: list[str] = []
    for row in rows:
        if _NUMBERED.match(row):
            joined.append(row)
        else:
            joined[-1] += row
    return joined


def _cells(rows: Sequence[str]) -> list[str] | None:
    """The choices in the order of their numbers, which run down the columns; None where that is not certain."""
    columns: list[list[str]] = []
    for index, row in enumerate(rows):
        rest, number, column = row, index + 1, 0
        while rest:
            begin = re.match(rf" *{number}: ", rest)
            if begin is None:
                return None
            following = list(re.finditer(rf" {number + len(rows)}: ", rest))
            if len(following) > 1:
                return None
            end = following[0].start() + 1 if following else len(rest)
            if column == len(columns):
                columns.append([])
            columns[column].append(rest[begin.end() : end].rstrip())
            rest, number, column = rest[end:], number + len(rows), column + 1
    return [cell for column in columns for cell in column]
