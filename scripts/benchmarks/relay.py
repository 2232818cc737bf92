"""Runs a command on a PTY of its own, copies both ways, and notes when each byte passed.

Run as a program: `relay.py LOG FOLDER COMMAND...`. It stands between the driver and a frontend, so that the time
of the last painted byte is that of the terminal, not the one at which the driver came to look. A line of LOG is
`SECONDS WHAT BYTES`, WHAT being output, key, enter or end.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time
import tty
from pathlib import Path
from typing import TextIO

SIZE = struct.pack("HHHH", 24, 80, 0, 0)


def main(log: str, folder: str, *command: str) -> int:
    """Run the command to its end; its exit status."""
    if os.isatty(0):
        tty.setraw(0)
    began = time.monotonic()
    child, terminal = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, SIZE)
        os.chdir(folder)
        os.execvp(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, SIZE)
    with Path(log).open("w", buffering=1) as notes:
        _copy(terminal, notes, began)
        notes.write(f"{time.monotonic() - began:.6f} end 0\n")
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _copy(terminal: int, notes: TextIO, began: float) -> None:
    while True:
        ready, _, _ = select.select([terminal, 0], [], [])
        now = time.monotonic() - began
        if 0 in ready:
            keys = os.read(0, 4096)
            if not keys:
                return
            os.write(terminal, keys)
            what = "enter" if keys == b"\r" else "key"
            notes.write(f"{now:.6f} {what} {len(keys)}\n")
        if terminal in ready:
            try:
                painted = os.read(terminal, 65536)
            except OSError:
                return
            os.write(1, painted)
            notes.write(f"{now:.6f} output {len(painted)}\n")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
