"""The guest's console below the dialogs: the kernel's and busybox's lines."""

from __future__ import annotations

import os
import tty
from collections.abc import Iterable

from autoinstall.rehearsal.installer.pace import Pace


class Console:
    """A terminal that gets whole lines, CR LF at their ends, wherever its cursor stands."""

    def __init__(self, input_fd: int, output_fd: int, pace: Pace) -> None:
        self.input_fd = input_fd
        self.output_fd = output_fd
        self._pace = pace

    def take(self) -> None:
        """Make the terminal what hvc0 is to a kernel: bytes in both directions, nothing echoed."""
        if os.isatty(self.input_fd):
            tty.setraw(self.input_fd)

    def write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self.output_fd, data) :]

    def line(self, text: str) -> None:
        self.write(text.encode() + b"\r\n")

    def lines(self, texts: Iterable[str], each: float = 0.0) -> None:
        """Several lines, `each` seconds of the guest's work after every one."""
        for text in texts:
            self.line(text)
            self._pace.work(each)

    def kernel(self, text: str) -> None:
        """A line of the kernel, stamped with its uptime."""
        self.line(f"[{self._pace.uptime:12.6f}] {text}")
