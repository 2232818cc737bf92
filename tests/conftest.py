"""Tools that some tests need: a test that is marked with one is skipped where it is missing, but fails in CI."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

INSTALL = (
    "apt-get install cdebconf screen qemu-system-x86 qemu-utils e2fsprogs "
    "debian-installer-12-netboot-amd64 gpgv gnupg fdisk"
)

settings.register_profile("usual", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.register_profile("thorough", deadline=None, max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "usual"))


def _has(*programs: str) -> bool:
    return all(shutil.which(program) for program in programs)


def _private_root() -> bool:
    """Whether a root of its own can be given to a process, and a file system made for it."""
    if not _has("mke2fs", "debugfs", "unshare"):
        return False
    if os.geteuid() == 0:
        return True
    trial = ["unshare", "--user", "--map-root-user", "--mount", "true"]
    return subprocess.run(trial, capture_output=True, check=False, timeout=30).returncode == 0


TOOLS: dict[str, Callable[[], bool]] = {
    "cdebconf": Path("/usr/lib/cdebconf/frontend/newt.so").exists,
    "screen": lambda: _has("screen"),
    "qemu": lambda: (
        _has("qemu-system-x86_64", "qemu-img")
        and Path("/usr/lib/debian-installer/images/12/amd64/text/debian-installer").is_dir()
    ),
    "guest": _private_root,
}


@cache
def _present(tool: str) -> bool:
    return TOOLS[tool]()


def needs(tool: str) -> None:
    """Skip the test where `tool` (a marker's name) is missing; in CI (CI=true) that is a failure."""
    if _present(tool):
        return
    reason = f"{tool} is missing here: {INSTALL}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Look for the tools that a test is marked with."""
    for tool in TOOLS:
        if item.get_closest_marker(tool):
            needs(tool)
