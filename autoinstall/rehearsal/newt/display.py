"""Writes to the terminal as S-Lang does: no more than is needed, and the cursor by the shortest way.

Byte sequences follow slang 2.3.3 (the library below newt), measured on the recorded screens.
"""

from __future__ import annotations

from collections.abc import Callable

from autoinstall.rehearsal.newt.capabilities import Capabilities
from autoinstall.rehearsal.newt.palette import Attributes, Palette, Part, Rendition

ROWS = 24
COLUMNS = 80
BURST = 4096
"""Bytes that are gathered before they are written although nobody asked for it."""

_UNKNOWN = Attributes(-1, -1, ~Rendition.NONE)
_NEAR_ROWS = 4
"""Rows further down are reached by address, nearer ones by line feeds."""


class Display:
    """One terminal of 80x24 and what is known of its state: cursor, attributes, scroll region."""

    def __init__(
        self, capabilities: Capabilities, palette: Palette, encoding: str, write: Callable[[bytes], None]
    ) -> None:
        self.capabilities = capabilities
        self.palette = palette
        self.encoding = encoding
        self._write = write
        self._pending = bytearray()
        self.row = 0
        self.column = 0
        self.cursor_known = False
        self._region_top = 0
        self._region_bottom = ROWS - 1
        self._attributes = _UNKNOWN
        self._lines_on = False
        self._opened = False

    def put(self, data: bytes) -> None:
        """Send bytes without any care for the cursor."""
        self._pending += data
        while len(self._pending) > BURST:
            self._write(bytes(self._pending[:BURST]))
            del self._pending[:BURST]

    def flush(self) -> None:
        """Hand everything pending to the terminal in one burst."""
        if self._pending:
            self._write(bytes(self._pending))
            self._pending.clear()

    def open(self) -> None:
        """Prepare the terminal for drawing."""
        self.reset_scroll_region()
        self.put(self.capabilities.insert_off)
        self.put(self.capabilities.enable_lines)
        self._opened = True

    def close(self) -> None:
        """Leave the terminal usable: last line blank, cursor at its start, no attributes."""
        self.go_to(ROWS - 1, 0)
        self.cursor_known = False
        self.set_part(Part.NORMAL)
        self.put(self.capabilities.normal)
        self._attributes = _UNKNOWN
        self._set_lines(False)
        if self.palette.colours:
            self.put(self.capabilities.default_colours)
        self.put(b"\r")
        self.cursor_known, self.column = True, 0
        self.erase_to_end()
        self.put(b"\r")
        self.cursor_known, self.column = True, 0
        self.flush()
        self._opened = False

    def show_cursor(self, shown: bool) -> None:
        """Show or hide the cursor, at once and whatever it was before."""
        self.put(self.capabilities.show_cursor if shown else self.capabilities.hide_cursor)

    def beep(self) -> None:
        """Ring the bell; the cursor is not trusted afterwards."""
        self.set_part(Part.NORMAL)
        self.cursor_known = False
        self.put(b"\a")
        self.flush()

    def clear(self) -> None:
        """Blank everything in the normal attributes."""
        self.set_part(Part.NORMAL)
        self.reset_scroll_region()
        self.put(self.capabilities.clear)

    def go_to(self, row: int, column: int) -> None:
        """Move the cursor, the row counted from the top of the scroll region."""
        row += self._region_top
        step = self._short_way(row, column) if self.cursor_known else None
        self.put(self.capabilities.move % (row + 1, column + 1) if step is None else step)
        self.row, self.column, self.cursor_known = row, column, True

    def _short_way(self, row: int, column: int) -> bytes | None:
        down = row - self.row
        if down == -1 and column == self.column:
            return self.capabilities.up
        if not 0 <= down <= _NEAR_ROWS:
            return None
        if down == 0 and (column > 1 or column == self.column):
            if column == self.column:
                return b""
            return b"\b" if self.column == column + 1 else None
        if column == 0:
            return (b"\r" if self.column else b"") + b"\n" * down
        return None

    def skip(self, columns: int) -> None:
        """Go right over cells that are as they should be (few of them: blanks, which are overwritten)."""
        if columns <= 4:
            self.set_part(Part.NORMAL)
            self.put_with_care(b" " * columns)
        else:
            self.put(self.capabilities.forward % columns)
        self.column += columns

    def put_with_care(self, data: bytes) -> None:
        """Send text, but nothing into the last cell of the last row, which would scroll."""
        if self.row == ROWS - 1:
            text = data.decode(self.encoding, "surrogateescape")
            if len(text) + self.column >= COLUMNS:
                data = text[: max(COLUMNS - self.column - 1, 0)].encode(self.encoding, "surrogateescape")
        self.put(data)

    def set_part(self, part: Part) -> None:
        """Use the attributes of a part of the screen."""
        if self._opened:
            self.set_attributes(self.palette.attributes[part])

    def has(self, attributes: Attributes) -> bool:
        """Whether what is written now gets these attributes."""
        return attributes == self._attributes

    def set_attributes(self, wanted: Attributes) -> None:
        """Switch what differs; the normal attributes are taken first where something must go off."""
        now = self._attributes
        if wanted == now:
            return
        anew = wanted.rendition != now.rendition
        if anew:
            self._switch_rendition(now.rendition, wanted.rendition)
        if self.palette.colours:
            if anew or wanted.foreground != now.foreground:
                self.put(self.capabilities.foreground % wanted.foreground)
            if anew or wanted.background != now.background:
                self.put(self.capabilities.background % wanted.background)
        self._attributes = wanted

    def _switch_rendition(self, now: Rendition, wanted: Rendition) -> None:
        lines = bool(now & Rendition.LINES)
        if now:
            self.put(self.capabilities.normal)
            if wanted & Rendition.LINES:
                lines = False
            self._set_lines(False)
        if bool(wanted & Rendition.LINES) != lines:
            self._set_lines(bool(wanted & Rendition.LINES))
        if wanted & Rendition.UNDERLINE:
            self.put(self.capabilities.underline)
        if wanted & Rendition.BOLD:
            self.put(self.capabilities.bold)
        if wanted & Rendition.REVERSE:
            self.put(self.capabilities.reverse)

    def _set_lines(self, on: bool) -> None:
        if on != self._lines_on:
            self.put(self.capabilities.lines_on if on else self.capabilities.lines_off)
            self._lines_on = on

    def erase_to_end(self) -> None:
        """Blank the rest of the row in the normal attributes (which are left unknown where they are)."""
        if self._attributes != _UNKNOWN:
            self.set_part(Part.NORMAL)
        self.erase_rest()

    def erase_rest(self) -> None:
        """Blank the rest of the row in the current background, by blanks where the terminal cannot do it."""
        bare = not self.palette.colours and self._attributes.rendition == Rendition.NONE
        if self.capabilities.erase_takes_background or bare:
            self.put(self.capabilities.erase_to_end)
            return
        while self.column < COLUMNS:
            self.put_with_care(b" ")
            self.column += 1
        self.column = COLUMNS - 1
        self.cursor_known = False

    def set_scroll_region(self, top: int, bottom: int) -> None:
        """Confine scrolling, and addresses, to some rows."""
        self._region_top, self._region_bottom = top, bottom
        self.put(self.capabilities.scroll_region % (top + 1, bottom + 1))
        self.cursor_known = False

    def reset_scroll_region(self) -> None:
        """Scroll the whole screen again."""
        self.set_scroll_region(0, ROWS - 1)

    def scroll_down(self, lines: int) -> None:
        """Make room at the cursor's row, which is the first of the region."""
        self.set_part(Part.NORMAL)
        if self._region_top == self._region_bottom:
            self._blank_row()
        elif self.capabilities.insert_lines is not None:
            self.put(self.capabilities.insert_lines % lines)
        else:
            self.put(self.capabilities.reverse_index * lines)

    def scroll_up(self, lines: int) -> None:
        """Take rows out at the cursor's row, which is the first of the region."""
        self.set_part(Part.NORMAL)
        if self._region_top == self._region_bottom:
            self._blank_row()
        elif self.capabilities.delete_lines is not None:
            self.put(self.capabilities.delete_lines % lines)
        else:
            self._push_up(lines)

    def _push_up(self, lines: int) -> None:
        """Line feeds at the bottom of the region, after line feeds from its top as slang sends them."""
        self.put(b"\n" * lines)
        top, bottom, row = self._region_top, self._region_bottom, self.row
        self.set_scroll_region(row, bottom)
        self.go_to(bottom - row, 0)
        self.put(b"\n" * lines)
        self.set_scroll_region(top, bottom)
        self.go_to(row, 0)

    def _blank_row(self) -> None:
        self.go_to(self.row - self._region_top, 0)
        self.erase_to_end()
