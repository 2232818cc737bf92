"""Processes told apart beyond doubt: a process id comes back, an id with its start time does not."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

_TICKS = os.sysconf("SC_CLK_TCK")


class Process(NamedTuple):
    """A process, alive or not: its id and the boot-relative tick at which it began."""

    pid: int
    began: int

    def alive(self) -> bool:
        """Whether this very process runs still; a zombie does not."""
        found = _stat(self.pid)
        return found is not None and found.began == self.began and found.state not in "ZX"

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send it a signal, unless it has ended."""
        if self.alive():
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return


class _Stat(NamedTuple):
    pid: int
    parent: int
    state: str
    ticks: int
    began: int


def this_process() -> Process:
    """Ourselves."""
    return process_of(os.getpid())


def process_of(pid: int) -> Process:
    """The process that has this id now; one that cannot be alive where there is none."""
    found = _stat(pid)
    return Process(pid, found.began if found else -1)


def _stat(pid: int) -> _Stat | None:
    """What proc(5) says of a process: fields 4, 3, 14 to 17 and 22 of its `stat`."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text[text.rindex(")") + 2 :].split()
    return _Stat(pid, int(fields[1]), fields[0], sum(map(int, fields[11:15])), int(fields[19]))


def _all() -> Iterator[_Stat]:
    for name in os.listdir("/proc"):  # noqa: PTH208 - this is quicker, and commands must start fast
        if name.isdigit() and (found := _stat(int(name))):
            yield found


def family(root: int) -> list[_Stat]:
    """A process and all that descend from it, parents first; empty where it does not run."""
    children: dict[int, list[_Stat]] = {}
    members: list[_Stat] = []
    for found in _all():
        children.setdefault(found.parent, []).append(found)
        if found.pid == root:
            members.append(found)
    for member in members:
        members.extend(children.get(member.pid, ()))
    return members


def cpu_seconds(root: int) -> tuple[float, bool]:
    """CPU time used by a process and its descendants, and whether one of them runs at this moment."""
    members = family(root)
    return sum(member.ticks for member in members) / _TICKS, any(member.state == "R" for member in members)


def kill_all(victims: Iterable[_Stat]) -> None:
    """End processes at once, each only if it is still the one that was seen."""
    for victim in victims:
        Process(victim.pid, victim.began).kill()


def carrying(variable: str, below: Path) -> list[Process]:
    """The processes whose environment has `variable` naming a file below a folder."""
    wanted = f"{variable}={below}/".encode()
    found = []
    for entry in _all():
        try:
            environment = Path(f"/proc/{entry.pid}/environ").read_bytes()
        except OSError:
            continue
        if any(item.startswith(wanted) for item in environment.split(b"\0")):
            found.append(Process(entry.pid, entry.began))
    return found
