"""The templates files inside an installer's initrd (cpio "newc", compressed or not), without unpacking it."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from collections.abc import Iterator
from typing import BinaryIO, cast

import zstandard

from autoinstall.errors import InvalidFileError

_CPIO_MAGICS = (b"070701", b"070702")
_HEADER_SIZE = 110
_NAME_LIMIT = 4096
_TEMPLATES_LIMIT = 16 << 20
_WHOLE_LIMIT = 1 << 30
"""Bytes that an initrd may unpack to, and of its templates together; a real one has 0.1 and 0.01 GiB."""
_QUESTIONS_LIMIT = 64 << 20
_LARGEST_WINDOW = 128 << 20
"""Bytes that zstd may ask for to unpack; `zstd --ultra` asks for as much."""
_PACKED_AT_ONCE = 4096
"""Bytes unpacked at once: of nothing but zeros they make 128 MiB, of a real initrd 20 KiB."""
_TRAILER = "TRAILER!!!"
_TEMPLATES = (".templates", "/templates.dat")


def is_initrd(start: bytes) -> bool:
    """Whether a file that begins with `start` (6 bytes suffice) is a cpio archive, plain or compressed."""
    return start.startswith(_CPIO_MAGICS) or _decompressor(start) is not None


def templates_in_initrd(stream: BinaryIO) -> Iterator[tuple[str, str]]:
    """Path and text of each debconf templates file of an initrd open at its beginning.

    They are `*.templates` of its packages, in older installers also `templates.dat` of cdebconf's own database.
    Raises InvalidFileError for a damaged archive.
    """
    archive = _Reader(_decompressed(stream))
    size = 0
    try:
        while archive.skip_to_magic():
            for name, text in _templates_of_archive(archive):
                size += len(text)
                if size > _QUESTIONS_LIMIT:
                    raise InvalidFileError("the initrd has too many questions", kind="invalid-initrd")
                yield name, text
    except (OSError, EOFError, lzma.LZMAError, zstandard.ZstdError) as error:
        raise InvalidFileError(
            f"the initrd cannot be decompressed: {error}", kind="invalid-initrd"
        ) from error


class _Reader:
    """A stream read in step that knows its offset in the archive, because cpio pads by offset."""

    def __init__(self, stream: BinaryIO) -> None:
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
        while True:
            self._ahead = self._ahead.lstrip(b"\0") or self._stream.read(1 << 16)
            if not self._ahead:
                return False
            if self._ahead[:1] != b"\0":
                self.offset = 0
                return True
            self._count(len(self._ahead))


class _ZstdFile:
    """Frames of zstd one after the other; unlike zstandard's own reader it says where the last one was cut off."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decompressor = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW)
        self._frame = self._decompressor.decompressobj()
        self._begun = False
        self._packed = b""
        self._plain = io.BytesIO()

    def read(self, size: int) -> bytes:
        while not (data := self._plain.read(size)) and self._more():
            pass
        return data

    def _more(self) -> bool:
        """Unpack a piece of the file; False at its end."""
        self._packed = self._packed or self._stream.read(_PACKED_AT_ONCE)
        if not self._packed:
            if self._begun:
                raise EOFError("it ends in the middle of a zstd frame")
            return False
        self._begun = True
        self._plain = io.BytesIO(self._frame.decompress(self._packed))
        self._packed = self._frame.unused_data
        if self._frame.eof:
            self._frame, self._begun = self._decompressor.decompressobj(), False
        return True


def _decompressor(start: bytes) -> str | None:
    known = {
        b"\x1f\x8b": "gzip",
        b"BZh": "bzip2",
        b"\xfd7zXZ\0": "xz",
        b"\x5d\0\0": "lzma",
        b"\x28\xb5\x2f\xfd": "zstd",
    }
    return next((name for magic, name in known.items() if start.startswith(magic)), None)


def _decompressed(stream: BinaryIO) -> BinaryIO:
    start = stream.read(6)
    stream.seek(0)
    compression = _decompressor(start)
    if compression == "gzip":
        return cast(BinaryIO, gzip.GzipFile(fileobj=stream))
    if compression == "bzip2":
        return cast(BinaryIO, bz2.BZ2File(stream))
    if compression in ("xz", "lzma"):
        return cast(BinaryIO, lzma.LZMAFile(stream))
    if compression == "zstd":
        return cast(BinaryIO, _ZstdFile(stream))
    return stream


def _templates_of_archive(archive: _Reader) -> Iterator[tuple[str, str]]:
    """The templates files of one cpio archive, up to and with its trailer."""
    while True:
        header = archive.read(_HEADER_SIZE)
        name_size, size = _sizes(header)
        name = archive.read(name_size).rstrip(b"\0").decode("utf-8", "replace")
        archive.align()
        if name == _TRAILER:
            return
        if name.endswith(_TEMPLATES) and 0 < size <= _TEMPLATES_LIMIT:
            yield name, archive.read(size).decode("utf-8", "replace")
        else:
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
