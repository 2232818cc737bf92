"""What the installer asks of its newt frontend, and what a person answered: data only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum


class FormType(StrEnum):
    """The kinds of question that the frontend can show, by debconf's own names."""

    SELECT = "select"
    MULTISELECT = "multiselect"
    STRING = "string"
    PASSWORD = "password"
    BOOLEAN = "boolean"
    NOTE = "note"
    ERROR = "error"


class Style(Enum):
    """The terminal that is drawn for: what TERM and LANG select in the real frontend."""

    LINUX_UTF8 = "linux-utf8"
    """TERM=linux, LANG=C.UTF-8: colours, box characters in UTF-8."""
    LINUX_C = "linux-c"
    """TERM=linux, LANG=C: colours, box characters from the alternate character set."""
    VT102_C = "vt102-c"
    """TERM=vt102, LANG=C: no colours, box characters from the alternate character set."""


@dataclass(frozen=True)
class Form:
    """One question, ready to be drawn: every `${...}` is already put in.

    `title` carries its priority ("[!!] Select a language"). `description` is the template's short description
    (the question line; the heading of a note or error), `extended` its long one as template lines: lines are
    joined and wrapped anew, those that begin with a blank stand as they are, a line with only a full stop, or
    nothing, divides paragraphs. `choices` are the labels in the order shown. `default` is a label (select), the
    labels ticked (multiselect), "true" or "false" (boolean), the text in the entry (string); None for nothing.
    `backup` adds the Go Back button, `align` lines up the columns of labels that have tabs in them.
    """

    type: FormType
    title: str
    description: str
    extended: str = ""
    choices: tuple[str, ...] = ()
    default: str | tuple[str, ...] | None = None
    backup: bool = False
    align: bool = False


@dataclass(frozen=True)
class Outcome:
    """How a form was left: by Go Back (`value` is None), or with a value.

    The value is the label chosen (select), the labels ticked in the order shown (multiselect), the text
    (string, password), "true" or "false" (boolean), None (note, error).
    """

    back: bool
    value: str | tuple[str, ...] | None = None
