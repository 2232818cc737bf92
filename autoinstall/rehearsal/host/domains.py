"""The domains of a host: one record a domain below HOME/domains, replaced whole and read by every command.

`NAME.state.json` is the host's own record, `NAME.json` the description as the domain's program reads it,
`NAME.question` where the installer writes which question stands on the screen, `PID.socket` where the keeper
with that process id listens.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from autoinstall.rehearsal.faults import Faults
from autoinstall.rehearsal.host.processes import Process, family, kill_all

HOST_MEMORY = 65536
"""MiB of the whole host, which has one domain of its own with 1024."""

DOMAIN_0_MEMORY = 1024

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,127}")
"""A domain's name: those that can be a file's name are enough here."""

REASONS = {"poweroff": 0, "reboot": 1, "crash": 3}
"""Why a domain ended, as Xen numbers it (SHUTDOWN_* in xen/include/public/sched.h)."""


class Record(NamedTuple):
    """What the host knows of a domain.

    `state`: `running`, `building` (between two lives: an id, but no memory), `absent` (between two lives: no
    name) or `shutdown` (ended and preserved, for `reason`). `keeper` None: a domain of somebody else, which
    no process of ours holds. `program` runs in it now. `began` is when this life began (seconds since 1970).
    `disks` are the files that it may write.
    """

    name: str
    domid: int
    uuid: str
    memory: int
    vcpus: int
    toolstack: str
    state: str
    began: float
    tty: str = ""
    reason: str = ""
    disks: tuple[str, ...] = ()
    keeper: Process | None = None
    program: Process | None = None

    @property
    def visible(self) -> bool:
        return self.state != "absent"


class Host:
    """A host that lives below a folder; all its commands and keepers share what is there."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / "domains"
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.logs = home / "log"
        self.logs.mkdir(mode=0o700, exist_ok=True)
        self.faults = Faults.load(home)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else creates or renumbers a domain meanwhile."""
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def next_domid(self) -> int:
        """An id never used before on this host; failed creations use one up too. Call it while locked."""
        counter = self.folder / "last-domid"
        domid = int(counter.read_text()) + 1 if counter.exists() else 1
        replace(counter, str(domid))
        return domid

    def records(self) -> list[Record]:
        """All domains that have a name now, by id."""
        return sorted(filter(lambda record: record.visible, self.held()), key=lambda record: record.domid)

    def held(self) -> list[Record]:
        """All domains, those between two lives too; records that dead keepers left behind are dropped."""
        found = (self._read(path) for path in self.folder.glob("*.state.json"))
        return [record for record in found if record]

    def find(self, name: str) -> Record | None:
        """The domain with this name, or with this id."""
        record = self.record(name)
        if record is None and name.isascii() and name.isdigit():
            return next((other for other in self.records() if other.domid == int(name)), None)
        return record if record and record.visible else None

    def record(self, name: str) -> Record | None:
        """The record with this name, visible or not."""
        return self._read(self.folder / f"{name}.state.json") if NAME.fullmatch(name) else None

    def write(self, record: Record) -> None:
        replace(self.folder / f"{record.name}.state.json", json.dumps(record._asdict()))

    def remove(self, name: str) -> None:
        """Forget a domain; its socket is its keeper's to remove."""
        for suffix in ("state.json", "json", "question"):
            (self.folder / f"{name}.{suffix}").unlink(missing_ok=True)

    def socket(self, keeper: Process) -> Path:
        return self.folder / f"{keeper.pid}.socket"

    def program_file(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def question_file(self, name: str) -> Path:
        return self.folder / f"{name}.question"

    def free_memory(self) -> int:
        """MiB that no domain has."""
        return HOST_MEMORY - DOMAIN_0_MEMORY - sum(record.memory for record in self.records())

    def log(self, name: str, line: str) -> None:
        """Add a line to one of the host's logs."""
        log = os.open(self.logs / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            os.write(log, line.encode() + b"\n")
        finally:
            os.close(log)

    def _read(self, path: Path) -> Record | None:
        try:
            fields: dict[str, Any] = json.loads(path.read_text())
        except FileNotFoundError:
            return None
        for key in ("keeper", "program"):
            fields[key] = Process(*fields[key]) if fields[key] else None
        record = Record(**fields | {"disks": tuple(fields["disks"])})
        if record.keeper and not record.keeper.alive():
            if record.program and record.program.alive():
                kill_all(family(record.program.pid))
            self.remove(record.name)
            self.socket(record.keeper).unlink(missing_ok=True)
            return None
        return record


def replace(path: Path, text: str) -> None:
    """Write a file so that no reader ever sees half of it."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(text)
    fresh.replace(path)
