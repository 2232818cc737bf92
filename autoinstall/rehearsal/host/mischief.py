"""What a misbehaving host does to a console, decided by the seed, the question on the screen and the key's place.

Nothing here depends on the time of day, so the same seed strikes at the same questions and offsets. What the
guest itself does wrong (kernel lines, panics, double paints) is the installer's affair.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from autoinstall.rehearsal.faults import Faults

DRAWN_AFTER = 0.03
"""Seconds of silence after which a dialog is taken to stand on the screen: newt draws one in 5 to 25 ms."""

WATCH_EVERY = 0.01

LOSE_ONE_IN = 40
LOSE_ONE_IN_AT_QUESTION = 8

LONGEST_DELAY = 0.1

PIECE_EVERY = 0.001

LONG = 8192
"""Bytes waiting from which the pieces of `split-bytes` are longer: a whole backlog in crumbs would never end."""


class Mischief:
    """The console faults of one domain, through all its lives."""

    def __init__(self, faults: Faults, question_file: Path) -> None:
        self._faults = faults
        self._question_file = question_file
        self._seen: tuple[int, int] | None = None
        self._visits: Counter[str] = Counter()
        self._until_drop = self._gap()
        self._drop_at: int | None = None
        self._changed = 0.0
        self._offset = 0
        self._lost = faults.random("lose-keys")
        self._delays = faults.random("delay-keys")
        self._pieces = faults.random("split-bytes")
        asked_for = {fault.name for fault in faults.faults}
        self.question: str | None = None
        self.loses = "lose-keys" in asked_for
        self.drops = "drop-console" in asked_for
        self.splits = "split-bytes" in asked_for
        self.delays = "delay-keys" in asked_for

    @property
    def watches(self) -> bool:
        """Whether it matters which question stands on the screen."""
        return self.loses or self.drops

    def looked(self, now: float) -> None:
        """See whether another question stands on the screen (a file written anew counts as asked anew)."""
        try:
            found = self._question_file.stat()
            name = self._question_file.read_text().strip()
        except FileNotFoundError:
            self._seen, self.question = None, None
            return
        if self._seen == (found.st_mtime_ns, found.st_ino):
            return
        self._seen = (found.st_mtime_ns, found.st_ino)
        self.question = name or None
        if self.question:
            self._begin(self.question, now)

    def wrote(self, now: float) -> None:
        """The guest wrote something: its dialog may not be drawn yet."""
        self._changed = now

    def keys(self, typed: bytes) -> bytes:
        """What of these keys reaches the guest."""
        if self.question is None:
            return typed
        arrived = bytearray()
        for byte in typed:
            if not self._loses():
                arrived.append(byte)
            self._offset += 1
        return bytes(arrived)

    def delay(self) -> float:
        """Seconds that the keys of one write are late."""
        return self._delays.uniform(0, LONGEST_DELAY)

    def piece(self, waiting: int) -> int:
        """How many of the waiting bytes go out together."""
        return self._pieces.randint(1, 16) if waiting < LONG else self._pieces.randint(256, 1024)

    def drops_console(self, now: float) -> bool:
        """Whether the console's client dies at this moment: as a dialog stands there, or after its first key."""
        if self._drop_at is None or self.question is None:
            return False
        due = self._offset >= self._drop_at if self._drop_at else now - self._changed >= DRAWN_AFTER
        if not due:
            return False
        offset, self._drop_at = self._drop_at, None
        return self._strike("drop-console", offset)

    def _begin(self, question: str, now: float) -> None:
        self._visits[question] += 1
        self._offset = 0
        self._changed = now
        where = (question, self._visits[question])
        self._lost = self._faults.random("lose-keys", *where)
        self._drop_at = self._faults.random("drop-console", *where).randint(0, 1) if self._chosen() else None

    def _chosen(self) -> bool:
        """Whether the console is to be dropped at this dialog: the one named, else one out of a few."""
        if not self.drops or not self._faults.wanted("drop-console", self.question):
            return False
        if self._bound("drop-console"):
            return True
        self._until_drop -= 1
        if self._until_drop > 0:
            return False
        self._until_drop = self._gap()
        return True

    def _gap(self) -> int:
        """How many dialogs later the console drops next."""
        return self._faults.random("drop-console", sum(self._visits.values())).randint(2, 6)

    def _bound(self, name: str) -> bool:
        """Whether a fault was asked for at this very question."""
        return any(fault.name == name and fault.question == self.question for fault in self._faults.faults)

    def _loses(self) -> bool:
        if not self.loses:
            return False
        one_in = LOSE_ONE_IN_AT_QUESTION if self._bound("lose-keys") else LOSE_ONE_IN
        return self._lost.randrange(one_in) == 0 and self._strike("lose-keys", self._offset)

    def _strike(self, name: str, offset: int) -> bool:
        if not self._faults.active(name, self.question):
            return False
        visit = self._visits[self.question or ""]
        self._faults.record(name, question=self.question, visit=visit, offset=offset)
        return True
