"""The guest's disk: a sparse raw file of exactly the size asked for, and copies that stay sparse."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from autoinstall.errors import BusyError, HostError, InvalidFileError

SECTOR = 512

LEAST_ROOM = 256 * 1024 * 1024
"""Bytes that must be free before a build begins: less holds no installed system."""

_FICLONE = 0x40049409
"""ioctl(2) that makes one file share another's blocks (linux/fs.h); file systems without it refuse."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def create_disk(path: Path, size: int) -> None:
    """Make a sparse file of `size` bytes; an existing file is never touched.

    Raises InvalidFileError for a size that is no multiple of a sector, BusyError where the file is
    there already, HostError where the file system cannot hold it.
    """
    if size <= 0 or size % SECTOR:
        raise InvalidFileError(
            f"a disk of {size} bytes is not a number of whole {SECTOR}-byte sectors",
            kind="disk-size",
            hint="write machine.disk as 8G, for example",
        )
    with _new_file(path) as descriptor:
        os.ftruncate(descriptor, size)


def copy_sparse(source: Path, target: Path) -> None:
    """Copy a file into a new one, holes left out, blocks shared where the file system can.

    Raises BusyError where `target` is there already, HostError where the disk is full.
    """
    with source.open("rb") as read, _new_file(target) as write:
        if _share_blocks(read.fileno(), write):
            return
        size = os.fstat(read.fileno()).st_size
        os.ftruncate(write, size)
        for start, end in _data_ranges(read.fileno(), size):
            _copy_range(read.fileno(), write, start, end)


def require_room(folder: Path, needed: int = LEAST_ROOM) -> None:
    """Raise HostError unless `needed` bytes are free where `folder` lies."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise HostError(
            f"only {free // 2**20} MiB are free at {folder}, at least {needed // 2**20} MiB are needed",
            kind="disk-full",
            hint="free some space, or choose another place with --work",
        )


@contextlib.contextmanager
def full_disk_explained(path: Path) -> Iterator[None]:
    """Turns "no space left" while `path` is written into a HostError; other errors pass."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise HostError(
            f"no room to write {path.name}: {error.strerror}",
            kind="disk-full",
            hint=f"free some space at {path.parent}, or choose another place with --work",
        ) from error


@contextlib.contextmanager
def _new_file(path: Path) -> Iterator[int]:
    """A new file, open for writing; removed again where filling it fails."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError as error:
        raise BusyError(
            f"{path} is there already",
            kind="file-exists",
            hint="it may belong to another build: move it away, or choose another place with --work",
        ) from error
    try:
        with full_disk_explained(path):
            yield descriptor
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)


def _share_blocks(source: int, target: int) -> bool:
    try:
        fcntl.ioctl(target, _FICLONE, source)
    except OSError:
        return False
    return True


def _data_ranges(descriptor: int, size: int) -> Iterator[tuple[int, int]]:
    """Where a file's data lies, as (first byte, first byte after it)."""
    end = 0
    while end < size:
        try:
            start = os.lseek(descriptor, end, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:
                return
            raise
        end = os.lseek(descriptor, start, os.SEEK_HOLE)
        yield start, end


def _copy_range(source: int, target: int, start: int, end: int) -> None:
    os.lseek(target, start, os.SEEK_SET)
    while start < end:
        sent = os.sendfile(target, source, start, end - start)
        if sent == 0:
            return
        start += sent
