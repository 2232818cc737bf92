"""Finds newt's windows on a screen by their frames."""

from __future__ import annotations

import re
from dataclasses import dataclass

from autoinstall.terminal.snapshot import Position, Row, Snapshot

_TOP = re.compile(r"┌─*┤ ?(?P<title>.+?) ?├─*┐|┌─{4,}┐")
_PRIORITY = {"[!!]": "critical", "[!]": "high", "[?]": "medium", "[.]": "low"}
_LEFT_BORDER = "│├"
MOST_SHIFTED = 3


@dataclass(frozen=True, slots=True)
class Frame:
    """A window closed on the left, above and below: its border's rows and columns, and its title.

    `damaged`: something was printed over its right border.
    """

    top: int
    bottom: int
    left: int
    right: int
    title: str
    priority: str | None
    damaged: bool = False

    def holds(self, place: Position) -> bool:
        return self.top < place.row < self.bottom and self.left < place.column < self.right


def frame_in_front(snapshot: Snapshot) -> Frame | None:
    """The closed window that the cursor is in, else the smallest one (a progress box has no cursor)."""
    frames = _frames(snapshot)
    with_cursor = [frame for frame in frames if frame.holds(snapshot.cursor)]
    return min(with_cursor or frames, key=lambda f: (f.bottom - f.top) * (f.right - f.left), default=None)


def _frames(snapshot: Snapshot) -> list[Frame]:
    frames = []
    for top, row in enumerate(snapshot.rows):
        if "┌" not in row.text:
            continue
        for match in _TOP.finditer(row.text):
            left, right = _column(row, match.start()), _column(row, match.end() - 1)
            bottom = _bottom(snapshot.rows, top, left, right)
            if bottom is not None:
                title, priority = _split_title(match["title"] or "")
                damaged = any(not _closed_on_the_right(row, right) for row in snapshot.rows[top + 1 : bottom])
                frames.append(Frame(top, bottom, left, right, title, priority, damaged))
    return frames


def _column(row: Row, index: int) -> int:
    """The column of the character at `index` of the row's text (two-cell characters count twice)."""
    if len(row.text) == len(row.cells):
        return index
    seen = 0
    for column, cell in enumerate(row.cells):
        if seen >= index and cell.text:
            return column
        seen += len(cell.text)
    return len(row.cells) - 1


def _bottom(rows: tuple[Row, ...], top: int, left: int, right: int) -> int | None:
    """The row of the lower border, where the left border leads down to it unbroken."""
    for index in range(top + 1, len(rows)):
        text = rows[index].cells[left].text
        if text == "└":
            inner = rows[index].between(left + 1, right)
            closed = rows[index].cells[right].text == "┘" and set(inner) <= {"─"}
            return index if closed and index > top + 1 else None
        if text not in _LEFT_BORDER:
            return None
    return None


def _closed_on_the_right(row: Row, right: int) -> bool:
    """In the C locale each character of two bytes draws the border one column further to the left."""
    return "│" in row.between(right - MOST_SHIFTED, right + 1)


def titled_window_begun(snapshot: Snapshot) -> bool:
    """The upper border of a window with a title stands somewhere: newt's, not a boot loader's."""
    return any(
        match["title"] for row in snapshot.rows if "┤" in row.text for match in _TOP.finditer(row.text)
    )


def _split_title(text: str) -> tuple[str, str | None]:
    mark, _, rest = text.partition(" ")
    if mark in _PRIORITY:
        return rest.strip(), _PRIORITY[mark]
    return text.strip(), None
