"""Listens to a console as text: waits for what should appear there, and hears a kernel panic in any wait."""

from __future__ import annotations

import re
from collections.abc import Iterable

from autoinstall.answers.secret import Secret
from autoinstall.console.channel import Channel
from autoinstall.deadline import Deadline
from autoinstall.errors import JobError
from autoinstall.guest.plain_text import PlainText

REMEMBERED = 128 * 1024
"""Bytes of text that a pattern can look back on."""

LOOK_BACK = 1024
"""Bytes before new text in which a pattern may have begun."""

AFTER_INTERRUPT = 0.2
"""Seconds of silence after Ctrl-C before anything else is typed."""

_KERNEL_LINE = re.compile(rb"\r?\[ *\d+\.\d{6}\] [^\r\n]*(?:\r*\n|\Z)")

_PANIC = re.compile(rb"Kernel panic - not syncing[^\r\n]*")


class Listener:
    """A console's text since the last `forget`, waited upon by patterns.

    Every wait passes ConsoleClosed on and raises JobError (`kernel-panic`) when the guest's kernel dies.
    """

    def __init__(self, channel: Channel, secrets: Iterable[Secret] = ()) -> None:
        self._channel = channel
        self._secrets = tuple(secrets)
        self._plain = PlainText()
        self._recent = b""
        self._count = 0
        self.heard = bytearray()

    def hear(self, seconds: float) -> bool:
        """Take what comes within `seconds`, as soon as it comes; False when all was silent."""
        piece = self._channel.read(seconds)
        if not piece:
            return False
        text = self._plain.feed(piece)
        self._count += len(text)
        self.heard += text
        del self.heard[:-REMEMBERED]
        before, self._recent = self._recent, (self._recent + text)[-REMEMBERED:]
        panic = _PANIC.search(self._recent, max(0, len(before) - LOOK_BACK))
        if panic:
            raise JobError(
                f"the guest's kernel panicked: {self.shown(panic.group())}",
                kind="kernel-panic",
                hint="the console's recording shows what came before",
            )
        return True

    def wait_for(self, pattern: re.Pattern[bytes], deadline: Deadline) -> re.Match[bytes] | None:
        """The first match in what was heard, or None when the deadline passes without one."""
        start = 0
        while True:
            match = pattern.search(self.heard, start)
            if match or deadline.expired:
                return match
            known = self._count
            self.hear(deadline.remaining)
            start = max(0, len(self.heard) - (self._count - known) - LOOK_BACK)

    @property
    def said(self) -> bytes:
        """What was heard without the lines that the kernel printed in between."""
        return _KERNEL_LINE.sub(b"", self.heard)

    def wait_for_said(self, pattern: re.Pattern[bytes], deadline: Deadline) -> re.Match[bytes] | None:
        """As `wait_for`, in `said`: for short exchanges with a system whose kernel still talks."""
        while True:
            match = pattern.search(self.said)
            if match or deadline.expired:
                return match
            self.hear(deadline.remaining)

    def wait_for_quiet(self, seconds: float, deadline: Deadline) -> bool:
        """Wait until nothing came for `seconds`; False when the deadline passed first."""
        while not deadline.expired:
            if not self.hear(min(seconds, deadline.remaining)):
                return True
        return False

    def send(self, keys: bytes, *, secret: bool = False) -> None:
        self._channel.send(keys, secret=secret)

    def interrupt(self) -> None:
        """Ctrl-C, and a moment for the shell to take it: with the signal a shell throws away the line it just read."""
        self.send(b"\x03")
        self.wait_for_quiet(AFTER_INTERRUPT, Deadline.after(10 * AFTER_INTERRUPT))

    def forget(self) -> None:
        """Let later waits see only what comes from now on."""
        self.heard.clear()

    def last_lines(self, count: int = 5) -> str:
        """The console's last lines that are not blank, one below the other, safe to print."""
        lines = [line for line in self.shown(self._recent).split("\n") if line.strip()]
        return "\n".join(lines[-count:])

    def shown(self, text: bytes) -> str:
        """The text as printable characters and line ends, secrets replaced by stars."""
        shown = bytes(text).decode("utf-8", "replace").replace("\r", "")
        for secret in self._secrets:
            if secret.reveal():
                shown = shown.replace(secret.reveal(), "***")
        return "".join(mark if mark.isprintable() or mark == "\n" else " " for mark in shown)
