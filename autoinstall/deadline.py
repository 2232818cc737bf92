"""Points in time that nest: a dialog's deadline never outlives its stage's, nor that the build's."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deadline:
    """A monotonic point in time, and the seconds that were granted (for messages)."""

    at: float
    granted: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """The deadline `seconds` from now."""
        return cls(time.monotonic() + seconds, seconds)

    def nested(self, seconds: float) -> Deadline:
        """A deadline `seconds` from now that does not outlive this one."""
        inner = Deadline.after(seconds)
        return inner if inner.at <= self.at else Deadline(self.at, max(0.0, self.at - time.monotonic()))

    @property
    def remaining(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self.at - time.monotonic())

    @property
    def expired(self) -> bool:
        return self.remaining == 0.0
