"""The partition table that partman's recipe `atomic` makes on a blank disk: ext4 root, swap in an extended one."""

from __future__ import annotations

import os
import struct
import uuid
from pathlib import Path
from typing import NamedTuple

SECTOR = 512
_MIB = 1024 * 1024 // SECTOR
_FIRST = 2048
_SMALLEST = 64 * _MIB
_LINUX, _EXTENDED, _SWAP = 0x83, 0x05, 0x82
_BOOT_CODE = b"stand-in for GRUB's boot.img: this disk was installed in a rehearsal\0"
_NO_GEOMETRY = b"\xfe\xff\xff"
"""The CHS address that says "see the LBA fields", as fdisk writes it for everything past 8 GB."""


class DiskError(Exception):
    """The disk image cannot be partitioned, read or written; the text is a whole sentence."""


class Partition(NamedTuple):
    """A partition by its place on the disk, both in sectors of 512 bytes."""

    start: int
    sectors: int

    @property
    def offset(self) -> int:
        """Where it begins, in bytes."""
        return self.start * SECTOR

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return self.sectors * SECTOR


class Layout(NamedTuple):
    """The two partitions that hold something; the extended one begins two sectors before `swap`."""

    root: Partition
    swap: Partition


def plan(size: int) -> Layout:
    """Where partman puts things on a disk of `size` bytes. Raises DiskError where they do not fit."""
    end = size // SECTOR // _MIB * _MIB
    swap = max(_MIB, min(512 * _MIB, end // 16 // _MIB * _MIB))
    root = end - _FIRST - swap - _MIB
    if size % SECTOR or root < _SMALLEST:
        raise DiskError(f"A disk of {size} bytes is too small or is no whole number of sectors.")
    return Layout(Partition(_FIRST, root // _MIB * _MIB), Partition(_FIRST + root + _MIB, swap))


def write_table(path: Path, layout: Layout, swap_uuid: uuid.UUID) -> None:
    """Write the MBR, the extended partition's own table and an empty swap area. The file keeps its length."""
    extended = layout.swap.start - 2
    first = _entry(_LINUX, layout.root.start, layout.root.sectors, bootable=True)
    second = _entry(_EXTENDED, extended, layout.swap.sectors + 2)
    logical = _entry(_SWAP, 2, layout.swap.sectors)
    with path.open("r+b") as disk:
        _put(disk.fileno(), 0, _sector(_BOOT_CODE, first, second))
        _put(disk.fileno(), extended * SECTOR, _sector(b"", logical))
        _put(disk.fileno(), layout.swap.offset, _swap_area(layout.swap, swap_uuid))


def find_root(path: Path) -> Partition:
    """The disk's first partition. Raises DiskError where the image has no partition table."""
    try:
        with path.open("rb") as disk:
            sector = disk.read(SECTOR)
    except OSError as error:
        raise DiskError(f"The disk {path} cannot be read: {error.strerror}.") from error
    if len(sector) < SECTOR or sector[510:] != b"\x55\xaa":
        raise DiskError(f"The disk {path} holds no partition table.")
    kind, start, sectors = sector[450], *struct.unpack_from("<II", sector, 454)
    if kind != _LINUX or not sectors:
        raise DiskError(f"The first partition of {path} holds no Linux file system.")
    return Partition(start, sectors)


def _put(disk: int, offset: int, content: bytes) -> None:
    os.pwrite(disk, content, offset)


def _entry(kind: int, start: int, sectors: int, *, bootable: bool = False) -> bytes:
    flag = 0x80 if bootable else 0
    return struct.pack("<B3sB3sII", flag, _NO_GEOMETRY, kind, _NO_GEOMETRY, start, sectors)


def _sector(code: bytes, *entries: bytes) -> bytes:
    return code.ljust(446, b"\0") + b"".join(entries).ljust(64, b"\0") + b"\x55\xaa"


def _swap_area(swap: Partition, identity: uuid.UUID) -> bytes:
    """The first page of a swap area as mkswap(8) writes it (version 1, pages of 4 KiB)."""
    header = struct.pack("<1024xIII16s16x", 1, swap.size // 4096 - 1, 0, identity.bytes)
    return header.ljust(4086, b"\0") + b"SWAPSPACE2"
