"""A copy of a guest's tree by hard links, made and removed at each sync: plain os calls, since a test waits for it."""
# ruff: noqa: PTH101, PTH102, PTH106, PTH108, PTH115, PTH116

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Collection


def stage(source: str, target: str, *, not_into: Collection[str], without: str) -> int:
    """Link the tree `source` into the new folder `target`; returns the size of its files in bytes.

    The folders `not_into` (names at the top) stay empty; the folder `without`, the links that lead into it and
    sockets, which no disk keeps, are left out. Folders are new ones with the same owner, mode and times.
    """
    return _copy(source, target, frozenset(not_into), without, f"/{without}/")


def remove(folder: str) -> None:
    """Remove a staged tree."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                remove(entry.path)
            else:
                os.unlink(entry.path)
    os.rmdir(folder)


def _copy(source: str, target: str, not_into: Collection[str], without: str, links: str) -> int:
    os.mkdir(target)
    size = 0
    with os.scandir(source) as entries:
        for entry in entries:
            place = f"{target}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                if entry.name in not_into:
                    _make_like(entry.path, place)
                elif entry.name != without:
                    size += _copy(entry.path, place, (), "", links)
            elif not (entry.is_symlink() and os.readlink(entry.path).startswith(links)):
                size += _link(entry, place)
    _be_like(source, target)
    return size


def _link(entry: os.DirEntry[str], place: str) -> int:
    status = entry.stat(follow_symlinks=False)
    if stat.S_ISSOCK(status.st_mode):
        return 0
    os.link(entry.path, place, follow_symlinks=False)
    return status.st_size


def _make_like(source: str, target: str) -> None:
    os.mkdir(target)
    _be_like(source, target)


def _be_like(source: str, target: str) -> None:
    status = os.stat(source)
    with contextlib.suppress(PermissionError):
        os.chown(target, status.st_uid, status.st_gid)
    os.chmod(target, stat.S_IMODE(status.st_mode))
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
