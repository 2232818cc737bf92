"""A domain's tty on the host, and the programs that are started on it."""

from __future__ import annotations

import fcntl
import os
import signal
import struct
import termios
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from traceback import print_exc
from typing import NamedTuple

COLUMNS, LINES = 80, 24
"""What a guest takes its console for: nothing tells it another size."""

LONGEST_READ = 4096


class Tty(NamedTuple):
    """A pseudo terminal: the host's end, the guest's end, and its name in /dev."""

    master: int
    slave: int
    name: str

    def read(self) -> bytes:
        """What the guest has written by now, up to a page; empty when there is nothing."""
        try:
            return os.read(self.master, LONGEST_READ)
        except OSError:  # EAGAIN: nothing there; EIO: nobody has the other end
            return b""

    def write(self, keys: bytes) -> int:
        """Type as much as the guest's end takes now; the number of bytes taken."""
        try:
            return os.write(self.master, keys)
        except BlockingIOError:
            return 0

    def close(self) -> None:
        os.close(self.master)
        os.close(self.slave)


def open_tty() -> Tty:
    """A fresh tty, cooked and echoing as a kernel's console is before anybody changes it."""
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    os.set_blocking(master, False)
    return Tty(master, slave, os.ttyname(slave))


def run_on(tty: Tty, program: Callable[[], None]) -> int:
    """Start a child in a session of its own, with `tty` as its terminal and standard files; its process id."""
    pid = os.fork()
    if pid:
        return pid
    status = 127
    try:
        os.setsid()
        fcntl.ioctl(tty.slave, termios.TIOCSCTTY, 0)
        for number in (0, 1, 2):
            os.dup2(tty.slave, number)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGPIPE, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        program()
        status = 0
    finally:
        if status:
            print_exc()
        os._exit(status)


def execute(argv: Sequence[str], environment: Mapping[str, str], folder: Path) -> Callable[[], None]:
    """What `run_on` runs to become another program."""

    def become() -> None:
        os.closerange(3, 256)
        os.chdir(folder)
        os.execve(argv[0], list(argv), dict(environment))  # noqa: S606 - this is how a guest begins

    return become
