"""A dialog as it stands on the screen, and what can be replied to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from autoinstall.answers.secret import Secret
from autoinstall.catalogue.question import Question
from autoinstall.dialog.wording import Wording


class Kind(StrEnum):
    """What a dialog wants of its reader."""

    SELECT = "select"
    MULTISELECT = "multiselect"
    STRING = "string"
    PASSWORD = "password"
    BOOLEAN = "boolean"
    NOTE = "note"
    ERROR = "error"
    PROGRESS = "progress"


class Part(StrEnum):
    """The part of a dialog that has the focus. A text takes it where it is too long for its window.

    LINE is the only one of the text frontend's dialogs.
    """

    LIST = "list"
    ENTRY = "entry"
    SHOW_PASSWORD = "show-password"
    BUTTON = "button"
    TEXT = "text"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Focus:
    """Where the next key goes: the part, and the label of the row or button (None in an entry)."""

    part: Part
    label: str | None = None


@dataclass(frozen=True, slots=True)
class ScrollBar:
    """Where the thumb of a list's scroll bar stands: at the highest or the lowest place of its track.

    newt puts it at the lowest place only when the list's end is reached (scrollbar.c rounds down).
    """

    at_start: bool
    at_end: bool


@dataclass(frozen=True, slots=True)
class Line:
    """Where cdebconf's text frontend waits for its answer.

    `typed` is what stands there now. `place` and `row` are the lines of the prompt and of what is typed, counted
    from the console's beginning. `broken`: something was printed in between, and may have torn what was typed.
    """

    typed: str
    place: int
    row: int
    broken: bool = False


LINES_OF_A_FULL_WINDOW = 8
"""A text of fewer lines is never cut off at the window's bottom on a screen of 23 or more rows."""


@dataclass(frozen=True, slots=True)
class Dialog:
    """One question, note or progress box as drawn; labels are whole rows, runs of blanks folded.

    `text` is all above the widget (`prompt` included), a line break for each row, an empty line between
    paragraphs; `prompt` the last paragraph of it, for notes and errors the heading. `choices` are the
    rows in view; `ticked` those ticked among them (multiselect only). `value` is what stands in an entry;
    in a password's, its stars. `percent` belongs to progress boxes. `width` is the entry's, in columns.
    `focus` is None while the dialog is not complete: the frame open, or the cursor not yet in a widget.

    `line` is the text frontend's: its `choices` are all there are, `ticked` those marked as its default,
    `value` and the label of `focus` the default that Enter alone takes, `width` the console's.
    """

    kind: Kind
    title: str
    priority: str | None
    text: str
    prompt: str | None
    choices: tuple[str, ...] = ()
    ticked: tuple[str, ...] | None = None
    value: str | None = None
    buttons: tuple[str, ...] = ()
    focus: Focus | None = None
    scroll_bar: ScrollBar | None = None
    width: int = 0
    percent: int | None = None
    line: Line | None = None

    @property
    def complete(self) -> bool:
        """Drawn to its end: a person would now press a key."""
        return self.focus is not None

    @property
    def full(self) -> bool:
        """Its text may go on below what the window shows."""
        return self.text.count("\n") + 1 >= LINES_OF_A_FULL_WINDOW

    @property
    def identity(self) -> tuple[str, ...]:
        """What stays the same while keys are pressed on one question."""
        place = (str(self.line.place),) if self.line else ()
        return (*self.words, *place)

    @property
    def words(self) -> tuple[str, ...]:
        """What is the same when the question is asked again."""
        return (self.title, self.text, *self.buttons)


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A question whose template almost fits a dialog, and why it does not. Only ever a hint."""

    name: str
    why: str
    likeness: float


@dataclass(frozen=True, slots=True)
class Recognition:
    """The question that a dialog asks, in which language, and what nearly matched where none does."""

    question: Question | None
    language: str = "en"
    near_misses: tuple[NearMiss, ...] = ()
    cut: bool = False
    """The text runs on below what the window shows, so its prompt is not in view."""
    prelude: bool = False
    """Only the question's long text, in a window of its own: the list comes when it is confirmed."""
    wording: Wording | None = field(default=None, repr=False, compare=False)
    """How that language words the rows that components put into their lists."""


@dataclass(frozen=True, slots=True)
class Choose:
    """Answer a list with the row of this label."""

    label: str


@dataclass(frozen=True, slots=True)
class Tick:
    """Answer a checklist: exactly the rows of these labels ticked."""

    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fill:
    """Answer an entry with this text."""

    text: str | Secret = field(repr=False)

    @property
    def secret(self) -> bool:
        return isinstance(self.text, Secret)

    def reveal(self) -> str:
        """The text to be typed."""
        return self.text.reveal() if isinstance(self.text, Secret) else self.text


@dataclass(frozen=True, slots=True)
class PressButton:
    """Answer with the button of this label (yes/no questions, notes, errors, Go Back anywhere)."""

    label: str


@dataclass(frozen=True, slots=True)
class Accept:
    """Answer with what the dialog shows already."""


Reply = Choose | Tick | Fill | PressButton | Accept


@dataclass(frozen=True, slots=True)
class Decision:
    """A reply, and what decided it: `FILE:LINE:COLUMN`, or a sentence where no line of the file did."""

    reply: Reply
    why: str
    question: Question | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """No reply: why, what nearly fitted, and the lines of an answers file that would answer it."""

    kind: str
    message: str
    hint: str
    near_misses: tuple[str, ...] = ()
    proposal: str | None = None
    question: Question | None = None
