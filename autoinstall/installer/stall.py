"""Tells a guest that works silently from one that hangs and one that spins, by two independent senses.

The screen (its clock apart) says how long nothing was shown; the host's counters say what the guest did
meanwhile. A real installer stood still for 278 s in the middle of its work (under emulation), while
GNU screen's clock went on; a machine that was stopped shows neither.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from autoinstall.toolstack.domain import Counters

LEAST_DISK = 64 * 1024
"""Bytes moved between two samples that are work; an idle system's log and journal are less."""

BUSY_SHARE = 0.1
"""Of one processor: an idle guest used 0.01 to 0.06 under emulation, a spinning one gets what the host can spare."""

RUNNING = "running"

ReadCounters = Callable[[], Counters | None]


class Verdict(StrEnum):
    """What a guest is doing that shows nothing."""

    WORKING = "works silently"
    HUNG = "hangs"
    SPINNING = "spins"


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds without any sign of work after which each verdict is a failure.

    `unknown`: nobody counts, only the screen is known. `spinning` is as long: a processor that is busy may be
    working. `dead`: not even the clock of the status line moves, or the host says that the machine is stopped.
    `sampling`: from one look at the counters to the next; the last `samples` of them are compared.
    """

    unknown: float = 1800.0
    spinning: float = 1800.0
    hung: float = 600.0
    dead: float = 180.0
    sampling: float = 15.0
    samples: int = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict with its evidence in one sentence; `fatal` once the patience for it has run out."""

    verdict: Verdict | None
    evidence: str
    fatal: bool


@dataclass(frozen=True, slots=True)
class _Sample:
    at: float
    counters: Counters


class StallWatch:
    """Follows one guest; asked again and again while its screen stands still."""

    def __init__(self, counters: ReadCounters | None, patience: Patience) -> None:
        self._read = counters
        self._patience = patience
        self._samples: deque[_Sample] = deque(maxlen=patience.samples)
        self._worked_at = time.monotonic()
        self._looked_at = 0.0

    def look(self, *, quiet: float, silence: float, has_clock: bool) -> Finding | None:
        """What the guest does; None while there is nothing new to say.

        `quiet`: seconds since the screen changed, `silence`: since any byte came, `has_clock`: the screen has
        a status line whose clock ticks each minute.
        """
        now = time.monotonic()
        if quiet < self._patience.sampling:
            self._samples.clear()
            self._worked_at = now - quiet
            return None
        if now - self._looked_at < self._patience.sampling:
            return None
        self._looked_at = now
        counters = self._read() if self._read else None
        if counters is None:
            return self._by_screen_alone(quiet)
        self._samples.append(_Sample(now, counters))
        return self._judge(now, quiet, dead=has_clock and silence >= self._patience.dead)

    def _by_screen_alone(self, quiet: float) -> Finding | None:
        if quiet < self._patience.unknown:
            return None
        return Finding(None, f"the screen has not changed for {quiet:.0f} s", fatal=True)

    def _judge(self, now: float, quiet: float, *, dead: bool) -> Finding | None:
        first, last = self._samples[0], self._samples[-1]
        if first is last:
            return None
        stopped = last.counters.state != RUNNING
        seconds = last.at - first.at
        share = max(0.0, last.counters.cpu_seconds - first.counters.cpu_seconds) / seconds
        moved = max(0, (last.counters.disk_bytes or 0) - (first.counters.disk_bytes or 0))
        verdict = Verdict.HUNG
        if not stopped and moved >= LEAST_DISK:
            verdict = Verdict.WORKING
            self._worked_at = now
        elif not stopped and share >= BUSY_SHARE:
            verdict = Verdict.SPINNING
        evidence = (
            f"its screen has not changed for {quiet:.0f} s; in the last {seconds:.0f} s it used "
            f"{100 * share:.0f} % of a processor and moved {_size(moved)} to or from its disks"
        )
        if stopped:
            evidence += f"; the machine is {last.counters.state}"
        elif dead:
            evidence += "; not even the clock of its status line moves"
        fatal = self._is_over(now, verdict, dead=dead or stopped)
        return Finding(verdict, evidence, fatal) if fatal or quiet >= self._patience.dead else None

    def _is_over(self, now: float, verdict: Verdict, *, dead: bool) -> bool:
        patience = self._patience
        if verdict is Verdict.WORKING:
            return False
        limit = patience.spinning if verdict is Verdict.SPINNING else patience.dead if dead else patience.hung
        return now - self._worked_at >= limit


def _size(count: int) -> str:
    return f"{count / 2**20:.1f} MiB" if count >= 2**20 else f"{count / 1024:.0f} KiB"
