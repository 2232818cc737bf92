"""cpio archives in the form that the kernel unpacks (newc): an initrd is one, and so is what is appended to it.

Source of the format: Linux, Documentation/driver-api/early-userspace/buffer-format.rst.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from autoinstall.errors import InvalidFileError

_MAGIC = b"070701"
_HEADER = 110
_TRAILER = "TRAILER!!!"
_LINKS_KEPT = stat.S_IFLNK | 0o777


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of an archive: its path without a leading slash, st_mode, and content (a link's: its target)."""

    path: str
    mode: int
    content: bytes

    @property
    def is_file(self) -> bool:
        return stat.S_ISREG(self.mode)


def entries_in(stream: _Readable) -> Iterator[Entry]:
    """The entries of one uncompressed archive. Raises InvalidFileError where it is damaged."""
    while True:
        header = _exactly(stream, _HEADER)
        if not header.startswith(_MAGIC):
            raise InvalidFileError("this is no cpio archive (newc)", kind="invalid-initrd")
        mode, size, name_size = (int(header[at : at + 8], 16) for at in (14, 54, 94))
        padded_name = name_size + -(_HEADER + name_size) % 4
        path = _exactly(stream, padded_name)[: name_size - 1].decode("utf-8", "surrogateescape")
        if path == _TRAILER:
            return
        content = _exactly(stream, size + -size % 4)[:size]
        yield Entry(path.removeprefix("./").lstrip("/"), mode, content)


def archive(entries: Iterable[Entry]) -> bytes:
    """An archive of the entries, all owned by root, their dates zero: the same entries give the same bytes."""
    parts = [_entry(number, one) for number, one in enumerate(entries, start=1)]
    parts.append(_entry(0, Entry(_TRAILER, 0, b"")))
    return b"".join(parts)


def entries_below(folder: Path) -> Iterator[Entry]:
    """The files, links and folders of a tree as entries, sorted, each folder before what is in it."""
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        name = path.relative_to(folder).as_posix()
        if stat.S_ISLNK(mode):
            yield Entry(name, _LINKS_KEPT, os.fsencode(path.readlink()))
        elif stat.S_ISDIR(mode):
            yield Entry(name, mode, b"")
        else:
            yield Entry(name, mode, path.read_bytes())


def _entry(inode: int, entry: Entry) -> bytes:
    name = entry.path.encode("utf-8", "surrogateescape") + b"\0"
    links = 2 if stat.S_ISDIR(entry.mode) else 1
    numbers = (inode, entry.mode, 0, 0, links, 0, len(entry.content), 0, 0, 0, 0, len(name), 0)
    header = _MAGIC + b"".join(b"%08X" % number for number in numbers)
    return _padded(header + name) + _padded(entry.content)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def _exactly(stream: _Readable, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise InvalidFileError("the archive ends in the middle of a file", kind="invalid-initrd")
    return data
