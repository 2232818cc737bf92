"""Turns one row of the screen from what it shows into what it shall show, as slang's optimiser does.

Cells that are right already are skipped (or sent again where that is shorter), runs of blanks at the start and
at the end are erased.
"""

from __future__ import annotations

from collections.abc import Sequence

from autoinstall.rehearsal.newt.cells import BLANK, Cell, erasable, is_bare_blank, look_equal
from autoinstall.rehearsal.newt.display import COLUMNS, ROWS, Display
from autoinstall.rehearsal.newt.palette import Part, Rendition

WORTH_SKIPPING = 5
"""Matching cells fewer than this are sent again rather than skipped."""
WORTH_ERASING = 13
"""Leading blanks up to this many are not worth an erase."""
_PIECE = 30
"""Bytes that slang hands on at a time; on the last row the care for its last cell goes by these pieces."""


def paint_row(display: Display, row: int, old: Sequence[Cell], new: Sequence[Cell]) -> None:
    """Send what makes `old` look as `new`; both are a whole row."""
    _RowPainter(display, row, old, new).paint()


class _RowPainter:
    def __init__(self, display: Display, row: int, old: Sequence[Cell], new: Sequence[Cell]) -> None:
        self._display = display
        self._palette = display.palette
        self._row = row
        self._old = old
        self._new = new
        self._at = 0
        self._new_end = len(new)
        self._old_end = len(old)
        self._filler = BLANK

    def paint(self) -> None:
        changed = next((i for i in range(len(self._new)) if not self._matches(i)), None)
        if changed is None:
            return
        corner_changed = self._row == ROWS - 1 and not self._matches(COLUMNS - 1)
        self._at = changed
        self._find_ends()
        self._start()
        rest = self._overwrite()
        self._finish(rest, corner_changed)
        if self._display.column >= COLUMNS:
            self._display.cursor_known = False

    def _matches(self, index: int) -> bool:
        return look_equal(self._new[index], self._old[index], self._palette)

    def _blank_in_both(self, index: int) -> bool:
        return is_bare_blank(self._old[index], self._palette) and is_bare_blank(
            self._new[index], self._palette
        )

    def _find_ends(self) -> None:
        """Leave off the blanks at the end, of the new row where erasing can give them, of the old row too."""
        last = self._new[-1]
        if last.text == " ":
            if self._display.capabilities.erase_takes_background and erasable(last, self._palette):
                self._filler = last
            while self._new_end > self._at and look_equal(
                self._new[self._new_end - 1], self._filler, self._palette
            ):
                self._new_end -= 1
        while self._old_end > self._at and look_equal(
            self._old[self._old_end - 1], self._filler, self._palette
        ):
            self._old_end -= 1

    def _start(self) -> None:
        """Put the cursor at the first cell to change, erasing a long run of blanks before it on the way."""
        blanks = self._leading_blanks()
        worth = blanks > WORTH_ERASING and blanks >= self._at
        if worth and (blanks != self._new_end or self._new_end < len(self._new)):
            part = self._new[0].part if self._display.capabilities.erase_takes_background else Part.NORMAL
            self._display.go_to(self._row, blanks - 1)
            self._display.set_part(part)
            self._display.put(self._display.capabilities.erase_to_start + b" ")
            self._display.column += 1
            self._at = blanks
        else:
            self._display.go_to(self._row, self._at)

    def _leading_blanks(self) -> int:
        if not is_bare_blank(self._new[0], self._palette):
            return 0
        count = 0
        while count < self._new_end and is_bare_blank(self._new[count], self._palette):
            count += 1
        return count

    def _overwrite(self) -> list[Cell]:
        """Go along the row until the end of the new text; gives the matching cells not yet passed over."""
        carried: list[Cell] = []
        while True:
            differing, blanks = self._gather_differing()
            self._send(carried + differing)
            if blanks and (self._at < self._new_end or not is_bare_blank(self._filler, self._palette)):
                self._display.skip(blanks)
            matching: list[Cell] = []
            while self._at < self._new_end and self._matches(self._at):
                matching.append(self._new[self._at])
                self._at += 1
            if self._at >= self._new_end:
                return matching
            carried = matching
            if len(matching) >= WORTH_SKIPPING:
                self._display.skip(len(matching))
                carried = []

    def _gather_differing(self) -> tuple[list[Cell], int]:
        """Cells to send, up to a run of blanks or a match, and the length of that run of blanks."""
        cells: list[Cell] = []
        while self._at < self._new_end:
            if self._blank_in_both(self._at):
                start = self._at
                while self._at < self._new_end and self._blank_in_both(self._at):
                    self._at += 1
                return cells, self._at - start
            if self._matches(self._at) and (self._new[self._at].text or self._old[self._at].text):
                break
            cells.append(self._new[self._at])
            self._at += 1
        return cells, 0

    def _finish(self, rest: list[Cell], corner_changed: bool) -> None:
        if self._at < self._old_end:
            if len(rest) >= WORTH_SKIPPING:
                self._display.skip(len(rest))
            else:
                self._send(rest)
            self._display.set_part(self._filler.part)
            self._display.erase_rest()
        elif corner_changed:
            self._insert_corner()

    def _insert_corner(self) -> None:
        """Fill the last cell of the screen without scrolling: write it one to the left, then push it right."""
        display = self._display
        display.go_to(ROWS - 1, COLUMNS - 2)
        self._send([self._new[-1]])
        display.go_to(ROWS - 1, COLUMNS - 2)
        display.put(display.capabilities.insert_on)
        self._send([self._new[-2]])
        display.put(display.capabilities.insert_off)

    def _send(self, cells: Sequence[Cell]) -> None:
        piece = b""
        waiting = 0
        for cell in cells:
            attributes = self._palette.attributes[cell.part]
            if cell.lines:
                attributes = attributes._replace(rendition=attributes.rendition | Rendition.LINES)
            if cell.text and not self._display.has(attributes):
                if piece:
                    self._display.put_with_care(piece)
                    self._display.column += waiting
                    piece, waiting = b"", 0
                self._display.set_attributes(attributes)
            for byte in self._encoded(cell):
                if len(piece) == _PIECE:
                    self._display.put_with_care(piece)
                    piece = b""
                piece += bytes((byte,))
            waiting += 1
        if piece:
            self._display.put_with_care(piece)
        self._display.column += waiting

    def _encoded(self, cell: Cell) -> bytes:
        return cell.text.encode(self._display.encoding, "replace")
