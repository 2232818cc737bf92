"""Checksums: of files while they are read, and as lists of sums say them."""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

BLOCK = 1 << 20
WIDE_BLOCK = 8 << 20
"""Enough work for a thread that handing it over does not count."""

_SUM_LINE = re.compile(r"(?P<hex>[0-9a-fA-F]{32,128})[ \t]+\*?(?:\./)?(?P<path>\S.*?)\s*")
_RELEASE_LINE = re.compile(r" (?P<hex>[0-9a-fA-F]{32,128}) +\d+ +(?P<path>\S+)\s*")


@dataclass(frozen=True, slots=True)
class Digest:
    """A checksum: `sha256` or `md5`, and its hexadecimal digits in small letters."""

    algorithm: str
    hex: str

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.hex}"


def digest_of(path: Path, algorithm: str = "sha256") -> Digest:
    """A file's checksum."""
    running = hashlib.new(algorithm, usedforsecurity=False)
    for block in blocks_of(path):
        running.update(block)
    return Digest(algorithm, running.hexdigest())


def digest_of_bytes(content: bytes, algorithm: str = "sha256") -> Digest:
    """The checksum of some bytes."""
    return Digest(algorithm, hashlib.new(algorithm, content, usedforsecurity=False).hexdigest())


def sums_of(path: Path, *algorithms: str) -> tuple[str, ...]:
    """Several checksums of a file that is read once; holes are not read, and each sum has a thread of its own."""
    sums = [hashlib.new(algorithm, usedforsecurity=False) for algorithm in algorithms]
    with ThreadPoolExecutor(len(sums)) as threads:
        for block in _blocks_and_holes(path):
            list(threads.map(lambda running, block=block: running.update(block), sums))
    return tuple(running.hexdigest() for running in sums)


def blocks_of(path: Path) -> Iterator[bytes]:
    """A file's bytes in blocks of a mebibyte."""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def _blocks_and_holes(path: Path) -> Iterator[bytes | memoryview]:
    """A file's bytes in blocks; a hole's zeros are always the same block."""
    zeros = memoryview(bytes(WIDE_BLOCK))
    with path.open("rb") as file:
        end = os.fstat(file.fileno()).st_size
        while (at := file.tell()) < end:
            try:
                data = os.lseek(file.fileno(), at, os.SEEK_DATA)
            except OSError as error:
                if error.errno != errno.ENXIO:
                    raise
                data = end
            file.seek(at)
            if data > at:
                length = min(data - at, WIDE_BLOCK)
                file.seek(at + length)
                yield zeros[:length]
            else:
                yield file.read(WIDE_BLOCK)


def sums_in(text: str, algorithm: str) -> dict[str, Digest]:
    """The sums that a SHA256SUMS or MD5SUMS file lists, by path (without a leading `./`)."""
    matches = (_SUM_LINE.fullmatch(line) for line in text.splitlines())
    return {match["path"]: Digest(algorithm, match["hex"].lower()) for match in matches if match}


def release_sums_in(text: str) -> dict[str, Digest]:
    """The SHA-256 sums that a Release file lists, by path below the suite's folder."""
    sums: dict[str, Digest] = {}
    listing = False
    for line in text.splitlines():
        if not line.startswith(" "):
            listing = line.strip() == "SHA256:"
        elif listing and (match := _RELEASE_LINE.fullmatch(line)):
            sums[match["path"]] = Digest("sha256", match["hex"].lower())
    return sums
