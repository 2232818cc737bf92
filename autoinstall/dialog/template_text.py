"""A template's text as it can stand on the screen: blanks dropped, variables standing for anything."""

from __future__ import annotations

import re
from dataclasses import dataclass

from autoinstall.catalogue.question import Question, Texts

_VARIABLE = re.compile(r"\$\{[^}]*\}")
_HEADED = ("note", "error")

LEAST_CERTAIN = 12
"""Characters of its own that must have been read of a text that is cut off in a variable."""


def folded(text: str) -> str:
    """The text on one line, each run of blanks a single one."""
    return " ".join(text.split())


def squeezed(text: str) -> str:
    """The text without any blanks: newt breaks lines where it likes (Japanese ones inside words)."""
    return "".join(text.split())


@dataclass(frozen=True, slots=True)
class TemplateText:
    """The literal pieces of a text between its variables; a single piece where it has none."""

    pieces: tuple[str, ...]

    @property
    def literal(self) -> int:
        """How many characters are certain: what tells a narrow template from a wide one."""
        return sum(map(len, self.pieces))

    @property
    def whole(self) -> str | None:
        """The text itself where there is no variable in it."""
        return self.pieces[0] if len(self.pieces) == 1 else None

    def begins(self, shown: str) -> bool:
        """The shown text (squeezed) is the beginning of this one, cut off somewhere.

        Where it is cut off in a variable, enough of the text's own must have been read before: a text that begins
        with a variable is no beginning of whatever is on the screen.
        """
        first, *rest = self.pieces
        if not shown.startswith(first):
            return first.startswith(shown)
        if not rest:
            return False
        at, certain = len(first), len(first)
        for piece in rest:
            found = shown.find(piece, at)
            if found < 0 or not piece:
                certain += _overlap(shown[at:], piece)
                break
            at, certain = found + len(piece), certain + len(piece)
        return certain >= min(LEAST_CERTAIN, self.literal)

    def fits(self, shown: str) -> bool:
        """The shown text (squeezed) is this one, with anything for the variables."""
        first, *rest = self.pieces
        if not rest:
            return shown == first
        if not shown.startswith(first):
            return False
        at = len(first)
        for piece in rest[:-1]:
            found = shown.find(piece, at)
            if found < 0:
                return False
            at = found + len(piece)
        last = rest[-1]
        return len(shown) - at >= len(last) and shown.endswith(last)


def _overlap(shown: str, piece: str) -> int:
    """How many characters at the end of what is shown the piece begins with."""
    sizes = range(min(len(shown), len(piece)), 0, -1)
    return next((size for size in sizes if shown.endswith(piece[:size])), 0)


def template_text(question: Question, texts: Texts) -> TemplateText:
    """The window's whole text: a note's heading stands above its long text, a question's prompt below it."""
    extended = _without_dots(texts.extended)
    parts = (texts.description, extended) if question.type in _HEADED else (extended, texts.description)
    return _pieces("\n".join(parts))


def label_text(label: str) -> TemplateText:
    """A choice's label."""
    return _pieces(label)


def long_text(question: Question, language: str) -> TemplateText:
    """The question's long text alone."""
    return _pieces(_without_dots(question.texts[language].extended))


def _without_dots(extended: str) -> str:
    """Paragraphs are divided by a line of one dot (debconf-devel(7))."""
    return re.sub(r"^ ?\.$", "", extended, flags=re.MULTILINE)


def _pieces(text: str) -> TemplateText:
    return TemplateText(tuple(squeezed(piece) for piece in _VARIABLE.split(text)))
