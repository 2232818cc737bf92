"""The disk of a domain: a real partition table and a real ext4 file system that holds the guest's tree.

A running guest works on an unpacked copy of the tree; `sync` and shutdown write that copy back. Writing back runs
in a process of its own, in a session of its own, so that a guest destroyed in the middle of it does not tear the
disk: what was synced is kept.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NoReturn

from autoinstall.rehearsal import ext4, namespaces, partitions, staging, tree
from autoinstall.rehearsal.partitions import DiskError
from autoinstall.rehearsal.system import InstalledSystem

HOST_FOLDER = "host"
"""Where the guest sees the host's own programs; links that point into it are the rehearsal's, not the guest's."""

_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - private folders are made in there
_SPARE_ROOM = 64 << 20
NOT_ON_DISK = ("dev", "proc", "run", "sys")

__all__ = ["HOST_FOLDER", "DiskError", "read_tree", "write_back", "write_installed_disk"]


def write_installed_disk(path: Path | str, system: InstalledSystem) -> None:
    """Put the installed `system` on the existing raw image `path`, which keeps its size and stays sparse.

    Partition 1 (ext4, bootable, from sector 2048) holds the tree, partition 5 is swap. Raises DiskError.
    """
    path = Path(path)
    try:
        layout = partitions.plan(path.stat().st_size)
    except OSError as error:
        raise DiskError(f"The disk {path} cannot be used: {error.strerror}.") from error
    identities = tree.Identities(root=str(uuid.uuid4()), swap=str(uuid.uuid4()))
    with _scratch() as scratch, _quick_scratch(0) as quick:
        folder = scratch / "tree"
        folder.mkdir(mode=0o755)
        owners = tree.lay_out(folder, system, identities)
        image = quick / "root.img"
        ext4.make(folder, image, layout.root.size, identities.root, owners)
        partitions.write_table(path, layout, uuid.UUID(identities.swap))
        ext4.put_in(image, path, layout.root)


def read_tree(path: Path | str, folder: Path) -> dict[str, tuple[int, int]]:
    """Unpack the guest's tree from the disk `path` into the existing `folder`, modes and times kept.

    Returns the owners of what is not root's; they are also set on the files where the caller may. Raises DiskError.
    """
    path = Path(path)
    partition = partitions.find_root(path)
    with _scratch() as scratch:
        image = scratch / "root.img"
        ext4.cut_out(path, partition, image)
        found = ext4.extract(image, folder)
    return {name: (entry.uid, entry.gid) for name, entry in found.items() if entry.uid or entry.gid}


def write_back(path: Path | str, folder: Path, owners: Mapping[str, tuple[int, int]] | None = None) -> None:
    """Put the tree in `folder` back on the disk `path`; its file system keeps its UUID.

    `owners` says who owns what where the files themselves cannot (a user without root). Left out are the host's
    programs and what only lives while the guest runs. Raises DiskError; the disk is then as it was.
    """
    said, say = os.pipe2(os.O_CLOEXEC)
    writer = os.fork()
    if writer == 0:
        _be_the_writer(Path(path), folder, owners or {}, say)
    os.close(say)
    with open(said, encoding="utf-8", errors="replace") as complaint:  # noqa: PTH123 - a descriptor
        text = complaint.read()
    _, status = os.waitpid(writer, 0)
    if status:
        raise DiskError(text or f"Writing {path} ended with status {os.waitstatus_to_exitcode(status)}.")


def _be_the_writer(path: Path, folder: Path, owners: Mapping[str, tuple[int, int]], say: int) -> NoReturn:
    status = 1
    try:
        os.setsid()
        if os.geteuid():
            namespaces.become_root()
        _write_back_here(path, folder, owners)
        status = 0
    except (DiskError, OSError) as error:
        os.write(say, str(error).encode()[:4096])
    finally:
        os._exit(status)


def _write_back_here(path: Path, folder: Path, owners: Mapping[str, tuple[int, int]]) -> None:
    partition = partitions.find_root(path)
    staged = Path(tempfile.mkdtemp(prefix=".disk-", dir=folder.parent))  # hard links: the same file system
    try:
        size = staging.stage(f"{folder}", f"{staged}/tree", not_into=NOT_ON_DISK, without=HOST_FOLDER)
        with _quick_scratch(size) as quick:
            new = quick / "new.img"
            ext4.make(staged / "tree", new, partition.size, ext4.identity_of(path, partition), owners)
            ext4.put_in(new, path, partition)
    finally:
        staging.remove(f"{staged}")


@contextlib.contextmanager
def _scratch(parent: Path | str | None = None) -> Iterator[Path]:
    """A private folder that goes away; by default below the rehearsal's home."""
    parent = parent or os.environ.get("AUTOINSTALL_REHEARSAL_HOME")
    with tempfile.TemporaryDirectory(prefix=".disk-", dir=parent) as name:
        yield Path(name)


@contextlib.contextmanager
def _quick_scratch(size: int) -> Iterator[Path]:
    """A private folder in memory, where there is room for an image that holds `size` bytes of files.

    mke2fs makes sure several times that what it wrote is on the disk; on a busy one that takes a second.
    """
    room = _IN_MEMORY.is_dir() and os.access(_IN_MEMORY, os.W_OK) and shutil.disk_usage(_IN_MEMORY).free
    with _scratch(_IN_MEMORY if room > _SPARE_ROOM + 2 * size else None) as folder:
        yield folder
