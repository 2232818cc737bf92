"""How long `autoinstall --help` takes, from the start of the process to its end."""

from __future__ import annotations

import subprocess
import sys
import time

from scripts.benchmarks.figure import Figure

LIMIT_MS = 200
TIMES_A_RUN = 4


def measure(runs: int) -> list[Figure]:
    """Milliseconds of wall time, after one run that nobody counts (it fills the caches)."""
    _seconds()
    values = [_seconds() * 1000 for _ in range(runs * TIMES_A_RUN)]
    return [Figure("autoinstall --help", "ms", values, LIMIT_MS)]


def _seconds() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "autoinstall", "--help"], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began
