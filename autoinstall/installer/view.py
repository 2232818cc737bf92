"""The console as it is looked at while it lives: what it shows, since when, and the keys that are sent."""

from __future__ import annotations

import time
from collections.abc import Callable

from autoinstall.console.channel import Channel, ConsoleClosed
from autoinstall.deadline import Deadline
from autoinstall.dialog.model import Dialog, Kind
from autoinstall.dialog.vocabulary import Vocabulary
from autoinstall.installer.lifecycle import Happening, Lifecycle
from autoinstall.installer.pace import Pace
from autoinstall.installer.sight import Sight


class View(Sight):
    """One attached console as time passes. A new attach needs a new view."""

    def __init__(
        self,
        channel: Channel,
        vocabulary: Vocabulary,
        lifecycle: Lifecycle,
        pace: Pace,
        on_happening: Callable[[Happening], None],
    ) -> None:
        def happened(happening: Happening) -> None:
            channel.marker(happening.value)
            on_happening(happening)

        super().__init__(channel.columns, channel.lines, vocabulary, lifecycle, happened)
        self._channel = channel
        self.pace = pace
        self.changed_at = self.heard_at = time.monotonic()
        self._longest_gap = 0.0

    def look(self, timeout: float) -> bool:
        """Take what arrives within `timeout` seconds; True when the screen (its clock aside) changed.

        Raises ConsoleClosed at the end of the console, after its last bytes were seen.
        """
        data = self._channel.read(timeout)
        if not data:
            return False
        while len(data) < 1 << 20 and (more := self._more()):
            data += more
        return self.take(data)

    def _more(self) -> bytes:
        """What is there already, without waiting; the end of the console is left for the next look."""
        try:
            return self._channel.read(0)
        except ConsoleClosed:
            return b""

    def take(self, data: bytes) -> bool:
        """As Sight does, with an eye on the clock."""
        self.heard_at = time.monotonic()
        was = self.dialog
        if not super().take(data):
            return False
        now = time.monotonic()
        self._measure(was, now - self.changed_at)
        self.changed_at = now
        return True

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

    @property
    def last_keys(self) -> bytes:
        """Those sent last on this console; empty where there were none yet, or a secret's."""
        return self._channel.last_keys

    def send(self, keys: bytes, *, secret: bool = False) -> None:
        self._channel.send(keys, secret=secret)

    def marker(self, label: str) -> None:
        """Put a marker into the recording: a chapter, for whoever plays it."""
        self._channel.marker(label)

    def secret_field(self, on: bool) -> None:
        self._channel.secret_field(on)
