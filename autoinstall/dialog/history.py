"""What has been answered so far in one run of an installer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class History:
    """Names of the questions answered, in order, and how often each dialog was answered in the same way."""

    answered: tuple[str, ...] = ()
    times: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    policies_used: Mapping[str, int] = field(default_factory=dict)

    def with_answer(self, name: str | None, dialog: tuple[str, ...]) -> History:
        """The history after one more answer."""
        times = Counter(self.times)
        times[dialog] += 1
        return replace(self, answered=(*self.answered, name) if name else self.answered, times=times)

    def with_policy(self, name: str) -> History:
        """The history after an error dialog was answered by its policy."""
        used = Counter(self.policies_used)
        used[name] += 1
        return replace(self, policies_used=used)

    def latest(self, names: set[str]) -> str | None:
        """The one of the names that was answered last."""
        return next((name for name in reversed(self.answered) if name in names), None)
