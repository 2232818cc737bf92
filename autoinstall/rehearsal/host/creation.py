"""What the host looks at before it starts a domain, and what it refuses."""

from __future__ import annotations

import os
import time
from pathlib import Path

from autoinstall.rehearsal.host.description import Description, Vif
from autoinstall.rehearsal.host.domains import NAME, Host, Record
from autoinstall.rehearsal.host.processes import this_process

SHORT = 12
"""MiB that are free under the fault `memory-short`."""


class Refusal(Exception):
    """The host does not start this domain.

    `kind` says why: name-taken, name-invalid, nothing-to-boot, kernel-missing, ramdisk-missing, kernel-invalid,
    disk-missing, disk-in-use, memory-short, bridge-missing, disk-full. `what` is the file, bridge or name that it
    is about; `domid` the id that the failed creation used up, `holder` that of the domain which has the name.
    """

    def __init__(self, kind: str, what: str = "", domid: int = 0, *, holder: int = 0, free: int = 0) -> None:
        super().__init__(kind)
        self.kind = kind
        self.what = what
        self.domid = domid
        self.holder = holder
        self.free = free


def create(host: Host, description: Description, toolstack: str) -> tuple[Record, int]:
    """Start a domain; its record and the pipe on which its keeper reports. Raises Refusal."""
    from autoinstall.rehearsal.host import background  # slow to import, and only this command needs it

    description = _settled(description)
    with host.locked():
        domid = host.next_domid()
        _check_name(host, description, domid)
        _check(host, description, toolstack, domid)
        record = Record(
            name=description.name,
            domid=domid,
            uuid=description.uuid,
            memory=0,
            vcpus=0,
            toolstack=toolstack,
            state="building",
            began=time.time(),
            disks=tuple(disk.path for disk in description.disks if disk.writable),
            keeper=this_process(),
        )
        host.write(record)
    return record, background.start(host, record, description)


def _settled(description: Description) -> Description:
    """With whole paths, and with the addresses and the UUID that the host chooses where none was given."""
    return description._replace(
        kernel=_whole(description.kernel),
        ramdisk=_whole(description.ramdisk),
        disks=tuple(disk._replace(path=_whole(disk.path)) for disk in description.disks),
        vifs=tuple(Vif(vif.bridge, vif.mac or _mac()) for vif in description.vifs),
        uuid=description.uuid.lower() or _uuid(),
    )


def _whole(path: str) -> str:
    return str(Path.cwd() / path) if path else ""


def _mac() -> str:
    """An address of Xen's own range, as xend and libxl choose one."""
    last = os.urandom(3)
    return f"00:16:3e:{last[0] & 0x7F:02x}:{last[1]:02x}:{last[2]:02x}"


def _uuid() -> str:
    digits = os.urandom(16).hex()
    return "-".join((digits[:8], digits[8:12], "4" + digits[13:16], "a" + digits[17:20], digits[20:]))


def _check_name(host: Host, description: Description, domid: int) -> None:
    if not NAME.fullmatch(description.name):
        raise Refusal("name-invalid", description.name)
    other = host.record(description.name)
    if host.faults.active("name-taken"):
        other = other or _somebody_else(host, description)
    elif other and other.keeper is None:
        host.remove(other.name)
        other = None
    if other:
        raise Refusal("name-taken", description.name, domid, holder=other.domid)


def _somebody_else(host: Host, description: Description) -> Record:
    """A domain with this name that no build of ours made."""
    record = Record(
        name=description.name,
        domid=host.next_domid(),
        uuid=_uuid(),
        memory=512,
        vcpus=1,
        toolstack="",
        state="running",
        began=time.time(),
    )
    host.write(record)
    return record


def _check(host: Host, description: Description, toolstack: str, domid: int) -> None:
    if not description.bootloader and not description.kernel:
        raise Refusal("nothing-to-boot", domid=domid)
    if not description.bootloader:
        _check_boot_files(description, domid)
    for disk in description.disks:
        if not os.access(disk.path, os.R_OK | (os.W_OK if disk.writable else 0)) or Path(disk.path).is_dir():
            raise Refusal("disk-missing", disk.path, domid)
        if toolstack == "xm" and disk.writable and _in_use(host, disk.path):
            raise Refusal("disk-in-use", disk.path, domid)
    free = SHORT if host.faults.active("memory-short") else host.free_memory()
    if description.memory > free:
        raise Refusal("memory-short", domid=domid, free=free)
    if host.faults.active("disk-full"):
        raise Refusal("disk-full", domid=domid)
    if description.vifs and host.faults.active("bridge-missing"):
        raise Refusal("bridge-missing", description.vifs[0].bridge, domid)


def _check_boot_files(description: Description, domid: int) -> None:
    if not Path(description.kernel).is_file():
        raise Refusal("kernel-missing", description.kernel, domid)
    if Path(description.kernel).stat().st_size == 0:
        raise Refusal("kernel-invalid", description.kernel, domid)
    if description.ramdisk and not Path(description.ramdisk).is_file():
        raise Refusal("ramdisk-missing", description.ramdisk, domid)


def _in_use(host: Host, path: str) -> bool:
    return any(Path(path).samefile(other) for record in host.records() for other in record.disks)
