"""One figure: what was measured, how often, and the limit that it should keep."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median


class Statistic(StrEnum):
    """What is made of several measured values: the middle one, or the one that 99 of 100 stay below."""

    MEDIAN = "median"
    P99 = "99 %"


class NotMeasured(Exception):
    """A figure cannot be had here; the text says what is missing, or what went wrong."""


@dataclass(frozen=True)
class Figure:
    """Measured values in one unit. `limit`: what the statistic may be at most (`at_least`: at the least)."""

    what: str
    unit: str
    values: Sequence[float]
    limit: float | None = None
    statistic: Statistic = Statistic.MEDIAN
    at_least: bool = False

    @property
    def value(self) -> float:
        """The statistic of the values."""
        if self.statistic is Statistic.MEDIAN:
            return median(self.values)
        return sorted(self.values)[math.ceil(0.99 * len(self.values)) - 1]

    @property
    def kept(self) -> bool | None:
        """Whether the limit is kept; None without one."""
        if self.limit is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit
