"""Tools that some tests need: a test that misses one is skipped, and the summary names it; in CI it fails."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Generator
from functools import cache
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import settings

INSTALL = (
    "apt-get install cdebconf screen qemu-system-x86 qemu-utils e2fsprogs fdisk "
    "openssh-client debootstrap rpm insserv "
    "debian-installer-12-netboot-amd64 gpgv gnupg openssl busybox cpio dash shellcheck"
)
IN_CI = os.environ.get("CI") == "true"

# A shell's background job, and nohup, have children ignore these; what the tests start must not.
for _number, _usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _usual)

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

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
    "insserv": lambda: bool(shutil.which("insserv", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")),
    "rpm": lambda: _has("rpm", "rpmbuild"),
    "xen": lambda: _has("qemu-system-x86_64", "qemu-img", "ssh", "debootstrap"),
}


@cache
def _present(tool: str) -> bool:
    return TOOLS[tool]()


def needs(tool: str) -> None:
    """Skip the test where `tool` (a marker's name) is missing."""
    if not _present(tool):
        pytest.skip(f"{tool} is missing here")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Look for the tools that a test is marked with."""
    for tool in TOOLS:
        if item.get_closest_marker(tool):
            needs(tool)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that is skipped for whatever reason has failed where everything is installed."""
    return _failed_in_ci((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """So has a whole module."""
    return _failed_in_ci((yield))


def _failed_in_ci(report: Report) -> Report:
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where nothing may be missing: {_reason(report)}"
    return report


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Why a report says skipped (pytest has it as file, line and reason)."""
    why = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
    return why.removeprefix("Skipped: ")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was skipped, and the one line that brings what was missing."""
    reasons = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    if reasons:
        terminalreporter.section("skipped, for what this machine has not")
        for reason, times in sorted(reasons.items()):
            terminalreporter.write_line(f"{times:4} tests: {reason}")
        terminalreporter.write_line(f"What is missing comes with: {INSTALL}")
