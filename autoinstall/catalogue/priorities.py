"""The questions that an installer does not ask at its usual priority: SUITE.priorities, package data."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources

RANKS = ("low", "medium", "high", "critical")
"""Of debconf's priorities, debconf-devel(7), the least first; the installer's is usually `high`."""


def highest_priorities(suite: str) -> Mapping[str, str]:
    """The highest priority at which each is asked, where all that ask it are known; empty for other suites."""
    file = resources.files(__package__) / f"{suite}.priorities"
    if not file.is_file():
        return {}
    lines = file.read_text(encoding="utf-8").splitlines()
    return dict(line.split() for line in lines if line and not line.startswith("#"))


def is_asked(highest: str, priority: str) -> bool:
    """Whether a question that is asked at `highest` is shown by an installer that runs at `priority`."""
    return RANKS.index(highest) >= RANKS.index(priority)
