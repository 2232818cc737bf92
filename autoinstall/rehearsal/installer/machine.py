"""The virtual machine that the installer finds itself in: the domain's description."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from autoinstall.rehearsal.installer import commandline
from autoinstall.rehearsal.installer.commandline import CommandLine

GIGABYTE = 10**9


class Disk(NamedTuple):
    """One disk: its file on the host, and its name in the guest (`xvda`)."""

    path: Path
    device: str

    @property
    def label(self) -> str:
        """The disk as partman names it; partman counts in powers of ten."""
        return f"Virtual disk 1 ({self.device}) - {self.path.stat().st_size / GIGABYTE:.1f} GB Xen Virtual Block Device"

    def partitioned(self) -> bool:
        """Whether a partition table with an entry stands on it."""
        with self.path.open("rb") as disk:
            sector = disk.read(512)
        return sector[510:512] == b"\x55\xaa" and any(sector[446 + 16 * at + 4] for at in range(4))


@dataclass(frozen=True)
class Machine:
    """`memory` is MiB, `cards` the number of network cards, `extra` the kernel command line."""

    name: str
    memory: int
    disks: tuple[Disk, ...] = ()
    cards: int = 1
    extra: str = ""
    command_line: CommandLine = field(default_factory=CommandLine)


def load(path: Path) -> Machine:
    """The machine of a domain file (REHEARSAL_DOMAIN). Raises OSError, and KeyError or ValueError for another file."""
    domain: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    extra = str(domain.get("extra", ""))
    return Machine(
        name=str(domain["name"]),
        memory=int(domain["memory"]),
        disks=tuple(Disk(Path(disk["path"]), disk["device"]) for disk in domain.get("disks", ())),
        cards=len(domain.get("vifs", ())),
        extra=extra,
        command_line=commandline.read(extra),
    )
