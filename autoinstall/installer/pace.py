"""How fast this console is, measured on itself: how long a paint pauses, how long a key takes."""

from __future__ import annotations

from collections import deque

FIRST_SETTLE = 0.100
SHORTEST_SETTLE, LONGEST_SETTLE = 0.010, 0.250
TIMES_THE_GAP = 4
"""Quiet of so many times the longest gap inside a paint means that the paint is over."""

FIRST_BREATH = 0.020
SHORTEST_BREATH = 0.002
"""Quiet before a key that corrects itself: enough not to read the middle of a paint."""

FIRST_PATIENCE = 1.0
SHORTEST_PATIENCE, LONGEST_PATIENCE = 0.25, 4.0
TIMES_THE_LATENCY = 10
"""A key without effect for so many times the usual latency is taken for lost (and still may be late)."""


class Pace:
    """Estimates from the last paints and keys; all values in seconds."""

    def __init__(self) -> None:
        self._gaps: deque[float] = deque(maxlen=8)
        self._latencies: deque[float] = deque(maxlen=12)
        self._missed = 0

    def paint_finished(self, longest_gap: float) -> None:
        """A paint was seen from its beginning to its end; its longest pause was this."""
        if longest_gap <= LONGEST_SETTLE:
            self._gaps.append(longest_gap)

    def key_took(self, seconds: float) -> None:
        """A key's effect was seen after so long."""
        self._latencies.append(seconds)
        self._missed = 0

    def key_missed(self) -> None:
        """A key had no effect in time: the next one is given longer."""
        self._missed += 1

    @property
    def settle(self) -> float:
        """Quiet after which a complete dialog is believed to be painted to its end."""
        if len(self._gaps) < 2:
            return FIRST_SETTLE
        return min(max(TIMES_THE_GAP * max(self._gaps), SHORTEST_SETTLE), LONGEST_SETTLE)

    @property
    def breath(self) -> float:
        """Quiet after which what stands there may be read, though more may come."""
        if len(self._gaps) < 2:
            return FIRST_BREATH
        return min(max(2 * max(self._gaps), SHORTEST_BREATH), LONGEST_SETTLE)

    @property
    def patience(self) -> float:
        """How long to wait for a key's effect before pressing it again."""
        usual = TIMES_THE_LATENCY * max(self._latencies) if self._latencies else FIRST_PATIENCE
        return float(min(max(usual, SHORTEST_PATIENCE) * 2**self._missed, LONGEST_PATIENCE))
