"""What an answers file says of one question, apart from where files and secrets live."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the user's file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class SecretReference:
    """`{secret: NAME}`: a value that stands outside the file and is never printed."""

    name: str


@dataclass(frozen=True, slots=True)
class AcceptDefault:
    """`{default: true}`: accept what the dialog shows."""


AnswerValue = str | tuple[str, ...] | SecretReference | AcceptDefault
"""A label, a value, the words true or false; a list for ticks; a secret; or what is shown."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of `questions:`: the debconf name of the question, and what to answer."""

    name: str
    value: AnswerValue
    place: Place


@dataclass(frozen=True, slots=True)
class TextPattern:
    """A text that must be met whole, blanks folded; or with `regex`, a full match of an expression."""

    text: str
    regex: bool = False


@dataclass(frozen=True, slots=True)
class DialogRule:
    """One entry of `dialogs:`: for a screen that no template explains. Those parts given must all fit."""

    title: TextPattern | None
    prompt: TextPattern | None
    text: TextPattern | None
    kind: str | None
    reply: AnswerValue
    place: Place


class ErrorReply(StrEnum):
    """What to do at an error dialog: ask again, go back, go on, or end the build."""

    RETRY = "retry"
    BACK = "back"
    CONTINUE = "continue"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class ErrorPolicy:
    """One entry of `errors:`: the error's debconf name, what to do, and how often at the most."""

    name: str
    reply: ErrorReply
    limit: int
    place: Place


@dataclass(frozen=True, slots=True)
class AnswerBook:
    """All that an answers file says about dialogs: the whole input of a decision."""

    answers: tuple[Answer, ...] = ()
    rules: tuple[DialogRule, ...] = ()
    errors: tuple[ErrorPolicy, ...] = ()
