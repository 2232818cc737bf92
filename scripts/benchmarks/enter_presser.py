"""A script that answers a sequence of dialogs by Enter alone, as soon as each one's prompt is on the terminal.

It is what a driver can be compared with: it reads nothing, chooses nothing and proves nothing.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pexpect

PATIENCE = 20

PEXPECTS_DELAY = 0.05
"""Seconds that pexpect waits before each send unless told otherwise, and so nearly every script that uses it."""


def seconds(
    argv: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    prompts: Sequence[str],
    *,
    delay: float | None,
) -> float:
    """The whole sequence's time, from the command's start to its end; `delay`: before each Enter, as pexpect does."""
    began = time.perf_counter()
    child: pexpect.spawn[bytes] = pexpect.spawn(
        argv[0], list(argv[1:]), cwd=str(folder), env=dict(environment), dimensions=(24, 80), timeout=PATIENCE
    )
    child.delaybeforesend = delay
    try:
        for prompt in prompts:
            child.expect_exact(prompt)
            child.send("\r")
        child.expect(pexpect.EOF)
    finally:
        child.close(force=True)
    return time.perf_counter() - began
