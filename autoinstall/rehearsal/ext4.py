"""The ext4 file system of a guest's disk, made and read with e2fsprogs only: nothing is mounted, no root is needed."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from autoinstall.rehearsal.partitions import DiskError, Partition

_CHUNK = 64 * 1024
_FEATURES = "^metadata_csum,^64bit,^orphan_file,uninit_bg"
"""Those of 2012: a pygrub of that time reads them, and so does today's debugfs."""
_LAZY = "lazy_itable_init=1,lazy_journal_init=1,nodiscard"
_ROOT_INODE = 2
_UID_GID = tuple[int, int]


class Entry(NamedTuple):
    """What the file system says of one file: `mode` with its type bits, as in stat(2)."""

    inode: int
    mode: int
    uid: int
    gid: int


def make(folder: Path, image: Path, size: int, identity: str, owners: Mapping[str, _UID_GID]) -> None:
    """Make `image` (sparse, `size` bytes) an ext4 file system that holds `folder`. `identity` is its UUID.

    Whoever runs this is root in there; `owners` (path below the root -> uid, gid) names the exceptions.
    Raises DiskError.
    """
    with image.open("wb") as fresh:
        fresh.truncate(size)
    options = f"{_LAZY},root_owner=0:0,hash_seed={identity}"
    made = ["mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", "-O", _FEATURES, "-U", identity, "-E", options]
    _run([*_as_root(), *made, "-d", str(folder), str(image)])
    _set_owners(image, owners)


def extract(image: Path, folder: Path) -> dict[str, Entry]:
    """Unpack the whole file system into `folder` (which must exist) with its modes, and its owners if root may.

    Returns what each path below the root is. Devices are left out. Raises DiskError.
    """
    _debugfs(image, [f'rdump / "{folder}"'])
    found = entries(image)
    for path, entry in found.items():
        _restore(folder / path, entry)
    return found


def entries(image: Path) -> dict[str, Entry]:
    """Every file of the file system by its path below the root (`etc/hosts`), the root itself left out."""
    found: dict[str, Entry] = {}
    level = {_ROOT_INODE: PurePosixPath()}
    while level:
        deeper: dict[int, PurePosixPath] = {}
        for parent, name, entry in _listings(image, level):
            path = parent / name
            found[str(path)] = entry
            if stat.S_ISDIR(entry.mode):
                deeper[entry.inode] = path
        level = deeper
    return found


def identity_of(disk: Path, partition: Partition) -> str:
    """The UUID of the partition's file system, from its superblock. Raises DiskError."""
    with disk.open("rb") as source:
        superblock = os.pread(source.fileno(), 1024, partition.offset + 1024)
    if superblock[0x38:0x3A] != b"\x53\xef":
        raise DiskError(f"The first partition of {disk} holds no ext4 file system.")
    return str(uuid.UUID(bytes=superblock[0x68:0x78]))


def cut_out(disk: Path, partition: Partition, image: Path) -> None:
    """Copy a partition into a file of its own, holes left out."""
    with disk.open("rb") as source, image.open("wb") as target:
        target.truncate(partition.size)
        for at in _data_chunks(source.fileno(), partition.offset, partition.size):
            content = os.pread(source.fileno(), min(_CHUNK, partition.size - at), partition.offset + at)
            os.pwrite(target.fileno(), content, at)


def put_in(image: Path, disk: Path, partition: Partition) -> None:
    """Make the partition's content that of `image`; only what differs is written, so it takes milliseconds."""
    with image.open("rb") as source, disk.open("r+b") as target:
        new, old = source.fileno(), target.fileno()
        touched = {
            *_data_chunks(new, 0, partition.size),
            *_data_chunks(old, partition.offset, partition.size),
        }
        for at in sorted(touched):
            length = min(_CHUNK, partition.size - at)
            wanted = os.pread(new, length, at).ljust(length, b"\0")
            if os.pread(old, length, partition.offset + at) != wanted:
                os.pwrite(old, wanted, partition.offset + at)


def _as_root() -> list[str]:
    """The words before a command that make its user root over the user's own files; none for root."""
    return [] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user"]


def _data_chunks(file: int, offset: int, size: int) -> Iterator[int]:
    """The chunks (places relative to `offset`) in which the sparse `file` holds data."""
    position, last = offset, -1
    while position < offset + size:
        try:
            start = os.lseek(file, position, os.SEEK_DATA)
        except OSError:  # ENXIO: nothing but a hole up to the end of the file
            return
        position = min(os.lseek(file, start, os.SEEK_HOLE), offset + size)
        for chunk in range((start - offset) // _CHUNK, (position - offset + _CHUNK - 1) // _CHUNK):
            if chunk > last:
                last = chunk
                yield chunk * _CHUNK


def _listings(
    image: Path, folders: Mapping[int, PurePosixPath]
) -> Iterator[tuple[PurePosixPath, str, Entry]]:
    """The entries of several folders, listed by inode so that no name has to be quoted."""
    here = PurePosixPath()
    for line in _debugfs(image, [f"ls -p <{inode}>" for inode in folders]).splitlines():
        if line.startswith("debugfs: ls -p <"):
            here = folders[int(line.split("<")[1].rstrip(">"))]
        elif line.startswith("/"):
            _, inode, mode, uid, gid, name, _ = line.split("/", 6)
            if int(inode) and name not in (".", ".."):
                yield here, name, Entry(int(inode), int(mode, 8), int(uid), int(gid))


def _restore(path: Path, entry: Entry) -> None:
    """What rdump loses: owners where they may be set, setuid bits, FIFOs."""
    if stat.S_ISFIFO(entry.mode):
        os.mkfifo(path)
    if not path.is_symlink() and not path.exists():
        return
    if os.geteuid() == 0:
        with contextlib.suppress(OSError):  # a uid that the user namespace does not map
            os.chown(path, entry.uid, entry.gid, follow_symlinks=False)
    if not path.is_symlink():
        path.chmod(stat.S_IMODE(entry.mode))


def _set_owners(image: Path, owners: Mapping[str, _UID_GID]) -> None:
    if not owners:
        return
    commands = []
    for path, entry in entries(image).items():
        uid, gid = owners.get(path, (entry.uid, entry.gid))
        if (uid, gid) != (entry.uid, entry.gid):
            commands += [f"sif <{entry.inode}> uid {uid}", f"sif <{entry.inode}> gid {gid}"]
    if commands:
        _debugfs(image, commands, "-w")


def _debugfs(image: Path, commands: list[str], *options: str) -> str:
    return _run(["debugfs", *options, "-f", "-", str(image)], "\n".join(commands) + "\n")


def _run(command: list[str], text: str | None = None) -> str:
    """Run one tool of e2fsprogs, which many distributions keep out of a user's PATH."""
    search = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"
    program = shutil.which(command[0], path=search)
    if program is None:
        raise DiskError(
            f"The program {command[0]} is missing (Debian: apt-get install e2fsprogs util-linux)."
        )
    environment = {**os.environ, "LC_ALL": "C", "PATH": search, "DEBUGFS_PAGER": "cat"}
    done = subprocess.run(
        [program, *command[1:]], input=text, capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode:
        raise DiskError(f"{command[0]} failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout
