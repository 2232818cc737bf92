"""The widgets inside a window: buttons, entries, lists and checklists, each with its focus."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from autoinstall.dialog.frame import Frame
from autoinstall.dialog.model import ScrollBar
from autoinstall.terminal.snapshot import Cell, Row, Snapshot

_BUTTON = re.compile(r"<([^<>]+)>")
_CHECK_BOX = re.compile(r"\[([ *])\] ?")

_TRACK = frozenset("▒░")
_STRONG = _TRACK | frozenset("▮█↑↓")
"""Sets, for the right half of a two-cell character has the text "", and every text contains that."""

_STRONG_OR_BLANK = "".join(_STRONG) + " "
_FALLBACK_OF_A_BAR = re.compile(r"\s{2,}[-.0]$")
"""newt's scroll bar in its drawings: arrows and thumb fall back to `-`, `.` and `0`, or to blanks, where
the terminal's alternate character set lacks them."""


@dataclass(frozen=True, slots=True)
class Button:
    """A button's label and the columns of its brackets."""

    label: str
    row: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Buttons:
    """The buttons of a window from left to right; `first_row` is the border's row where there are none."""

    all: tuple[Button, ...]
    first_row: int

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(button.label for button in self.all)

    def focused(self, snapshot: Snapshot) -> str | None:
        """The label of the button that the cursor stands in."""
        cursor = snapshot.cursor
        for button in self.all:
            if button.row == cursor.row and button.first <= cursor.column <= button.last:
                return button.label
        return None


def find_buttons(snapshot: Snapshot, frame: Frame) -> Buttons:
    """The last row of the window that has a text, if there is nothing but buttons on it."""
    for index in range(frame.bottom - 1, frame.top, -1):
        row = snapshot.rows[index]
        inner = row.between(frame.left + 1, frame.right)
        if not inner.strip():
            continue
        if _BUTTON.sub("", inner).strip():
            break
        return Buttons(tuple(_buttons_of(row, index, frame)), index)
    return Buttons((), frame.bottom)


def _buttons_of(row: Row, index: int, frame: Frame) -> list[Button]:
    buttons = []
    first: int | None = None
    for column in range(frame.left + 1, frame.right):
        text = row.cells[column].text
        if text == "<":
            first = column
        elif text == ">" and first is not None:
            buttons.append(Button(row.between(first + 1, column).strip(), index, first, column))
            first = None
    return buttons


@dataclass(frozen=True, slots=True)
class Entry:
    """A text field: what stands in it, its width in columns, and the `Show Password in Clear` box below it."""

    row: int
    value: str
    width: int
    cursor_inside: bool
    show_password_row: int | None


def find_entry(snapshot: Snapshot, frame: Frame, buttons: Buttons) -> Entry | None:
    """The lowest row of text that newt filled up with underscores, or that is of an entry's colour."""
    first, end = frame.left + 2, frame.right - 1
    show_password = _lone_check_box(snapshot, frame, buttons)
    bottom = show_password if show_password is not None else buttons.first_row
    for index in range(bottom - 1, frame.top, -1):
        cells = snapshot.rows[index].cells[first:end]
        text = "".join(cell.text for cell in cells)
        if not text.strip():
            continue
        width = _entry_width(cells)
        if width == 0:
            return None
        field = snapshot.rows[index].between(first, first + width)
        inside = snapshot.cursor.row == index and first <= snapshot.cursor.column <= first + width
        value = (
            snapshot.rows[index].between(first, min(snapshot.cursor.column, first + width))
            if inside and set(snapshot.rows[index].between(snapshot.cursor.column, first + width)) <= {"_"}
            else field.rstrip("_")
        )
        return Entry(index, value, width, inside, show_password)
    return None


def _entry_width(cells: Sequence[Cell]) -> int:
    """Columns of the entry that begins at the first of the cells; 0 where none does."""
    coloured = 0
    if cells[0].background not in ("default", "white"):
        while coloured < len(cells) and cells[coloured].background == cells[0].background:
            coloured += 1
    text = "".join(cell.text or "\0" for cell in cells).rstrip()
    if text.endswith("_"):
        return max(coloured, len(text))
    return coloured if coloured > len(cells) // 2 else 0


def _lone_check_box(snapshot: Snapshot, frame: Frame, buttons: Buttons) -> int | None:
    """The row of a single check box at the margin, directly above the buttons and below an entry."""
    above = [
        index
        for index in range(buttons.first_row - 1, frame.top, -1)
        if snapshot.rows[index].between(frame.left + 1, frame.right).strip()
    ][:2]
    if len(above) < 2 or not _CHECK_BOX.match(snapshot.rows[above[0]].between(frame.left + 2, frame.right)):
        return None
    field = snapshot.rows[above[1]].cells[frame.left + 2 : frame.right - 1]
    return above[0] if _entry_width(field) else None


@dataclass(frozen=True, slots=True)
class CheckList:
    """The boxes in view: their rows, labels, the ticked ones, and the label of the one in focus."""

    rows: tuple[int, ...]
    labels: tuple[str, ...]
    ticked: tuple[str, ...]
    focused: str | None
    scroll_bar: ScrollBar | None


def find_check_list(snapshot: Snapshot, frame: Frame, buttons: Buttons) -> CheckList | None:
    """The run of rows right above the buttons that all have a box in the same column."""
    found: list[tuple[int, int]] = []
    for index in range(buttons.first_row - 1, frame.top, -1):
        inner = snapshot.rows[index].between(frame.left + 1, frame.right)
        box = _CHECK_BOX.match(inner.lstrip())
        column = frame.left + 1 + len(inner) - len(inner.lstrip())
        if box and (not found or found[-1][1] == column):
            found.append((index, column))
        elif found or inner.strip():
            break
    if not found:
        return None
    rows = tuple(index for index, _ in reversed(found))
    column = found[0][1]
    bar = _bar_column(snapshot, rows, column + 4, frame.right)
    labels = tuple(_label(snapshot.rows[index], column + 4, bar, frame.right) for index in rows)
    marks = [snapshot.rows[index].cells[column + 1].text for index in rows]
    ticked = tuple(label for label, mark in zip(labels, marks, strict=True) if mark == "*")
    focused = None
    cursor = snapshot.cursor
    if cursor.row in rows and column <= cursor.column <= column + 4 and _marked(snapshot, rows, column + 1):
        focused = labels[rows.index(cursor.row)]
    return CheckList(rows, labels, ticked, focused, _scroll_bar(snapshot, rows, bar))


@dataclass(frozen=True, slots=True)
class SelectList:
    """The rows in view of a list, blank ones left out of `labels`, and the label under the cursor."""

    rows: tuple[int, ...]
    labels: tuple[str, ...]
    focused: str | None
    scroll_bar: ScrollBar | None


def find_select_list(snapshot: Snapshot, frame: Frame, buttons: Buttons) -> SelectList | None:
    """The rows around the highlighted one; the highlight's first column is the list's."""
    selected = _selected_row(snapshot, frame, buttons)
    if selected is None:
        return None
    index, first = selected
    rows = _list_rows(snapshot, frame, buttons, index, first)
    bar = _bar_column(snapshot, rows, first + 1, frame.right)
    labelled = [(row, _label(snapshot.rows[row], first, bar, frame.right)) for row in rows]
    labels = tuple(label for _, label in labelled if label)
    focused = None
    if snapshot.cursor.row == index and _marked(snapshot, rows, first):
        focused = dict(labelled)[index]
    return SelectList(rows, labels, focused, _scroll_bar(snapshot, rows, bar))


def _selected_row(snapshot: Snapshot, frame: Frame, buttons: Buttons) -> tuple[int, int] | None:
    """Row and first column of the selected line: where the cursor is, or marked while a button has the focus."""
    cursor = snapshot.cursor
    if frame.top < cursor.row < buttons.first_row and frame.left < cursor.column < frame.right:
        if _stands_out(snapshot.rows[cursor.row], cursor.column, frame):
            return cursor.row, cursor.column
        return None
    for index in range(frame.top + 1, buttons.first_row):
        row = snapshot.rows[index]
        for column in range(frame.left + 2, frame.right - 1):
            if _stands_out(row, column, frame) and row.cells[column].background != "white":
                return index, column
    return None


def _stands_out(row: Row, column: int, frame: Frame) -> bool:
    """Drawn otherwise than the window's own ground, and otherwise than what stands before it."""
    ground, cell, before = row.cells[frame.left + 1], row.cells[column], row.cells[column - 1]
    return _paint(cell) != _paint(ground) and _paint(cell) != _paint(before)


def _paint(cell: Cell) -> tuple[str, bool]:
    return cell.background, cell.reverse


def _marked(snapshot: Snapshot, rows: Sequence[int], column: int) -> bool:
    """Only the cursor's row is highlighted: the old highlight has been taken back already."""
    cursor_row = snapshot.cursor.row
    mark = _paint(snapshot.rows[cursor_row].cells[column])
    others = [_paint(snapshot.rows[row].cells[column]) for row in rows if row != cursor_row]
    return mark not in others


def _list_rows(
    snapshot: Snapshot, frame: Frame, buttons: Buttons, selected: int, first: int
) -> tuple[int, ...]:
    """All rows of the list: blank rows belong to it only between two of its rows.

    A row is the list's where nothing stands left of the list's column. Text begins at the window's
    margin; where the list does too, a blank row ends it, unless a scroll bar goes on beside it.
    """
    margin = frame.left + 2

    def belongs(index: int) -> bool:
        return not snapshot.rows[index].between(frame.left + 1, first).strip()

    def blank(index: int) -> bool:
        return not snapshot.rows[index].between(first, frame.right).strip()

    def reach(step: int, limit: int) -> int:
        last = index = selected
        while (index := index + step) != limit and belongs(index):
            if not blank(index):
                last = index
            elif first <= margin and not _beside_bar(snapshot.rows[index], frame):
                break
        return last

    return tuple(range(reach(-1, frame.top), reach(1, buttons.first_row) + 1))


def _beside_bar(row: Row, frame: Frame) -> bool:
    return any(cell.text in _TRACK for cell in row.cells[frame.right - 4 : frame.right])


def _bar_column(snapshot: Snapshot, rows: Sequence[int], first: int, right: int) -> int | None:
    """The column of the list's scroll bar: the one with most of a bar's own characters in it."""
    counted = []
    for column in range(first, right):
        strong = sum(snapshot.rows[row].cells[column].text in _STRONG for row in rows)
        if strong:
            counted.append((strong, column))
    return max(counted)[1] if counted else None


def _label(row: Row, first: int, bar: int | None, right: int) -> str:
    text = row.between(first, bar if bar is not None else right).rstrip(_STRONG_OR_BLANK)
    if bar is not None:
        text = _FALLBACK_OF_A_BAR.sub("", text)
    return " ".join(text.split())


def _bar_glyph(row: Row, bar: int) -> str:
    """The bar's character in a row; a row that the installer took for one column wider is shifted by one."""
    glyph, before = row.cells[bar].text, row.cells[bar - 1].text
    return before if glyph == " " and before in _STRONG else glyph


def _scroll_bar(snapshot: Snapshot, rows: Sequence[int], bar: int | None) -> ScrollBar | None:
    """Where the thumb stands. In monochrome thumb and arrows are blank, and the track tells."""
    if bar is None:
        return None
    column = [_bar_glyph(snapshot.rows[row], bar) for row in rows]
    has_arrows = column[0] in " ↑-" and column[-1] in " ↓."
    inner = column[1:-1] if has_arrows and len(column) > 2 else column
    thumbs = [index for index, glyph in enumerate(inner) if glyph not in _TRACK]
    return ScrollBar(at_start=thumbs == [0], at_end=thumbs == [len(inner) - 1])
