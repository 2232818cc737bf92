"""A stream of compressed pieces, unpacked as the kernel unpacks an initrd: in any order, plain ones between them."""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from typing import BinaryIO, Protocol

import zstandard

DAMAGE = (OSError, EOFError, lzma.LZMAError, zlib.error, zstandard.ZstdError)
"""What reading a damaged stream raises."""

_LARGEST_WINDOW = 128 << 20
"""Bytes that zstd may ask for to unpack; `zstd --ultra` asks for as much."""
_PACKED_AT_ONCE = 4096
"""Bytes unpacked at once: of nothing but zeros they make 128 MiB, of a real initrd 20 KiB."""
_LONGEST_MAGIC = 6
_GZIP = zlib.MAX_WBITS | 16


class _Unpacker(Protocol):
    """One compressed piece while it is unpacked, as the standard library's decompressors are."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


class Unpacked:
    """A stream as the kernel reads it: compressed pieces one after the other, unpacked; all else as it is."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._unpacker: _Unpacker | None = None
        self._packed = b""
        self._plain = io.BytesIO()
        self._begin()

    def read(self, size: int) -> bytes:
        while not (data := self._plain.read(size)) and self._more():
            pass
        return data

    def begin_anew(self, unread: bytes) -> None:
        """An archive ended before `unread`: what follows may be compressed, even where that archive was not."""
        if self._unpacker is None:
            self._packed = unread + self._plain.read() + self._packed
            self._plain = io.BytesIO()
            self._begin()
        else:
            self._plain = io.BytesIO(unread + self._plain.read())

    def _begin(self) -> None:
        """Find out, behind the zeros, how the next piece is packed."""
        self._packed = self._packed.lstrip(b"\0")
        while len(self._packed) < _LONGEST_MAGIC and (more := self._stream.read(_PACKED_AT_ONCE)):
            self._packed = (self._packed + more).lstrip(b"\0")
        self._unpacker = _unpacker_of(self._packed)

    def _more(self) -> bool:
        """Unpack a piece of the stream; False at its end."""
        self._packed = self._packed or self._stream.read(_PACKED_AT_ONCE)
        if not self._packed:
            if self._unpacker is not None:
                raise EOFError("it ends in the middle of a compressed piece")
            return False
        if self._unpacker is None:
            self._plain, self._packed = io.BytesIO(self._packed), b""
            return True
        self._plain = io.BytesIO(self._unpacker.decompress(self._packed))
        self._packed = b""
        if self._unpacker.eof:
            self._packed = self._unpacker.unused_data.lstrip(b"\0")
            self._begin()
        return True


def _unpacker_of(start: bytes) -> _Unpacker | None:
    match compression_of(start):
        case "gzip":
            return zlib.decompressobj(_GZIP)
        case "bzip2":
            return bz2.BZ2Decompressor()
        case "xz" | "lzma":
            return lzma.LZMADecompressor(memlimit=_LARGEST_WINDOW)
        case "zstd":
            return zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW).decompressobj()
        case _:
            return None


def compression_of(start: bytes) -> str | None:
    """How what begins like this (6 bytes suffice) is packed; None where it is not."""
    known = {
        b"\x1f\x8b": "gzip",
        b"BZh": "bzip2",
        b"\xfd7zXZ\0": "xz",
        b"\x5d\0\0": "lzma",
        b"\x28\xb5\x2f\xfd": "zstd",
    }
    return next((name for magic, name in known.items() if start.startswith(magic)), None)
