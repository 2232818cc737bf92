"""Writes a session to an asciicast file while it happens: append-only, each event on disk at once."""

from __future__ import annotations

import os
import time
from pathlib import Path

from autoinstall.errors import HostError, InvalidFileError
from autoinstall.recording.asciicast import (
    INPUT,
    MARKER,
    OUTPUT,
    RESIZE,
    Header,
    event_lines,
    header_line,
    read_cast,
)
from autoinstall.recording.mask import Masker

CONSOLE_CLOSED = "console-closed"
"""The marker that stands where the console's command ended."""


class Recorder:
    """Records what a console says and is sent; an existing recording goes on where it ends.

    What the console says goes through `mask` first. A recording that was torn by a crash is cut back to its
    last whole line; its clock goes on from its last event.
    """

    def __init__(
        self, path: Path, *, columns: int, lines: int, mask: Masker, title: str | None = None
    ) -> None:
        self.path = path
        self._mask = mask
        self._descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        last = self._go_on()
        self._began = time.monotonic() - (last or 0.0)
        if last is None:
            self._write(header_line(Header(2, columns, lines, int(time.time()), title)))

    @property
    def elapsed(self) -> float:
        """Seconds since the recording began, as its events count them."""
        return time.monotonic() - self._began

    @property
    def mask(self) -> Masker:
        return self._mask

    def output(self, data: bytes) -> None:
        """Record what the console said; the end is held back while it could become a secret."""
        self._event(OUTPUT, self._mask.feed(data))

    def input(self, keys: bytes, secret: bool = False) -> None:
        """Record one write of keys, before it is sent; a secret's keys as stars, one a key."""
        self.settle()
        if secret:
            self._mask.typed(keys)
            shown = b"*" * len(keys.decode("utf-8", "replace"))
        else:
            if b"\r" in keys or b"\n" in keys:
                self._mask.field(False)
            shown = self._mask.whole(keys)
        self._event(INPUT, shown)

    def secret_field(self, on: bool) -> None:
        """Say that a field which shows a secret is on the screen, or that it is left."""
        self._mask.field(on)

    def marker(self, label: str) -> None:
        self.settle()
        self._event(MARKER, self._mask.text(label).encode("utf-8", "replace"))

    def resized(self, columns: int, lines: int) -> None:
        """Record that the window got another size, in cells."""
        self.settle()
        self._event(RESIZE, f"{columns}x{lines}".encode())

    def settle(self) -> None:
        """On silence: record what was held back."""
        self._event(OUTPUT, self._mask.settle())

    def console_closed(self) -> None:
        """Record that the console's command ended."""
        self._event(OUTPUT, self._mask.finish())
        self.marker(CONSOLE_CLOSED)

    def close(self) -> None:
        """Record what is left, and close the file."""
        self._event(OUTPUT, self._mask.finish())
        os.close(self._descriptor)

    def _go_on(self) -> float | None:
        """Cut a torn tail off; the time of the last event, or None where nothing whole is there."""
        size = os.fstat(self._descriptor).st_size
        content = os.pread(self._descriptor, size, 0)
        whole = content.rfind(b"\n") + 1
        if whole < size:
            os.ftruncate(self._descriptor, whole)
        if not whole:
            return None
        recording = read_cast(self.path)
        if recording.header.version != 2:
            raise InvalidFileError(
                f"{self.path}: only recordings of version 2 can go on", kind="not-a-recording"
            )
        return recording.events[-1].at if recording.events else 0.0

    def _event(self, code: str, data: bytes) -> None:
        if data:
            self._write(event_lines(self.elapsed, code, data))

    def _write(self, lines: bytes) -> None:
        left = memoryview(lines)
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError as failure:
            raise HostError(
                f"{self.path} cannot be written: {failure.strerror}",
                kind="recording-failed",
                hint="is the disk full?",
            ) from None


def set_aside(path: Path) -> None:
    """Rename a recording, so that a new one can begin."""
    if path.exists():
        path.rename(place_aside(path))


def place_aside(path: Path) -> Path:
    """Where a recording is put aside: NAME.1.cast, or the first number that is free."""
    number = 1
    while (aside := path.with_name(f"{path.stem}.{number}{path.suffix}")).exists():
        number += 1
    return aside
