"""A question that an installer can ask, as its debconf template tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ASKED_TYPES = ("select", "multiselect", "string", "password", "boolean", "note", "error")
"""The types of questions that stand on a screen and wait; the others are titles, texts and bars."""


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of a question in one language; `${NAME}` stands for what the installer puts in.

    `description` is the short text (the line above the widget, or a note's heading), `extended`
    the long one (a line with only `.` divides paragraphs, a line that begins with a blank is verbatim),
    `choices` the labels in the order of the question's `values`.
    """

    description: str
    extended: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A debconf template (debconf-devel(7)): its name, type, choices' values, default, and texts by language.

    `type` is one of select, multiselect, string, password, boolean, note, error, text, title, progress,
    or a word that a frontend's plugin knows (`terminal`, `detect-keyboard`).
    `texts` has the key `en` always; other keys are languages as the template writes them (`de`, `pt_BR`).
    """

    name: str
    type: str
    values: tuple[str, ...] = ()
    default: str | None = None
    texts: Mapping[str, Texts] = field(default_factory=dict)

    @property
    def english(self) -> Texts:
        return self.texts["en"]
