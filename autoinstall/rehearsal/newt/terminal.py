"""The input side of the terminal: its mode while dialogs are up, and its bytes."""

from __future__ import annotations

import os
import select
import termios
from contextlib import suppress
from typing import Any

_DISABLED = b"\x00"


class TerminalGone(Exception):
    """The terminal hung up while a key was awaited."""


class TerminalInput:
    """Bytes typed on a terminal; also on a pipe, which has no modes."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._before: Any = None

    def take(self) -> None:
        """Every key by itself, no echo, output as it stands; nothing typed is flushed by this."""
        if self._before or not os.isatty(self._fd):
            return
        self._before = termios.tcgetattr(self._fd)
        mode = termios.tcgetattr(self._fd)
        mode[0] = mode[0] & ~(termios.INLCR | termios.ICRNL) | termios.IXON
        mode[1] &= ~termios.OPOST
        mode[3] = termios.ISIG | termios.NOFLSH
        characters = mode[6]
        for special in (termios.VINTR, termios.VQUIT, termios.VSUSP, termios.VLNEXT):
            characters[special] = _DISABLED
        characters[termios.VMIN], characters[termios.VTIME] = 1, 0
        termios.tcsetattr(self._fd, termios.TCSADRAIN, mode)

    def give_back(self) -> None:
        """The mode as it was before."""
        if self._before:
            with suppress(termios.error):
                termios.tcsetattr(self._fd, termios.TCSADRAIN, self._before)
            self._before = None

    def waiting(self, wait: float | None) -> bool:
        """Whether a byte (or the end of file) is there within `wait` seconds; None: however long it takes."""
        readable, _, _ = select.select([self._fd], [], [], wait)
        return bool(readable)

    def read(self) -> int:
        """The next byte. Raises TerminalGone at the end of file."""
        try:
            data = os.read(self._fd, 1)
        except OSError as error:
            raise TerminalGone from error
        if not data:
            raise TerminalGone
        return data[0]
