"""An initrd whose only program says two words and powers the machine off: a guest that ends before any installer."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

WORDS = b"no installer here\n"

_LOAD_ADDRESS = 0x400000
_HEADERS = 64 + 56
_CODE = """
    b8 01 00 00 00 bf 01 00 00 00               write(1, words, length)
    48 be {words} ba {length} 0f 05
    b8 a9 00 00 00 bf ad de e1 fe               reboot(magic, magic, power off)
    be 69 19 12 28 ba dc fe 21 43 0f 05
    b8 22 00 00 00 0f 05 eb f7                  pause(), should that fail
"""
_REGULAR, _FOLDER, _CHARACTER_DEVICE = 0o100755, 0o040755, 0o020600


def write_toy_initrd(path: Path) -> Path:
    """Write it, compressed as an installer's."""
    members = (
        _member("dev", _FOLDER),
        _member("dev/console", _CHARACTER_DEVICE, device=(5, 1)),
        _member("init", _REGULAR, _program()),
        _member("TRAILER!!!", 0),
    )
    path.write_bytes(gzip.compress(b"".join(members)))
    return path


def _program() -> bytes:
    """A static ELF program of one segment."""
    text = "".join(line.strip().split("   ")[0] for line in _CODE.splitlines())
    size = len(bytes.fromhex(text.format(words="00" * 8, length="00" * 4)))
    at = struct.pack("<Q", _LOAD_ADDRESS + _HEADERS + size).hex()
    code = bytes.fromhex(text.format(words=at, length=struct.pack("<I", len(WORDS)).hex()))
    whole = _HEADERS + len(code) + len(WORDS)
    head = struct.pack(
        "<16sHHIQQQIHHHHHH",
        b"\x7fELF\x02\x01\x01", 2, 62, 1, _LOAD_ADDRESS + _HEADERS, 64, 0, 0, 64, 56, 1, 0, 0, 0,
    )  # fmt: skip
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, _LOAD_ADDRESS, _LOAD_ADDRESS, whole, whole, 0x1000)
    return head + segment + code + WORDS


def _member(name: str, mode: int, content: bytes = b"", device: tuple[int, int] = (0, 0)) -> bytes:
    """One file of a cpio archive of the form `newc`, cpio(5)."""
    fields = (0, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(name) + 1, 0)
    head = b"070701" + b"".join(b"%08x" % field for field in fields) + name.encode() + b"\0"
    return _padded(head) + _padded(content)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
