"""How long the installer's work takes: the real figures scaled down, all by one factor."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

SHARE = 0.5
"""Of the seconds that a step names, so much is taken at the normal pace: progress is to be seen, not waited for."""


class Pace:
    """Simulated work. `AUTOINSTALL_REHEARSAL_PACE` is the factor: 1 is normal, 0 does everything at once."""

    def __init__(self, factor: float) -> None:
        self._factor = max(factor, 0.0)
        self._worked = 0.0

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> Pace:
        """The pace that the environment asks for. Raises ValueError where it is no number."""
        return cls(float(environment.get("AUTOINSTALL_REHEARSAL_PACE", "1")))

    def work(self, seconds: float) -> None:
        """Take the normal share of `seconds`, times the factor."""
        self._worked += seconds
        if self._factor:
            time.sleep(seconds * SHARE * self._factor)  # noqa: TID251 - simulated work, nobody is waited for

    @property
    def uptime(self) -> float:
        """What the guest's kernel would show as its uptime: a real installation takes some 150 times as long."""
        return 2.0 + self._worked * 150
