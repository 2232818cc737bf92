"""Keys as the frontend knows them, and how they are told apart in the bytes that arrive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum, auto
from typing import Protocol


class Key(IntEnum):
    """Keys beyond single bytes, which stand for themselves (0 to 255)."""

    UP = 0x8001
    DOWN = auto()
    LEFT = auto()
    RIGHT = auto()
    BACKSPACE = auto()
    DELETE = auto()
    HOME = auto()
    END = auto()
    BACK_TAB = auto()
    PAGE_UP = auto()
    PAGE_DOWN = auto()
    ESCAPE = auto()
    F12 = auto()
    OTHER = auto()
    """A key that newt knows and no dialog uses."""


TAB = 0x09
ENTER = 0x0D
REDRAW = 0x0C
KILL_TO_END = 0x0B
KILL_TO_START = 0x15
SUSPEND = 0x1A
SPACE = 0x20

_CONTROL = {
    b"\x10": Key.UP,
    b"\x0e": Key.DOWN,
    b"\x06": Key.RIGHT,
    b"\x02": Key.LEFT,
    b"\x01": Key.HOME,
    b"\x05": Key.END,
    b"\x04": Key.DELETE,
    b"\x16": Key.PAGE_DOWN,
    b"\x1b": Key.ESCAPE,
    b"\x7f": Key.BACKSPACE,
    b"\x08": Key.BACKSPACE,
}

_SEQUENCES = {
    b"\x1bOA": Key.UP,
    b"\x1bOB": Key.DOWN,
    b"\x1bOC": Key.RIGHT,
    b"\x1bOD": Key.LEFT,
    b"\x1bOH": Key.HOME,
    b"\x1b[1~": Key.HOME,
    b"\x1bOw": Key.END,
    b"\x1b[4~": Key.END,
    b"\x1b[3~": Key.DELETE,
    b"\x1b\t": Key.BACK_TAB,
    b"\x1b[Z": Key.BACK_TAB,
    b"\x1b[5~": Key.PAGE_UP,
    b"\x1b[6~": Key.PAGE_DOWN,
    b"\x1bV": Key.PAGE_UP,
    b"\x1bv": Key.PAGE_UP,
    b"\x1b[24~": Key.F12,
}

_UNUSED = (
    b"\x1b[2~",
    *(b"\x1b[[" + letter.encode() for letter in "ABCDE"),
    *(b"\x1bO" + letter.encode() for letter in "PQRS"),
    *(b"\x1b[%d~" % number for number in (11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23)),
)
"""Insert and the function keys."""

_APPLICATION, _NORMAL = b"\x1bO", b"\x1b["


def key_table(more_unused: tuple[bytes, ...] = ()) -> Mapping[bytes, int]:
    """All byte sequences that are keys, on a terminal with `more_unused` function keys of its own.

    A sequence that begins with ESC O is also known with ESC [, and the other way round, where it is not
    another key.
    """
    table: dict[bytes, int] = {**_CONTROL, **_SEQUENCES}
    table.update(dict.fromkeys((*_UNUSED, *more_unused), Key.OTHER))
    for start, other in ((_APPLICATION, _NORMAL), (_NORMAL, _APPLICATION)):
        for sequence, key in list(table.items()):
            if sequence.startswith(start):
                table.setdefault(other + sequence[len(start) :], key)
    return table


class Input(Protocol):
    """Where bytes come from."""

    def waiting(self, wait: float | None) -> bool:
        """Whether a byte is there within `wait` seconds (None: however long it takes)."""
        ...

    def read(self) -> int:
        """The next byte."""
        ...


class KeyReader:
    """Reads keys: the longest known sequence, waiting `PAUSE` seconds for the rest of a begun one."""

    PAUSE = 0.5

    def __init__(self, table: Mapping[bytes, int], source: Input) -> None:
        self._table = table
        self._beginnings = {sequence[:end] for sequence in table for end in range(1, len(sequence))}
        self._source = source
        self._unread = bytearray()

    def key(self, wait: float | None = None) -> int | None:
        """The next key, None when nothing was typed in time.

        A begun sequence that is no key is an Escape; what followed it is read as keys of its own, but only once
        something more is typed.
        """
        if not self._source.waiting(wait):
            return None
        read = bytes((self._byte(),))
        key, length = self._table.get(read, read[0]), 1
        while read in self._beginnings and self.more():
            read += bytes((self._byte(),))
            if read in self._table:
                key, length = self._table[read], len(read)
        self._unread[:0] = read[length:]
        return key

    def more(self) -> bool:
        """Whether the rest of a sequence arrives."""
        return bool(self._unread) or self._source.waiting(self.PAUSE)

    def _byte(self) -> int:
        return self._unread.pop(0) if self._unread else self._source.read()

    def continuation(self) -> int | None:
        """The next byte of a character of several bytes, None when it does not come."""
        return self._byte() if self.more() else None

    def flush(self, redraw: Callable[[], None]) -> None:
        """Forget everything typed so far; a Ctrl-L is obeyed, and takes another byte with it, if it must be waited for.

        That is how newt.c has it: newtFlushInput calls getkey, and that gives no Ctrl-L.
        """
        self._unread.clear()
        while self._source.waiting(0.0):
            while self._source.read() == REDRAW:
                redraw()
