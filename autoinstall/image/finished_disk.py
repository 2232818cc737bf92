"""The root file system of a raw disk, read with debugfs: nothing is mounted, nothing can be changed."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from autoinstall import process
from autoinstall.errors import HostError, VerificationError

TOOLS = {"debugfs": "e2fsprogs", "sfdisk": "fdisk"}
"""What is needed, and the Debian package that has it."""

SECONDS = 300.0
_PATH = f"{os.environ.get('PATH', '/usr/bin:/bin')}:/usr/sbin:/sbin"
_EVERYTHING = "**"


class _NoFileSystem(HostError):
    """debugfs knows nothing of what stands there: a swap partition, a damaged file system."""


class _Entry(NamedTuple):
    name: str
    mode: int
    size: int


def require_tools() -> None:
    """Raise HostError where this machine cannot read a finished disk."""
    for tool, package in TOOLS.items():
        if shutil.which(tool, path=_PATH) is None:
            raise HostError(
                f"{tool} is not installed, so the finished disk cannot be looked at",
                kind="tool-missing",
                hint=f"install it (apt-get install {package}), or ask for no hygiene (`hygiene: []`)",
            )


class FinishedDisk:
    """The file system that holds /etc on a disk with partitions (ext2, 3 or 4)."""

    def __init__(self, disk: Path) -> None:
        """Raises VerificationError where none of its partitions is one."""
        self._disk = disk
        self._folders: dict[str, list[_Entry]] = {}
        for offset in _partitions(disk):
            self._source = f"{disk}?offset={offset}"
            with contextlib.suppress(_NoFileSystem):
                if self.exists("/etc"):
                    return
            self._folders.clear()
        raise VerificationError(
            f"{disk.name} has no partition whose root file system can be read",
            kind="unreadable-disk",
            hint="only ext2, ext3 and ext4 on plain partitions are read; with LVM or encryption say `hygiene: []`",
        )

    def find(self, pattern: str) -> Iterator[tuple[str, int]]:
        """Path and size in bytes of each regular file that the pattern fits; `**` at its end means all below."""
        yield from self._find("/", pattern.strip("/").split("/"))

    def content(self, path: str) -> bytes:
        """The bytes of a file."""
        return self._ask(f"cat {_quoted(path)}")

    def exists(self, path: str) -> bool:
        """Whether there is anything of that name."""
        folder, _, name = path.rpartition("/")
        return any(entry.name == name for entry in self._list(folder or "/"))

    def _find(self, folder: str, words: list[str]) -> Iterator[tuple[str, int]]:
        word, rest = words[0], words[1:]
        for entry in self._list(folder):
            path = f"{folder.rstrip('/')}/{entry.name}"
            is_folder = stat.S_ISDIR(entry.mode)
            if word == _EVERYTHING and is_folder:
                yield from self._find(path, words)
            elif word != _EVERYTHING and not fnmatchcase(entry.name, word):
                continue
            elif rest and is_folder:
                yield from self._find(path, rest)
            elif not rest and stat.S_ISREG(entry.mode):
                yield path, entry.size

    def _list(self, folder: str) -> list[_Entry]:
        if folder not in self._folders:
            told = self._ask(f"ls -p {_quoted(folder)}").decode("utf-8", "surrogateescape")
            self._folders[folder] = [entry for line in told.splitlines() if (entry := _entry(line))]
        return self._folders[folder]

    def _ask(self, request: str) -> bytes:
        argv = ("debugfs", "-R", request, self._source)
        done, said = process.run_for_bytes(argv, timeout=SECONDS, environment={"PATH": _PATH})
        if done.status:
            raise _NoFileSystem(
                "debugfs cannot read the finished disk", kind="unreadable-disk", host_said=done.said
            )
        return said


def _partitions(disk: Path) -> Iterator[int]:
    """Where each partition begins, in bytes."""
    done = process.run(("sfdisk", "--json", str(disk)), environment={"PATH": _PATH})
    try:
        table = json.loads(done.stdout)["partitiontable"]
        yield from (part["start"] * table.get("sectorsize", 512) for part in table["partitions"])
    except (ValueError, KeyError, TypeError):
        raise VerificationError(
            f"{disk.name} has no partitions", kind="unreadable-disk", host_said=done.said or None
        ) from None


def _entry(line: str) -> _Entry | None:
    """A line of `ls -p`: /INODE/MODE/UID/GID/NAME/SIZE/ (a name has no slash)."""
    words = line.split("/")
    if len(words) != 8 or words[5] in (".", "..") or not words[1].isdigit() or words[1] == "0":
        return None
    return _Entry(words[5], int(words[2], 8), int(words[6] or 0))


def _quoted(path: str) -> str:
    """As debugfs takes a word: a quotation mark in it is doubled."""
    return '"' + path.replace('"', '""') + '"'
