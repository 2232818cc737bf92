"""A guest's disk as pygrub sees it: the files of its first Linux file system, read with debugfs, nothing mounted."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from pathlib import Path

SECTOR = 512


class Unreadable(Exception):
    """There is no file system that could be read; the text says why."""


def read_file(disk: Path, path: str) -> bytes | None:
    """The content of a file of the guest, None where it is not there. Raises Unreadable."""
    done = _debugfs(disk, f"cat {path}")
    return None if b"File not found" in done.stderr or b"Filesystem not open" in done.stderr else done.stdout


def exists(disk: Path, path: str) -> bool:
    """Whether the guest has this file. Raises Unreadable."""
    return b"Inode:" in _debugfs(disk, f"stat {path}").stdout


def _debugfs(disk: Path, command: str) -> subprocess.CompletedProcess[bytes]:
    search = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"
    program = shutil.which("debugfs", path=search)
    if program is None:
        raise Unreadable("the program debugfs is missing (Debian: apt-get install e2fsprogs)")
    device = f"{disk}?offset={_first_file_system(disk)}"
    return subprocess.run([program, "-R", command, device], capture_output=True, check=False)


def _first_file_system(disk: Path) -> int:
    """Where the active partition begins, else the first one; 0 for a disk without a partition table."""
    try:
        with disk.open("rb") as file:
            sector = file.read(SECTOR)
    except OSError as problem:
        raise Unreadable(str(problem)) from None
    if sector[510:512] != b"\x55\xaa":
        return 0
    entries = [struct.unpack_from("<B3xB3xII", sector, 446 + 16 * number) for number in range(4)]
    used = [entry for entry in entries if entry[1]]
    active = [entry for entry in used if entry[0] & 0x80]
    return int((active or used)[0][2]) * SECTOR if used else 0
