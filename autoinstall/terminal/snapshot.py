"""What stands on a terminal's screen at one moment, as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from operator import attrgetter


@dataclass(frozen=True, slots=True)
class Cell:
    """One column of a row. The right half of a two-cell character has the text "".

    `foreground` and `background` are colour names as the emulator gives them (`default`, `red`, ...).
    """

    text: str
    foreground: str = "default"
    background: str = "default"
    bold: bool = False
    reverse: bool = False


_text: Callable[[Cell], str] = attrgetter("text")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the screen: its cells from left to right, and their text run together."""

    cells: tuple[Cell, ...]
    text: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", "".join(map(_text, self.cells)))

    def between(self, first: int, end: int) -> str:
        """The text of the columns `first` to `end`, the last one not included."""
        return "".join(map(_text, self.cells[max(first, 0) : max(end, 0)]))


@dataclass(frozen=True, slots=True)
class Position:
    """A place on the screen, counted from 0 at the top left."""

    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole screen: rows from top to bottom, the cursor, the mode that changes what arrow keys send,
    and how often the screen has scrolled so far (newt never scrolls it; what is printed over newt does).
    `gone` counts the lines that went off at its top, GNU screen's scrolling below a status line included.

    Rows that did not change between two snapshots of one terminal are the same objects.
    """

    rows: tuple[Row, ...]
    cursor: Position
    application_cursor_keys: bool = False
    scrolls: int = 0
    gone: int = 0

    @property
    def lines(self) -> tuple[str, ...]:
        """The rows' texts without blanks at their ends."""
        return tuple(row.text.rstrip() for row in self.rows)
