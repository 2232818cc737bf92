"""What a program says of itself in its ELF headers, elf(5): its loader and the libraries that it needs.

ldd(1) would tell the same, but runs each program's loader for it; for some 150 programs that takes seconds.
"""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

_INTERPRETER, _DYNAMIC, _LOAD = 3, 2, 1
_END, _NEEDED, _STRINGS = 0, 1, 5
_CACHED = re.compile(r"^\s+(\S+) \([^)]*\) => (\S+)$", re.MULTILINE)


class Program(NamedTuple):
    """`kind` tells one machine's programs from another's; `loader` is None for libraries and static programs."""

    kind: bytes
    loader: str | None
    needed: tuple[str, ...]


class _Segment(NamedTuple):
    kind: int
    offset: int
    address: int
    size: int


def read(path: Path) -> Program | None:
    """The program at `path`, or None where it is no ELF file (a script)."""
    content = path.read_bytes()
    if content[:4] != b"\x7fELF":
        return None
    wide, order = content[4] == 2, "<" if content[5] == 1 else ">"
    segments = list(_segments(content, wide, order))
    loader = next((_text(content, one.offset) for one in segments if one.kind == _INTERPRETER), None)
    needed = _needed(content, segments, order + ("QQ" if wide else "II"))
    return Program(content[4:6] + content[18:20], loader, tuple(needed))


def libraries(programs: Iterable[Program]) -> dict[str, Path]:
    """All libraries that the programs load, directly or not, by name; those that the host lacks are left out."""
    known = partial(_find, _known_places())
    found: dict[str, Path] = {}
    waiting = [(name, program.kind) for program in programs for name in program.needed]
    while waiting:
        name, kind = waiting.pop()
        if name in found:
            continue
        place = known(name, kind)
        if place:
            path, library = place
            found[name] = path
            waiting += [(more, kind) for more in library.needed]
    return found


def _find(places: Mapping[str, list[Path]], name: str, kind: bytes) -> tuple[Path, Program] | None:
    for path in places.get(name, ()):
        library = read(path)
        if library and library.kind == kind:
            return path, library
    return None


def _known_places() -> dict[str, list[Path]]:
    """The loader's own cache of libraries, as ldconfig(8) prints it, else the usual folders."""
    places: dict[str, list[Path]] = {}
    program = shutil.which("ldconfig", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program:
        said = subprocess.run([program, "-p"], capture_output=True, text=True, check=False).stdout
        for name, path in _CACHED.findall(said):
            places.setdefault(name, []).append(Path(path))
    if not places:
        for folder in ("/lib", "/usr/lib", "/lib64", "/usr/lib64"):
            for path in Path(folder).glob("*.so*"):
                places.setdefault(path.name, []).append(path)
    return places


def _segments(content: bytes, wide: bool, order: str) -> Iterator[_Segment]:
    if wide:
        start, size, count = (
            struct.unpack_from(order + "Q", content, 32)[0],
            *struct.unpack_from(order + "HH", content, 54),
        )
    else:
        start, size, count = (
            struct.unpack_from(order + "I", content, 28)[0],
            *struct.unpack_from(order + "HH", content, 42),
        )
    for number in range(count):
        at = start + number * size
        if wide:
            kind, _, offset, address, _, length = struct.unpack_from(order + "IIQQQQ", content, at)
        else:
            kind, offset, address, _, length = struct.unpack_from(order + "IIIII", content, at)
        yield _Segment(kind, offset, address, length)


def _needed(content: bytes, segments: list[_Segment], entry: str) -> Iterator[str]:
    dynamic = next((one for one in segments if one.kind == _DYNAMIC), None)
    if dynamic is None:
        return
    names, strings = [], 0
    for at in range(dynamic.offset, dynamic.offset + dynamic.size, struct.calcsize(entry)):
        tag, value = struct.unpack_from(entry, content, at)
        if tag == _END:
            break
        if tag == _NEEDED:
            names.append(value)
        elif tag == _STRINGS:
            strings = _offset_of(value, segments)
    yield from (_text(content, strings + name) for name in names)


def _offset_of(address: int, segments: list[_Segment]) -> int:
    for one in segments:
        if one.kind == _LOAD and one.address <= address < one.address + one.size:
            return address - one.address + one.offset
    return address


def _text(content: bytes, at: int) -> str:
    return content[at : content.index(b"\0", at)].decode()
