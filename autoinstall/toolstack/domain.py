"""What a build asks of the program that runs domains, whichever it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from autoinstall.deadline import Deadline


class DomainState(StrEnum):
    """What the toolstack's list says of a domain, in one word."""

    RUNNING = "running"
    BLOCKED = "blocked"
    PAUSED = "paused"
    SHUTDOWN = "shutdown"
    CRASHED = "crashed"
    DYING = "dying"
    BUILDING = "building"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class DomainRow:
    """One row of the toolstack's list; `domid` is None for a domain that is known but not running.

    `memory` is in MiB.
    """

    name: str
    domid: int | None
    memory: int
    state: DomainState


@dataclass(frozen=True, slots=True)
class Counters:
    """What a domain has used since it began, by the host's own count.

    `disk_bytes` (read and written) is None where the host does not tell it now; `state` is the host's word
    for the domain's state (`running`, `stopped`, `internal-error`, ...).
    """

    cpu_seconds: float
    disk_bytes: int | None
    state: str


@dataclass(frozen=True, slots=True)
class Ending:
    """How a domain ended: by the guest itself or by its host, and the toolstack's `words` for it."""

    by_guest: bool
    words: str


class Toolstack(Protocol):
    """Runs domains. Every method raises HostError where the toolstack itself cannot be used."""

    @property
    def name(self) -> str:
        """Its name on the command line: `xm`, `xl` or `qemu`."""

    @property
    def environment(self) -> Mapping[str, str]:
        """What is added to the environment of every command, the console's too."""

    def create(self, description: Path, name: str, deadline: Deadline) -> int:
        """Start the domain of a description and give its id.

        Raises BusyError (name or disk in use) or HostError (any other refusal), with the host's words.
        """

    def domid(self, name: str) -> int | None:
        """The id of the domain of that name, None where none runs."""

    def uuid(self, name: str) -> str | None:
        """The domain's UUID, None where there is no such domain or the toolstack does not show it."""

    def rows(self) -> tuple[DomainRow, ...]:
        """All domains, as the toolstack lists them."""

    def console_command(self, name: str, domid: int | None = None) -> tuple[str, ...]:
        """The command that attaches to a domain's console; of a host far away, only if its id is still `domid`."""

    def counters(self, name: str) -> Counters | None:
        """What the domain has used so far; None where it is not there or the toolstack does not count."""

    def ending(self, name: str) -> Ending | None:
        """How the domain that had this name ended; None where it runs, or where the toolstack keeps no record."""

    def shutdown(self, name: str, deadline: Deadline) -> bool:
        """Ask the guest to power off and wait until the domain is gone; False when it is still there."""

    def destroy(self, name: str, deadline: Deadline) -> None:
        """End the domain at once and wait until it is gone. A domain that is not there is no error."""
