"""A terminal of the size of the guest's console: bytes in, snapshots out."""

from __future__ import annotations

import pyte

from autoinstall.terminal.control import ControlFilter
from autoinstall.terminal.decoding import ConsoleDecoder
from autoinstall.terminal.snapshot import Cell, Position, Row, Snapshot

_APPLICATION_CURSOR_KEYS = 1 << 5
"""DECCKM, private mode 1, as pyte numbers it."""


class _Screen(pyte.Screen):
    """pyte's screen, counting how often all of it was scrolled up (newt scrolls lists within margins)."""

    scrolls = 0

    def index(self) -> None:
        last = self.lines - 1
        self.scrolls += self.cursor.y == last and (not self.margins or self.margins == (0, last))
        super().index()


class Terminal:
    """Emulates the screen that a person at the console would see.

    Both of newt's drawings are understood, UTF-8 and the VT100 alternate character set: pyte obeys
    `ESC ( 0` and SO/SI only when it does not decode UTF-8 itself (selectel/pyte#140).
    """

    def __init__(self, columns: int = 80, lines: int = 24) -> None:
        self._screen = _Screen(columns, lines)
        self._stream = pyte.Stream(self._screen)
        self._stream.use_utf8 = False
        self._decoder = ConsoleDecoder()
        self._filter = ControlFilter()
        self._rows: list[Row] = []
        self._cells = _Cells()
        self._columns = range(columns)

    def feed(self, data: bytes) -> None:
        """Show what the console sent."""
        self._stream.feed(self._filter.filter(self._decoder.decode(data)))

    def snapshot(self) -> Snapshot:
        """The screen as it stands now."""
        screen = self._screen
        if not self._rows:
            self._rows = [self._row(index) for index in range(screen.lines)]
        else:
            for index in screen.dirty:
                if index < len(self._rows):
                    self._refresh(index)
        screen.dirty.clear()
        cursor = Position(screen.cursor.y, min(screen.cursor.x, screen.columns - 1))
        return Snapshot(tuple(self._rows), cursor, _APPLICATION_CURSOR_KEYS in screen.mode, screen.scrolls)

    def _refresh(self, index: int) -> None:
        row = self._row(index)
        if row != self._rows[index]:
            self._rows[index] = row

    def _row(self, index: int) -> Row:
        line, cells = self._screen.buffer[index], self._cells
        return Row(tuple([cells[line[column]] for column in self._columns]))


class _Cells(dict[pyte.screens.Char, Cell]):
    """Each kind of cell once: a screen has few, and they are looked at often."""

    MOST = 20_000

    def __missing__(self, char: pyte.screens.Char) -> Cell:
        if len(self) > self.MOST:
            self.clear()
        cell = self[char] = Cell(char.data, char.fg, char.bg, char.bold, char.reverse)
        return cell
