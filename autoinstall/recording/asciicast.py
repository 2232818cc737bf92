"""Terminal recordings as asciicast files: version 2 is written, versions 2 and 3 are read.

Bytes that are not UTF-8 cannot stand in JSON. An event that holds some is written with U+FFFD in their
places, which is what any player would show, and right before it stands `[TIME, "b", BASE64]`: the exact
bytes of the event that follows. Players skip event codes that they do not know.

Formats: https://docs.asciinema.org/manual/asciicast/v2/ and .../v3/
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from autoinstall.errors import InvalidFileError, UsageError

LATEST = 1e9
"""Seconds that no recording lasts; what claims more is no event."""

LONGEST_LINE = 16 << 20
"""Bytes of one line, at the most: a console says less in an hour, and a line is held in memory whole."""

OUTPUT, INPUT, MARKER, RESIZE, EXACT_BYTES = "o", "i", "m", "r", "b"

_INPUT_LINE = re.compile(rb'\s*\[[^",]*,\s*"i"')


@dataclass(frozen=True, slots=True)
class Header:
    """What a recording says of itself: format version, window size in cells, when it began (Unix time), title."""

    version: int
    width: int
    height: int
    timestamp: float | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class CastEvent:
    """One event: seconds since the beginning, its code (`o`, `i`, `m`, `r`, ...), its text.

    `exact` holds the bytes where the text cannot (they were not UTF-8).
    """

    at: float
    code: str
    text: str
    exact: bytes | None = None

    @property
    def data(self) -> bytes:
        """The very bytes that went through the terminal."""
        return self.text.encode() if self.exact is None else self.exact


class Recorded(Protocol):
    """A recording, wherever its events are: in memory, or in a file that is read anew for each pass over them."""

    @property
    def header(self) -> Header:
        """What the recording says of itself."""
        ...

    @property
    def events(self) -> Iterable[CastEvent]:
        """The events in their order, times absolute."""
        ...

    @property
    def has_input(self) -> bool:
        """Whether the keys were recorded too."""
        ...


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that was read, times absolute in both versions."""

    header: Header
    events: tuple[CastEvent, ...]

    @property
    def has_input(self) -> bool:
        """Whether the keys were recorded too."""
        return any(event.code == INPUT for event in self.events)


@dataclass(frozen=True)
class CastFile:
    """A recording that stays in its file: of any length in bounded memory. Its events raise what `read_cast` does."""

    path: Path
    header: Header

    @property
    def events(self) -> Iterator[CastEvent]:
        """The events, read from the file as they are asked for."""
        return _read_events(self.path, self.header)

    @cached_property
    def has_input(self) -> bool:
        """Whether the keys were recorded too."""
        with _opened(self.path) as file:
            return any(map(_INPUT_LINE.match, _lines(self.path, file)))


def header_line(header: Header) -> bytes:
    """The first line of a version 2 file."""
    fields = {"version": 2, "width": header.width, "height": header.height}
    optional = {"timestamp": header.timestamp, "title": header.title}
    return _line(fields | {name: value for name, value in optional.items() if value is not None})


def event_lines(at: float, code: str, data: bytes) -> bytes:
    """The line of an event, after the line of its exact bytes where `data` is not UTF-8."""
    text = data.decode("utf-8", "replace")
    line = _line([round(at, 6), code, text])
    if text.encode() == data:
        return line
    return _line([round(at, 6), EXACT_BYTES, base64.b64encode(data).decode("ascii")]) + line


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def read_cast(path: Path) -> Recording:
    """Read a recording. A torn last line and unknown event codes are tolerated.

    Raises UsageError where the file cannot be read, InvalidFileError where it is no asciicast.
    """
    file = open_cast(path)
    return Recording(file.header, tuple(file.events))


def open_cast(path: Path) -> CastFile:
    """The recording in a file, its events not read yet. Raises as `read_cast`."""
    with _opened(path) as file:
        first = next(_lines(path, file), b"")
    return CastFile(path, _read_header(path, first))


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as failure:
        raise UsageError(f"{path}: {failure.strerror}", kind="recording-unreadable") from None


def _lines(path: Path, file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file. Raises InvalidFileError at one that no recording has."""
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            longest = f"{LONGEST_LINE >> 20} MiB"
            raise InvalidFileError(
                f"{path}:{number}:1: a line of more than {longest}: no asciicast", kind="not-a-recording"
            )
        yield line


def _read_header(path: Path, line: bytes) -> Header:
    try:
        fields = json.loads(line)
        version = fields["version"]
        if version not in (2, 3):
            raise ValueError
        size = fields["term"] if version == 3 else fields
        width, height = (size["cols"], size["rows"]) if version == 3 else (size["width"], size["height"])
        if not all(isinstance(cells, int) and 0 < cells < 10_000 for cells in (width, height)):
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InvalidFileError(
            f"{path}:1:1: no asciicast recording of version 2 or 3",
            kind="not-a-recording",
            hint="recordings are made by `autoinstall record`, `autoinstall build` or `asciinema rec`",
        ) from None
    timestamp, title = fields.get("timestamp"), fields.get("title")
    return Header(
        version,
        width,
        height,
        float(timestamp) if isinstance(timestamp, int | float) else None,
        title if isinstance(title, str) else None,
    )


def _read_events(path: Path, header: Header) -> Iterator[CastEvent]:
    with _opened(path) as file:
        lines = _lines(path, file)
        next(lines, b"")
        clock, exact = 0.0, None
        for number, line in enumerate(lines, 2):
            if not line.strip() or (header.version == 3 and line.startswith(b"#")):
                continue
            event = _read_event(line)
            if event is None:
                if any(later.strip() for later in lines):
                    raise InvalidFileError(f"{path}:{number}:1: no asciicast event", kind="not-a-recording")
                return
            clock = clock + event.at if header.version == 3 else event.at
            if event.code == EXACT_BYTES:
                exact = _decoded(event.text)
                continue
            agrees = exact is not None and exact.decode("utf-8", "replace") == event.text
            yield CastEvent(clock, event.code, event.text, exact if agrees else None)
            exact = None


def _read_event(line: bytes) -> CastEvent | None:
    """The event of a line, or None where the line is none."""
    try:
        fields = json.loads(line)
        at, code, text = fields[:3]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    numeric = isinstance(at, int | float) and not isinstance(at, bool) and abs(at) < LATEST
    if not (numeric and isinstance(code, str)):
        return None
    if not isinstance(text, str):
        return None if code in (OUTPUT, INPUT) else CastEvent(float(at), code, json.dumps(text))
    return CastEvent(float(at), code, text.encode("utf-8", "replace").decode())


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
