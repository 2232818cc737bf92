"""The console of a QEMU guest as a program: `python -m autoinstall.toolstack.serial_console SERIAL MONITOR`.

It behaves as `xm console` does: it joins the terminal that it was started on with the guest's serial line,
Ctrl+] alone leaves, status 0 says that the console is over, and a line that somebody else holds is refused.
A guest that waits for its first console starts to run when it is attached, so that no byte is lost.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import socket
import sys
import termios
import tty
from collections.abc import Iterator
from pathlib import Path

from autoinstall.toolstack.qmp import Monitor, MonitorError, connected

LEAVE_KEY = b"\x1d"
READ_AT_ONCE = 65536
CONNECT_SECONDS = 10.0
TERMINAL_IN, TERMINAL_OUT, TERMINAL_ERROR = 0, 1, 2

IN_USE = "Could not lock the console: somebody else is attached"
ABSENT = "no guest listens on this console"


def main(serial: Path, monitor: Path) -> int:
    """Attach until the guest ends or the person leaves; the exit status."""
    with serial.with_suffix(".lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return _refuse(IN_USE)
        try:
            line = connected(serial, CONNECT_SECONDS)
        except OSError:
            return _refuse(ABSENT)
        with line, _raw_terminal():
            try:
                start_waiting_guest(monitor)
            except MonitorError as error:
                return _refuse(str(error))
            line.settimeout(None)
            join(line)
    return 0


def start_waiting_guest(path: Path) -> None:
    """Let a guest run that was created but never had a console. Raises MonitorError."""
    with Monitor(path) as monitor:
        if monitor.ask("query-status")["status"] == "prelaunch":
            monitor.ask("cont")


def join(line: socket.socket) -> None:
    """Pass bytes on both ways, until one side ends or Ctrl+] comes alone."""
    poll = select.poll()
    poll.register(TERMINAL_IN, select.POLLIN)
    poll.register(line, select.POLLIN)
    with contextlib.suppress(OSError):
        while True:
            for ready, _ in poll.poll():
                from_guest = ready != TERMINAL_IN
                data = line.recv(READ_AT_ONCE) if from_guest else os.read(TERMINAL_IN, READ_AT_ONCE)
                if not data or (not from_guest and data == LEAVE_KEY):
                    return
                if from_guest:
                    _write(data)
                else:
                    line.sendall(data)


def _write(data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(TERMINAL_OUT, left) :]


def _refuse(why: str) -> int:
    os.write(TERMINAL_ERROR, why.encode() + b"\n")
    return 1


@contextlib.contextmanager
def _raw_terminal() -> Iterator[None]:
    """The terminal passes each key on as it is; afterwards it is as it was."""
    if not os.isatty(TERMINAL_IN):
        yield
        return
    before = termios.tcgetattr(TERMINAL_IN)
    tty.setraw(TERMINAL_IN, termios.TCSANOW)
    try:
        yield
    finally:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(TERMINAL_IN, termios.TCSANOW, before)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
