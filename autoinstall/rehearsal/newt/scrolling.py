"""Finds rows that the terminal shows elsewhere already, and scrolls them into place.

Decides as slang does, for which all blank rows are one and the same, whatever their colours.
"""

from __future__ import annotations

from collections.abc import Sequence

from autoinstall.rehearsal.newt.cells import BLANK, Cell
from autoinstall.rehearsal.newt.display import COLUMNS, Display
from autoinstall.rehearsal.newt.palette import Part

Row = list[Cell]
_Signature = tuple[Cell, ...] | None


def scroll_into_place(display: Display, shown: list[Row], wanted: Sequence[Row]) -> None:
    """Scroll the terminal, and `shown` with it, where that brings rows of `wanted` into place."""
    _Scroller(display, shown, wanted).scroll()


def _signature(row: Row) -> _Signature:
    """The row to compare by; None for a blank row."""
    return tuple(row) if any(cell.text != " " for cell in row) else None


class _Scroller:
    def __init__(self, display: Display, shown: list[Row], wanted: Sequence[Row]) -> None:
        self._display = display
        self._shown = shown
        self._before = [_signature(row) for row in shown]
        self._after = [_signature(row) for row in wanted]

    def scroll(self) -> None:
        first, last = self._changed_range()
        before, after = self._before, self._after
        up = sum(after[row] == before[row + 1] for row in range(first, last))
        down = sum(after[row] == before[row - 1] for row in range(first + 1, last + 1))
        if up > down:
            _ = self._scroll_up(first, last) or self._scroll_down(first, last)
        else:
            _ = self._scroll_down(first, last) or self._scroll_up(first, last)

    def _changed(self, row: int) -> bool:
        return self._after[row] != self._before[row]

    def _changed_range(self) -> tuple[int, int]:
        """First and last row of the changed part; one changed row next to an unchanged one is left out."""
        last = len(self._after) - 1
        while last > 0:
            if self._changed(last):
                if last == 1 or self._changed(last - 1):
                    break
                last -= 1
            last -= 1
        first = 0
        while first < last:
            if self._changed(first):
                if first + 1 == last or self._changed(first + 1):
                    break
                first += 1
            first += 1
        return first, last

    def _scroll_down(self, first: int, last: int) -> bool:
        scrolled = False
        for row in range(last, first, -1):
            candidates = range(row - 1, first - 1, -1)
            source = self._source(row, candidates)
            if source is None:
                continue
            lines = row - source
            top, blanks = source, 0
            while top > first and self._before[top - 1] == self._after[top - 1 + lines]:
                top -= 1
                blanks += self._before[top] is None
            if self._worth_it(top, row, lines, blanks):
                self._move(top, row, lines)
                scrolled = True
        return scrolled

    def _scroll_up(self, first: int, last: int) -> bool:
        scrolled = False
        for row in range(first, last):
            source = self._source(row, range(row + 1, last + 1))
            if source is None:
                continue
            lines = source - row
            bottom, blanks = source, 0
            while bottom < last and self._before[bottom + 1] == self._after[bottom + 1 - lines]:
                bottom += 1
                blanks += self._before[bottom] is None
            if self._worth_it(row, bottom, -lines, blanks):
                self._move(row, bottom, -lines)
                scrolled = True
        return scrolled

    def _source(self, row: int, candidates: range) -> int | None:
        """Where the terminal shows now what shall stand in `row`, if it is not there already."""
        wanted = self._after[row]
        if wanted is None or not self._changed(row):
            return None
        return next((other for other in candidates if self._before[other] == wanted), None)

    def _worth_it(self, top: int, bottom: int, lines: int, blanks: int) -> bool:
        """Not for one row alone, and not where a row that is right would be moved away."""
        if abs(lines) > 1 and top + abs(lines) + blanks == bottom:
            return False
        for row in range(top, bottom + 1):
            if self._before[row] is not None and not self._changed(row):
                target = row + lines
                if not top <= target <= bottom or self._before[row] != self._after[target]:
                    return False
        return True

    def _move(self, top: int, bottom: int, lines: int) -> None:
        """Scroll the rows from `top` to `bottom` down by `lines` (up where negative)."""
        self._display.set_part(Part.NORMAL)
        self._display.set_scroll_region(top, bottom)
        self._display.go_to(0, 0)
        if lines > 0:
            self._display.scroll_down(lines)
        else:
            self._display.scroll_up(-lines)
        self._display.reset_scroll_region()
        for _ in range(abs(lines)):
            leaving, entering = (bottom, top) if lines > 0 else (top, bottom)
            del self._shown[leaving], self._before[leaving]
            self._shown.insert(entering, [BLANK] * COLUMNS)
            self._before.insert(entering, None)
