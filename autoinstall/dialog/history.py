"""What has been answered so far in one run of an installer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class History:
    """Names of the questions answered, in order, and how often each dialog was answered in the same way.

    `prelude` is the question (and its language) whose long text was confirmed last, in a window of its own:
    its list comes next.
    """

    answered: tuple[str, ...] = ()
    times: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    policies_used: Mapping[str, int] = field(default_factory=dict)
    prelude: tuple[str, str] | None = None

    def with_answer(self, name: str | None, dialog: tuple[str, ...]) -> History:
        """The history after one more answer."""
        times = Counter(self.times)
        times[dialog] += 1
        answered = (*self.answered, name) if name else self.answered
        return replace(self, answered=answered, times=times, prelude=None)

    def with_prelude(self, name: str, language: str) -> History:
        """The history after the long text of this question was confirmed."""
        return replace(self, prelude=(name, language))

    def with_policy(self, name: str) -> History:
        """The history after an error dialog was answered by its policy."""
        used = Counter(self.policies_used)
        used[name] += 1
        return replace(self, policies_used=used)

    def latest(self, names: set[str]) -> str | None:
        """The one of the names that was answered last."""
        return next((name for name in reversed(self.answered) if name in names), None)
