"""Whether a finished disk starts on other hypervisors than the one that it was installed on: read from the disk."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autoinstall.catalogue.initrd import names_in_initrd
from autoinstall.errors import InvalidFileError
from autoinstall.image.hygiene import Disk

BOOT_MENUS = ("/boot/grub/grub.cfg", "/boot/grub/menu.lst")
DRIVERS = ("virtio_blk", "xen-blkfront")
"""Of the disks of KVM and Xen: what finds the root must be in the initrd, all else comes from the root."""

_ROOT = re.compile(r"^[ \t]*(?:linux|kernel)\S*[ \t].*?\broot=(\S+)", re.MULTILINE)
_SECTOR, _TABLE, _ENTRY = 512, 446, 16
"""Bytes: a sector, where a master boot record's table of partitions begins, one entry of it."""
_NAMED_EVERYWHERE = ("UUID=", "PARTUUID=", "LABEL=")
_MODULE = re.compile(r"(?:^|/)([^/]+)\.ko(?:\.(?:xz|gz|zst))?$")


@dataclass(frozen=True, slots=True)
class DiskCheck:
    """One named check with its evidence; `ok` is None where it could not be shown."""

    name: str
    ok: bool | None
    evidence: str


def checks(disk: Disk, image: Path) -> list[DiskCheck]:
    """All checks of a file system and of the raw disk that it is on.

    A disk that fails one starts where it was installed, and nowhere else for certain. Raises OSError.
    """
    return [_root_by_uuid(disk), _drivers(disk), _boot_loader(image)]


def _root_by_uuid(disk: Disk) -> DiskCheck:
    name = "root by UUID"
    menus = [path for menu in BOOT_MENUS for path, _ in disk.find(menu)]
    roots = [(path, root) for path in menus for root in _ROOT.findall(_text(disk, path))]
    if not roots:
        return DiskCheck(name, None, f"no kernel with a root in {' or '.join(BOOT_MENUS)}")
    others = [(path, root) for path, root in roots if not root.startswith(_NAMED_EVERYWHERE)]
    path, root = (others or roots)[0]
    return DiskCheck(name, not others, f"{path} says root={root}")


def _drivers(disk: Disk) -> DiskCheck:
    name = "disk drivers of KVM and Xen in the initrd"
    found = sorted(path for path, _ in disk.find("/boot/initrd.img-*"))
    if not found:
        return DiskCheck(name, None, "no /boot/initrd.img-*")
    try:
        there = set(_modules(names_in_initrd(io.BytesIO(disk.content(found[-1])))))
    except InvalidFileError as error:
        return DiskCheck(name, None, f"{found[-1]}: {error.message}")
    version = found[-1].partition("initrd.img-")[2]
    for folder in ("/lib", "/usr/lib"):
        for path, _ in disk.find(f"{folder}/modules/{version}/modules.builtin"):
            there |= set(_modules(_text(disk, path).splitlines()))
    missing = [driver for driver in DRIVERS if driver not in there]
    evidence = (
        f"{found[-1]} lacks {', '.join(missing)}" if missing else f"{found[-1]} has {', '.join(DRIVERS)}"
    )
    return DiskCheck(name, not missing, evidence)


def _boot_loader(image: Path) -> DiskCheck:
    """What a BIOS, and so KVM, would start; Xen's pygrub reads the file system instead, and needs none."""
    name = "boot loader for a BIOS"
    with image.open("rb") as disk:
        first = disk.read(_SECTOR)
        if b"GRUB" in first[:_TABLE]:
            return DiskCheck(name, True, "the disk's first sector loads GRUB")
        for start in _active_partitions(first):
            disk.seek(start * _SECTOR)
            if any(disk.read(_TABLE)):
                return DiskCheck(name, True, f"the active partition, at sector {start}, has a boot sector")
    return DiskCheck(
        name, False, "the disk's first sector loads no GRUB: pygrub starts this disk, KVM does not"
    )


def _active_partitions(first: bytes) -> Iterator[int]:
    """The first sectors of the partitions that a usual master boot record goes on to."""
    for at in range(_TABLE, _TABLE + 4 * _ENTRY, _ENTRY):
        if first[at : at + 1] == b"\x80":
            yield struct.unpack_from("<I", first, at + 8)[0]


def _modules(paths: Iterable[str]) -> Iterator[str]:
    return (match[1] for path in paths if (match := _MODULE.search(path)))


def _text(disk: Disk, path: str) -> str:
    return disk.content(path).decode("utf-8", "replace")
