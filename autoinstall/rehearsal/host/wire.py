"""How a command talks to the process that keeps a domain: a unix socket, one JSON line each way, then raw bytes.

A unix socket's path may have 107 bytes and build folders lie deep, so both ends reach the folder through
/proc/self/fd. The requests are `{"do": "console", "domid": N, "follow": bool}`, answered by `{"ok": true}` or
`{"refused": "locked" | "gone"}`; and `{"do": "shutdown" | "reboot" | "destroy", "domid": N}`, answered by
`{"ok": bool}` when it is done.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LONGEST_REQUEST = 4096


@contextmanager
def _short(path: Path) -> Iterator[str]:
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def listen(path: Path) -> socket.socket:
    """A socket that listens at a path, however deep it lies; one left there by a dead keeper is replaced."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with _short(path) as name:
        listener.bind(name)
    path.chmod(0o600)
    listener.listen(16)
    listener.setblocking(False)
    return listener


def ask(path: Path, request: dict[str, Any]) -> tuple[socket.socket, dict[str, Any]]:
    """Send a request and wait for its answer; the connection stays open for what follows.

    Raises OSError where nobody listens any more.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with _short(path) as name:
            connection.connect(name)
        connection.sendall(json.dumps(request).encode() + b"\n")
        return connection, _answer(connection)
    except OSError:
        connection.close()
        raise


def _answer(connection: socket.socket) -> dict[str, Any]:
    """One line, read byte by byte: what follows it is the console's."""
    line = b""
    while not line.endswith(b"\n"):
        byte = connection.recv(1)
        if not byte:
            raise ConnectionResetError("the domain's keeper ended")
        line += byte
    answer: dict[str, Any] = json.loads(line)
    return answer
