"""The console as it is looked at: bytes become a screen, the screen a dialog, and time passes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from autoinstall.console.channel import Channel, ConsoleClosed
from autoinstall.deadline import Deadline
from autoinstall.dialog.model import Dialog, Kind
from autoinstall.dialog.read import read
from autoinstall.dialog.vocabulary import Vocabulary
from autoinstall.installer.lifecycle import Happening, Lifecycle
from autoinstall.installer.pace import Pace
from autoinstall.terminal.decoding import ConsoleDecoder
from autoinstall.terminal.emulator import Terminal
from autoinstall.terminal.snapshot import Snapshot

_STATUS_LINE = re.compile(r"^\[.*\(\d+\*")
"""GNU screen's first row in debian-installer's screenrc; its clock ticks whatever the installer does."""

REDRAW_NEWT = b"\x0c"
REDRAW_SCREEN = b"\x01l"

REMEMBERED = 1 << 16
"""Characters of the console's text that are kept at the least; a repaint has at most 7,000."""


class View:
    """One attached console and what stands on its screen. A new attach needs a new view."""

    def __init__(
        self,
        channel: Channel,
        vocabulary: Vocabulary,
        lifecycle: Lifecycle,
        pace: Pace,
        on_happening: Callable[[Happening], None],
    ) -> None:
        self._channel = channel
        self._vocabulary = vocabulary
        self._lifecycle = lifecycle
        self._on_happening = on_happening
        self._terminal = Terminal(channel.columns, channel.lines)
        self._decoder = ConsoleDecoder()
        self.pace = pace
        self.snapshot: Snapshot = self._terminal.snapshot()
        self.dialog: Dialog | None = None
        self.changed_at = time.monotonic()
        self.in_screen = False
        self.window_seen = False
        self._longest_gap = 0.0
        self._heard = ""
        self._heard_before = 0

    def look(self, timeout: float) -> bool:
        """Take what arrives within `timeout` seconds; True when the screen (its clock aside) changed.

        Raises ConsoleClosed at the end of the console, after its last bytes were seen.
        """
        data = self._channel.read(timeout)
        if not data:
            return False
        while len(data) < 1 << 20 and (more := self._more()):
            data += more
        return self._take(data)

    def _more(self) -> bytes:
        """What is there already, without waiting; the end of the console is left for the next look."""
        try:
            return self._channel.read(0)
        except ConsoleClosed:
            return b""

    def _take(self, data: bytes) -> bool:
        text = self._decoder.decode(data)
        self._remember(text)
        for happening in self._lifecycle.feed(text):
            self._on_happening(happening)
        self._terminal.feed(data)
        before = self.snapshot
        self.snapshot = self._terminal.snapshot()
        if _STATUS_LINE.match(self.snapshot.rows[0].text):
            self.in_screen = True
        if not self._changed_since(before):
            return False
        now = time.monotonic()
        painting = (
            self.dialog is not None and not self.dialog.complete and self.dialog.kind is not Kind.PROGRESS
        )
        self.dialog = read(self.snapshot, self._vocabulary)
        if self.dialog is not None:
            self.window_seen = True
            for happening in self._lifecycle.saw_dialog():
                self._on_happening(happening)
        self._measure(painting, now - self.changed_at)
        self.changed_at = now
        return True

    def _remember(self, text: str) -> None:
        self._heard += text
        if len(self._heard) > 2 * REMEMBERED:
            self._heard_before += len(self._heard) - REMEMBERED
            self._heard = self._heard[-REMEMBERED:]

    def _changed_since(self, before: Snapshot) -> bool:
        first = 1 if self.in_screen else 0
        same_rows = all(a is b for a, b in zip(before.rows[first:], self.snapshot.rows[first:], strict=True))
        return not (same_rows and before.cursor == self.snapshot.cursor)

    def _measure(self, painting: bool, gap: float) -> None:
        if painting:
            self._longest_gap = max(self._longest_gap, gap)
        if self.dialog is not None and self.dialog.complete:
            if painting:
                self.pace.paint_finished(self._longest_gap)
            self._longest_gap = 0.0

    @property
    def quiet(self) -> float:
        """Seconds since the screen last changed."""
        return time.monotonic() - self.changed_at

    @property
    def settled(self) -> bool:
        return self.quiet >= self.pace.settle

    def settle(self, deadline: Deadline) -> None:
        """Look on until the screen is settled."""
        while not self.settled and not deadline.expired:
            self.look(min(max(self.pace.settle - self.quiet, 0.001), deadline.remaining))

    def mark(self) -> int:
        """The place in the console's text that has been reached now."""
        return self._heard_before + len(self._heard)

    def painted_since(self, mark: int, title: str) -> bool:
        """Whether a window's title was sent again since the mark (newt sends it as one run of bytes)."""
        return title in self._heard[max(0, mark - self._heard_before) :]

    def send(self, keys: bytes, *, secret: bool = False) -> None:
        self._channel.send(keys, secret=secret)

    def secret_field(self, on: bool) -> None:
        self._channel.secret_field(on)
