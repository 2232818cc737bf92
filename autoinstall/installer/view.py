"""The console as it is looked at: bytes become a screen, the screen a dialog, and time passes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from autoinstall.console.channel import Channel, ConsoleClosed
from autoinstall.deadline import Deadline
from autoinstall.dialog.frame import titled_window_begun
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

_KERNEL_LINE = re.compile(r"\[ *\d+\.\d{6}\] ")
"""The beginning of a line that the kernel prints on its console, whatever stands there."""

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
        self.changed_at = self.heard_at = time.monotonic()
        self.in_screen = False
        self.window_seen = False
        self._longest_gap = 0.0
        self._heard = ""
        self._heard_before = 0
        self._disturbed_at: int | None = None

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
        self.heard_at = time.monotonic()
        text = self._decoder.decode(data)
        self._remember(text)
        for happening in self._lifecycle.feed(text):
            self._on_happening(happening)
        self._terminal.feed(data)
        before = self.snapshot
        self.snapshot = self._terminal.snapshot()
        if self.snapshot.scrolls > before.scrolls or _KERNEL_LINE.search(text):
            self._disturbed_at = self.mark()
        if _STATUS_LINE.match(self.snapshot.rows[0].text):
            self.in_screen = True
        if not self._changed_since(before):
            return False
        now = time.monotonic()
        was = self.dialog
        self.dialog = read(self.snapshot, self._vocabulary)
        self.window_seen = self.window_seen or titled_window_begun(self.snapshot)
        if self.dialog is not None:
            for happening in self._lifecycle.saw_dialog():
                self._on_happening(happening)
        self._measure(was, now - self.changed_at)
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

    def _measure(self, was: Dialog | None, gap: float) -> None:
        """Take the pauses inside the paint of one dialog, from its frame to its focus, as this console's.

        What was printed over a dialog stands there until we ask for a repaint: that pause is ours.
        """
        if self.disturbed:
            self._longest_gap = 0.0
            return
        now = self.dialog
        painting = was is not None and not was.complete and was.kind is not Kind.PROGRESS
        if painting and now is not None and was is not None and now.title == was.title:
            self._longest_gap = max(self._longest_gap, gap)
        if now is not None and now.complete and (was is None or was.identity != now.identity):
            self.pace.paint_finished(self._longest_gap)
            self._longest_gap = 0.0

    @property
    def quiet(self) -> float:
        """Seconds since the screen last changed."""
        return time.monotonic() - self.changed_at

    @property
    def silence(self) -> float:
        """Seconds since the console last sent anything."""
        return time.monotonic() - self.heard_at

    def settle(self, deadline: Deadline) -> None:
        """Look on until the screen is settled."""
        self._be_quiet(self.pace.settle, deadline)

    def take_breath(self, deadline: Deadline) -> None:
        """Look on until what stands there is not the middle of a paint, as far as is known."""
        self._be_quiet(self.pace.breath, deadline)

    def _be_quiet(self, seconds: float, deadline: Deadline) -> None:
        while self.quiet < seconds and not deadline.expired:
            self.look(min(max(seconds - self.quiet, 0.001), deadline.remaining))

    def mark(self) -> int:
        """The place in the console's text that has been reached now."""
        return self._heard_before + len(self._heard)

    def heard_since(self, mark: int) -> str:
        """The console's text since the mark, escape sequences and all."""
        return self._heard[max(0, mark - self._heard_before) :]

    def paints_since(self, mark: int, title: str) -> int:
        """How often a window's title was sent since the mark (newt sends it as one run of bytes)."""
        return self.heard_since(mark).count(title)

    @property
    def disturbed(self) -> bool:
        """Something was printed over the screen, and no window was painted since."""
        return self._disturbed_at is not None

    @property
    def readable(self) -> Dialog | None:
        """The complete dialog on the screen, unless something was printed over it since its last paint."""
        dialog = self.dialog
        if dialog is None or not dialog.complete:
            return None
        if self._disturbed_at is not None:
            if not self.paints_since(self._disturbed_at, dialog.title):
                return None
            self._disturbed_at = None
        return dialog

    def send(self, keys: bytes, *, secret: bool = False) -> None:
        self._channel.send(keys, secret=secret)

    def secret_field(self, on: bool) -> None:
        self._channel.secret_field(on)
