"""Further cpio archives behind an initrd: the kernel unpacks them over what came before.

(Linux, Documentation/driver-api/early-userspace/buffer-format.rst)
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autoinstall.image.digest import BLOCK, blocks_of
from autoinstall.image.disk import full_disk_explained

_ARCHIVES = (b"070701", b"070702", b"\x1f\x8b", b"\xfd7zXZ\x00", b"BZh", b"\x28\xb5\x2f\xfd", b"\x5d\x00\x00")
"""How the archives begin that the kernel knows: cpio (newc, crc), gzip, xz, bzip2, zstd, lzma."""

_ALIGNED = 4


def append_overlays(initrd: Path, overlays: Sequence[Path], target: Path) -> None:
    """Write `initrd` and the overlays behind it to `target`.

    An overlay that is an archive already is appended as it is; any other file becomes an archive
    that holds it in the root folder under its own name.
    """
    with full_disk_explained(target), target.open("wb") as file:
        for part in (initrd, *overlays):
            file.write(b"\0" * (-file.tell() % _ALIGNED))
            if part is initrd or is_archive(part):
                for block in blocks_of(part):
                    file.write(block)
            else:
                file.write(archive_of(part.name, part.read_bytes()))


def is_archive(path: Path) -> bool:
    """Whether a file is a cpio archive, packed or not."""
    with path.open("rb") as file:
        begin = file.read(min(8, BLOCK))
    return begin.startswith(_ARCHIVES)


def archive_of(name: str, content: bytes) -> bytes:
    """A cpio archive (newc) of one regular file, readable by all, owned by root."""
    return _entry(name, 0o100644, content) + _entry("TRAILER!!!", 0, b"")


def _entry(name: str, mode: int, content: bytes) -> bytes:
    text = name.encode() + b"\0"
    inode = 1 if content else 0
    fields = (inode, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(text), 0)
    header = b"070701" + b"".join(b"%08X" % value for value in fields)
    return _padded(header + text) + _padded(content)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % _ALIGNED)
