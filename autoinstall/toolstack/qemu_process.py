"""The processes of QEMU that run our guests, found by what they were started with, and what they have said."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import select
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autoinstall.toolstack.qemu_description import option_of

ONE_RESET = 1.0
"""Seconds between resets that are one to the guest: SeaBIOS makes two more of it within 5 ms."""

_TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class QemuProcess:
    """One running QEMU: its process id and its command line."""

    pid: int
    argv: tuple[str, ...]

    @property
    def name(self) -> str | None:
        return option_of(self.argv, "-name")

    @property
    def uuid(self) -> str | None:
        return option_of(self.argv, "-uuid")

    @property
    def memory(self) -> int:
        """MiB, as it was started with."""
        return int(option_of(self.argv, "-m") or 0)

    @property
    def lives(self) -> bool:
        """Whether this very process still runs (its number may have gone to another one)."""
        return _argv_of(self.pid) == self.argv

    @property
    def cpu_seconds(self) -> float:
        """Processor time that it has used, all its threads together (proc(5), utime and stime)."""
        try:
            stat = (_PROC / str(self.pid) / "stat").read_text()
        except OSError:
            return 0.0
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def kill(self, seconds: float) -> bool:
        """End it at once; whether it ended within `seconds`. It is never another process that is ended."""
        try:
            descriptor = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return True
        try:
            if not self.lives:
                return True
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(descriptor, signal.SIGKILL)
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            return bool(poll.poll(seconds * 1000))
        finally:
            os.close(descriptor)


def processes_in(folder: Path) -> Iterator[QemuProcess]:
    """The QEMU guests that were started in a folder: that folder is their working directory."""
    for entry in _PROC.iterdir():
        if not entry.name.isdigit():
            continue
        argv = _argv_of(int(entry.name))
        if "qemu" in (argv[0] if argv else "") and "-uuid" in argv and _works_in(entry, folder):
            yield QemuProcess(int(entry.name), argv)


def _works_in(entry: Path, folder: Path) -> bool:
    try:
        return (entry / "cwd").samefile(folder)
    except OSError:
        return False


def _argv_of(pid: int) -> tuple[str, ...]:
    """A process's command line; empty for one that has ended, though nobody may have asked for its status yet."""
    try:
        line = (_PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return ()
    return tuple(os.fsdecode(line).split("\0")[:-1])


@dataclass(frozen=True, slots=True)
class QemuLog:
    """What one QEMU wrote to its output: its monitor's events, a line each, and its own words between them."""

    path: Path

    @property
    def ready(self) -> bool:
        """The guest is there: its monitor has answered."""
        return any("return" in message for message in self._messages())

    @property
    def boots(self) -> int:
        """How often the guest has begun: once, and once more for each reset."""
        times = [_moment(message) for message in self._messages() if message.get("event") == "RESET"]
        pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
        return 1 + bool(times) + sum(pause > ONE_RESET for pause in pauses)

    @property
    def end(self) -> str | None:
        """Why the guest ended, in QEMU's words (guest-shutdown, guest-reset, host-signal, host-qmp-quit, ...)."""
        reasons = [
            message["data"]["reason"] for message in self._messages() if message.get("event") == "SHUTDOWN"
        ]
        return str(reasons[-1]) if reasons else None

    @property
    def words(self) -> str:
        """What QEMU itself had to say."""
        return "\n".join(line for line in self._lines() if not line.startswith("{")).strip()

    def _messages(self) -> Iterator[dict[str, Any]]:
        for line in self._lines():
            if line.startswith("{"):
                with contextlib.suppress(ValueError):
                    yield json.loads(line)

    def _lines(self) -> list[str]:
        try:
            return self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []


def _moment(message: dict[str, Any]) -> float:
    """When an event was, in seconds."""
    told = message["timestamp"]
    return float(told["seconds"] + told["microseconds"] / 1e6)
