"""A template's text as it can stand on the screen: blanks dropped, variables standing for anything."""

from __future__ import annotations

import re
from dataclasses import dataclass

from autoinstall.catalogue.question import Question, Texts

_VARIABLE = re.compile(r"\$\{[^}]*\}")
_HEADED = ("note", "error")


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

    def fits(self, shown: str) -> bool:
        """The shown text (squeezed) is this one, with anything for the variables."""
        return self._walk(shown, cut=False)

    def begins(self, shown: str) -> bool:
        """The shown text (squeezed) is the beginning of this one, cut off somewhere."""
        return self._walk(shown, cut=True)

    def _walk(self, shown: str, *, cut: bool) -> bool:
        first, *rest = self.pieces
        if not shown.startswith(first):
            return cut and first.startswith(shown)
        if not rest:
            return not cut and shown == first
        at = len(first)
        for piece in rest[:-1]:
            found = shown.find(piece, at)
            if found < 0:
                return cut
            at = found + len(piece)
        last = rest[-1]
        if cut:
            return True
        return len(shown) - at >= len(last) and shown.endswith(last)


def template_text(question: Question, texts: Texts) -> TemplateText:
    """The window's whole text: a note's heading stands above its long text, a question's prompt below it."""
    extended = _without_dots(texts.extended)
    parts = (texts.description, extended) if question.type in _HEADED else (extended, texts.description)
    return _pieces("\n".join(parts))


def long_text(question: Question, language: str) -> TemplateText:
    """The question's long text alone."""
    return _pieces(_without_dots(question.texts[language].extended))


def _without_dots(extended: str) -> str:
    """Paragraphs are divided by a line of one dot (debconf-devel(7))."""
    return re.sub(r"^ ?\.$", "", extended, flags=re.MULTILINE)


def _pieces(text: str) -> TemplateText:
    return TemplateText(tuple(squeezed(piece) for piece in _VARIABLE.split(text)))
