"""A terminal of the size of the guest's console: bytes in, snapshots out."""

from __future__ import annotations

import functools
import itertools
import unicodedata
from collections import deque
from collections.abc import Mapping
from typing import Any

import pyte
from wcwidth import wcwidth

from autoinstall.terminal.control import ControlFilter
from autoinstall.terminal.decoding import ConsoleDecoder
from autoinstall.terminal.snapshot import Cell, Position, Row, Snapshot

_APPLICATION_CURSOR_KEYS = 1 << 5
"""DECCKM, private mode 1, as pyte numbers it."""


SCROLLBACK = 1000
"""Lines above the screen that are remembered; the longest list of an installer has some 500 rows."""

_MOST_ATTRIBUTES = 1000
_MOST_CHARACTERS = 10_000
_width = functools.lru_cache(maxsize=4096)(wcwidth)


@functools.lru_cache(maxsize=4096)
def _is_mark(char: str) -> bool:
    """It has no width of its own, and pyte does not know it for a combining character."""
    return not char.isascii() and _width(char) == 0 and not unicodedata.combining(char)


class _Drawn(dict[str, pyte.screens.Char]):
    """The characters that were drawn with one set of attributes."""

    def __init__(self, attributes: pyte.screens.Char) -> None:
        super().__init__()
        self._attributes = attributes

    def __missing__(self, char: str) -> pyte.screens.Char:
        if len(self) > _MOST_CHARACTERS:
            self.clear()
        drawn = self[char] = self._attributes._replace(data=char)
        return drawn


class _Screen(pyte.Screen):
    """pyte's screen, counting how often all of it was scrolled up (newt scrolls lists within margins).

    `shifted` counts the same since it was last set to 0. Lines that only moved up with the others are not
    dirty: a boot's log would have the whole screen read anew with each of its lines.

    `above` holds the lines that went off at the top, `gone` counts them. GNU screen scrolls below its status
    line by deleting the line beneath it, or within margins: those lines are among them.
    """

    scrolls = 0
    shifted = 0
    gone = 0

    def __init__(self, columns: int, lines: int) -> None:
        self._drawn: dict[pyte.screens.Char, _Drawn] = {}
        self.above: deque[Mapping[int, pyte.screens.Char]] = deque(maxlen=SCROLLBACK)
        super().__init__(columns, lines)

    def draw(self, data: str) -> None:
        """As pyte's, in a fourth of its time for what an installer sends: narrow characters within one line."""
        cursor = self.cursor
        if cursor.x + len(data) > self.columns or pyte.modes.IRM in self.mode:
            self._draw_with_marks(data)
            return
        text = data.translate(self.g1_charset if self.charset else self.g0_charset)
        if not (text.isascii() and text.isprintable()) and any(_width(char) != 1 for char in text):
            self._draw_with_marks(data)
            return
        drawn = self._drawn.get(cursor.attrs)
        if drawn is None:
            if len(self._drawn) > _MOST_ATTRIBUTES:
                self._drawn.clear()
            drawn = self._drawn[cursor.attrs] = _Drawn(cursor.attrs)
        line = self.buffer[cursor.y]
        line.update(zip(range(cursor.x, cursor.x + len(text)), map(drawn.__getitem__, text), strict=True))
        cursor.x += len(text)
        self.dirty.add(cursor.y)

    def _draw_with_marks(self, data: str) -> None:
        """As pyte's, which drops all that comes after a mark without a width of its own (Thai has many)."""
        for are_marks, group in itertools.groupby(data, _is_mark):
            text = "".join(group)
            if not are_marks:
                super().draw(text)
            elif self.cursor.x:
                line = self.buffer[self.cursor.y]
                before = line[self.cursor.x - 1]
                line[self.cursor.x - 1] = before._replace(data=before.data + text)
                self.dirty.add(self.cursor.y)

    def index(self) -> None:
        last = self.lines - 1
        if self.cursor.y != last or (self.margins and self.margins != (0, last)):
            if self.cursor.y == last and self.margins == (1, last):
                self._went_off(1)
            super().index()
            return
        self._went_off(0)
        self.scrolls += 1
        self.shifted += 1
        dirty = {row - 1 for row in self.dirty if row > 0}
        super().index()
        self.dirty.clear()
        self.dirty.update(dirty | {last})

    def delete_lines(self, count: int | None = None) -> None:
        """As pyte's, which forgets (0.8.2) that a line nothing was drawn on moves up as well."""
        top = self.cursor.y
        for row in range(top, self.lines):
            self.buffer[row]
        if top <= 1:
            for row in range(top, min(top + (count or 1), self.lines)):
                self._went_off(row)
        super().delete_lines(count)

    def erase_in_display(self, how: int = 0, *args: Any, **kwargs: Any) -> None:
        """As pyte's; a blank line stands for a whole screen: what comes next does not go on from the lines above."""
        if how == 2 or (how == 0 and (self.cursor.y, self.cursor.x) == (0, 0)):
            self.above.append(pyte.screens.StaticDefaultDict(self.default_char))
            self.gone += 1
        super().erase_in_display(how, *args, **kwargs)

    def _went_off(self, row: int) -> None:
        self.above.append(self.buffer[row])
        self.gone += 1


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
            self._move_up(screen.shifted)
            for index in screen.dirty:
                if index < len(self._rows):
                    self._refresh(index)
        screen.dirty.clear()
        screen.shifted = 0
        cursor = Position(screen.cursor.y, min(screen.cursor.x, screen.columns - 1))
        application = _APPLICATION_CURSOR_KEYS in screen.mode
        return Snapshot(tuple(self._rows), cursor, application, screen.scrolls, screen.gone)

    def above(self, most: int = SCROLLBACK) -> tuple[Row, ...]:
        """The lines that went off at the screen's top, the last ones of them, the newest at the end."""
        newest_first = itertools.islice(reversed(self._screen.above), most)
        return tuple(self._read(line) for line in newest_first)[::-1]

    def _move_up(self, lines: int) -> None:
        """The rows after so many scrolls; those that came in at the bottom are dirty."""
        if lines:
            moved = self._rows[lines:]
            self._rows = moved + self._rows[: len(self._rows) - len(moved)]

    def _refresh(self, index: int) -> None:
        row = self._row(index)
        if row != self._rows[index]:
            self._rows[index] = row

    def _row(self, index: int) -> Row:
        return self._read(self._screen.buffer[index])

    def _read(self, line: Mapping[int, pyte.screens.Char]) -> Row:
        characters = map(line.__getitem__, self._columns)
        return Row(tuple(map(self._cells.__getitem__, characters)))


class _Cells(dict[pyte.screens.Char, Cell]):
    """Each kind of cell once: a screen has few, and they are looked at often."""

    MOST = 20_000

    def __missing__(self, char: pyte.screens.Char) -> Cell:
        if len(self) > self.MOST:
            self.clear()
        cell = self[char] = Cell(char.data, char.fg, char.bg, char.bold, char.reverse)
        return cell
