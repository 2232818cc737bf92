"""The console client: bytes between a terminal and a domain, as Xen's xenconsole carries them.

It prints nothing of its own on success. It leaves when one read gives exactly the byte Ctrl+] and nothing else
(tools/console/client/main.c); the same byte among others is the guest's.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import socket
import sys
import termios
import time
import tty
from collections.abc import Iterator

from autoinstall.rehearsal.host import pace, wire
from autoinstall.rehearsal.host.domains import Host, Record
from autoinstall.rehearsal.host.processes import Process

ESCAPE = b"\x1d"
MOST_TYPED = 60
NOBODY = Process(0, 0)
MOST_SHOWN = 512


def attach(
    host: Host,
    record: Record,
    *,
    toolstack: str,
    follow: bool,
    patience: float = pace.CONSOLE_WAITS_FOR_TTY,
) -> int:
    """Hold a domain's console until one side ends; the exit status of xenconsole.

    It is bound to the domain's id: after a reboot the domain has another one, and this console is over.
    `follow`: stay when the boot loader hands over to the guest, as xm's does. `patience`: seconds that the
    domain's tty may take to appear.
    """
    connection, problem = _connect(host, record, follow, patience)
    if connection is None:
        locked = problem == errno.EAGAIN
        what = _lock(record, toolstack) if locked else "Could not read tty from store"
        sys.stderr.write(f"xenconsole: {what}: {os.strerror(problem)}\n")
        return problem
    signal.signal(signal.SIGTERM, lambda *_: os._exit(_restore(before)))
    before = _terminal()
    try:
        with _raw(before):
            _carry(connection)
    finally:
        connection.close()
    return 0


def _lock(record: Record, toolstack: str) -> str:
    """What is locked: 4.2 locks the tty itself, 4.17 a file of its own."""
    if toolstack == "xm":
        return f"Could not lock tty '{record.tty}'"
    return f"Could not lock /var/lock/xenconsole.{record.domid}"


def _connect(host: Host, record: Record, follow: bool, patience: float) -> tuple[socket.socket | None, int]:
    """A connection to the domain's console, or the error number of what stands in the way."""
    wish = {"do": "console", "domid": record.domid, "follow": follow}
    limit = time.monotonic() + patience
    while (now := host.record(record.name)) and now.domid == record.domid:
        with contextlib.suppress(OSError):
            connection, answer = wire.ask(host.socket(now.keeper or NOBODY), wish)
            if answer.get("ok"):
                return connection, 0
            connection.close()
            if answer["refused"] == "locked":
                return None, errno.EAGAIN
        if time.monotonic() >= limit:
            break
        time.sleep(pace.POLL)  # noqa: TID251 - the client waits for the store
    return None, errno.ENOENT


def _terminal() -> list[object] | None:
    try:
        return termios.tcgetattr(0)
    except termios.error:
        return None


def _restore(before: list[object] | None) -> int:
    if before is not None:
        termios.tcsetattr(0, termios.TCSANOW, before)  # type: ignore[arg-type]  # typeshed wants an alias of list
    return 0


@contextlib.contextmanager
def _raw(before: list[object] | None) -> Iterator[None]:
    """The terminal passes every key on, and shows what comes as it comes."""
    if before is None:
        yield
        return
    tty.setraw(0, termios.TCSANOW)
    try:
        yield
    finally:
        _restore(before)


def _carry(connection: socket.socket) -> None:
    waiting = select.poll()
    waiting.register(0, select.POLLIN)
    waiting.register(connection, select.POLLIN)
    while True:
        for ready, _ in waiting.poll():
            over = _type(connection) if ready == 0 else _show(connection)
            if over:
                return


def _type(connection: socket.socket) -> bool:
    """Pass keys on; True when the user leaves."""
    try:
        keys = os.read(0, MOST_TYPED)
    except OSError:  # the terminal hung up
        return True
    if keys in (b"", ESCAPE):
        return True
    try:
        connection.sendall(keys)
    except OSError:
        return True
    return False


def _show(connection: socket.socket) -> bool:
    """Show what the guest wrote; True when there is nobody any more."""
    try:
        output = connection.recv(MOST_SHOWN)
    except OSError:
        return True
    while output:
        output = output[os.write(1, output) :]
        if not output:
            return False
    return True
