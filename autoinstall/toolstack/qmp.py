"""QEMU's monitor on a socket: one short conversation at a time, as it serves one client only (QMP)."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

PATIENCE = 5.0
"""Seconds for an answer; a machine that is stopped gives none."""


class MonitorError(Exception):
    """The monitor is not there, does not answer, or refuses a command; the text says which."""


def connected(path: Path, seconds: float) -> socket.socket:
    """A connection to a UNIX socket, however long its path is (sun_path holds 108 bytes, unix(7)).

    Raises OSError where nobody listens.
    """
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(seconds)
    try:
        folder = os.open(path.parent, os.O_PATH | os.O_CLOEXEC)
        try:
            line.connect(f"/proc/self/fd/{folder}/{path.name}")
        finally:
            os.close(folder)
    except BaseException:
        line.close()
        raise
    return line


class Monitor:
    """A conversation with the monitor; it takes the next client when this one leaves the `with` block."""

    def __init__(self, path: Path, seconds: float = PATIENCE) -> None:
        """Raises MonitorError where no monitor answers within `seconds`."""
        try:
            self._line = connected(path, seconds)
        except OSError as error:
            raise MonitorError(f"no monitor: {error.strerror or error}") from error
        self._answers: BinaryIO = self._line.makefile("rb")
        try:
            self._next("QMP")
            self.ask("qmp_capabilities")
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._answers.close()
        self._line.close()

    def ask(self, command: str, arguments: Mapping[str, Any] | None = None) -> Any:
        """What a command returns. Raises MonitorError where it fails or where the answer does not come."""
        request = json.dumps({"execute": command, "arguments": dict(arguments or {})}).encode() + b"\n"
        try:
            self._line.sendall(request)
        except OSError as error:
            raise MonitorError(f"the monitor is gone: {error.strerror or error}") from error
        return self._next("return")

    def _next(self, key: str) -> Any:
        """The value of `key` in the next message that has it; events on the way are left out."""
        while True:
            try:
                message = json.loads(self._answers.readline() or b"null")
            except (OSError, ValueError) as error:
                raise MonitorError(f"the monitor does not answer: {error}") from error
            if message is None:
                raise MonitorError("the monitor has ended")
            if "error" in message:
                raise MonitorError(str(message["error"].get("desc")))
            if key in message:
                return message[key]
