"""The templates files inside an installer's initrd (cpio "newc", compressed or not), without unpacking it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from autoinstall.catalogue.unpacked import DAMAGE, Unpacked, compression_of
from autoinstall.errors import InvalidFileError

_CPIO_MAGICS = (b"070701", b"070702")
_HEADER_SIZE = 110
_NAME_LIMIT = 4096
_TEMPLATES_LIMIT = 16 << 20
_WHOLE_LIMIT = 1 << 30
"""Bytes that an initrd may unpack to, and of its templates together; a real one has 0.1 and 0.01 GiB."""
_QUESTIONS_LIMIT = 64 << 20
_TRAILER = "TRAILER!!!"
_TEMPLATES = (".templates", "/templates.dat")


def is_initrd(start: bytes) -> bool:
    """Whether a file that begins with `start` (6 bytes suffice) is a cpio archive, plain or compressed."""
    return start.startswith(_CPIO_MAGICS) or compression_of(start) is not None


def templates_in_initrd(stream: BinaryIO) -> Iterator[tuple[str, str]]:
    """Path and text of each debconf templates file of an initrd open at its beginning.

    They are `*.templates` of its packages, in older installers also `templates.dat` of cdebconf's own database.
    Raises InvalidFileError for a damaged archive.
    """
    size = 0
    for name, content in _files(
        stream, lambda name, size: name.endswith(_TEMPLATES) and 0 < size <= _TEMPLATES_LIMIT
    ):
        if content is None:
            continue
        size += len(content)
        if size > _QUESTIONS_LIMIT:
            raise InvalidFileError("the initrd has too many questions", kind="invalid-initrd")
        yield name, content.decode("utf-8", "replace")


def names_in_initrd(stream: BinaryIO) -> Iterator[str]:
    """The paths of all that is in an initrd open at its beginning. Raises InvalidFileError for a damaged one."""
    yield from (name for name, _ in _files(stream, lambda name, size: False))


def _files(stream: BinaryIO, wanted: Callable[[str, int], bool]) -> Iterator[tuple[str, bytes | None]]:
    """Path of each file, and its content where it is `wanted` by its path and size."""
    try:
        for archive in _archives(stream):
            yield from _files_of(archive, wanted)
    except DAMAGE as error:
        raise InvalidFileError(
            f"the initrd cannot be decompressed: {error}", kind="invalid-initrd"
        ) from error


def _archives(stream: BinaryIO) -> Iterator[_Reader]:
    """The archives one after the other: plain ones (microcode, modules) and compressed ones, in any order."""
    archive = _Reader(Unpacked(stream))
    while archive.skip_to_magic():
        yield archive


class _Reader:
    """A stream read in step that knows its offset in the archive, because cpio pads by offset."""

    def __init__(self, stream: Unpacked) -> None:
        self._stream = stream
        self._ahead = b""
        self.offset = 0
        self._whole = 0

    def read(self, size: int) -> bytes:
        data = self._ahead[:size]
        self._ahead = self._ahead[size:]
        while len(data) < size:
            more = self._stream.read(min(size - len(data), 1 << 20))
            if not more:
                raise InvalidFileError("the initrd ends in the middle of a file", kind="invalid-initrd")
            data += more
        self.offset += size
        self._count(size)
        return data

    def _count(self, size: int) -> None:
        self._whole += size
        if self._whole > _WHOLE_LIMIT:
            raise InvalidFileError(
                f"the initrd unpacks to more than {_WHOLE_LIMIT >> 30} GiB", kind="invalid-initrd"
            )

    def skip(self, size: int) -> None:
        while size > 0:
            part = min(size, 1 << 20)
            self.read(part)
            size -= part

    def align(self) -> None:
        self.skip(-self.offset % 4)

    def skip_to_magic(self) -> bool:
        """Skips the zeros between two archives; False at the end of the stream."""
        self._stream.begin_anew(self._ahead)
        self._ahead = b""
        while True:
            self._ahead = self._ahead.lstrip(b"\0") or self._stream.read(1 << 16)
            if not self._ahead:
                return False
            if self._ahead[:1] != b"\0":
                self.offset = 0
                return True
            self._count(len(self._ahead))


def _files_of(archive: _Reader, wanted: Callable[[str, int], bool]) -> Iterator[tuple[str, bytes | None]]:
    """The files of one cpio archive, up to and with its trailer."""
    while True:
        header = archive.read(_HEADER_SIZE)
        name_size, size = _sizes(header)
        name = archive.read(name_size).rstrip(b"\0").decode("utf-8", "replace")
        archive.align()
        if name == _TRAILER:
            return
        if wanted(name, size):
            yield name, archive.read(size)
        else:
            yield name, None
            archive.skip(size)
        archive.align()


def _sizes(header: bytes) -> tuple[int, int]:
    if not header.startswith(_CPIO_MAGICS):
        raise InvalidFileError("the initrd is no cpio archive in its middle", kind="invalid-initrd")
    try:
        size, name_size = int(header[54:62], 16), int(header[94:102], 16)
    except ValueError:
        raise InvalidFileError("the initrd has a damaged cpio header", kind="invalid-initrd") from None
    if not 0 < name_size <= _NAME_LIMIT:
        raise InvalidFileError("the initrd has a damaged cpio header", kind="invalid-initrd")
    return name_size, size
