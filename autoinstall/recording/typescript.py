"""Recordings by script(1): a typescript, and beside it the file that says when each piece came.

`script -T SESSION.timing -O SESSION` (or -B, with the input too) writes them. The timing file is FILE.timing or
FILE.tm; both of its formats are read: `DELAY BYTES`, and with a letter for the stream before (scriptreplay(1)).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from autoinstall.errors import InvalidFileError, UsageError
from autoinstall.recording.asciicast import INPUT, LATEST, OUTPUT, CastEvent, Header, Recording

MAGIC = b"Script started on "
_ENDINGS = (".timing", ".tm")
_SIZE = re.compile(rb'COLUMNS="(\d{1,4})" LINES="(\d{1,4})"')
_STREAMS = {"O": OUTPUT, "I": INPUT}
_KINDS = frozenset("OISH")
_USUAL = (80, 24)
_END = re.compile(rb"\nScript done on [^\n]*\n?\Z")


def read_typescript(path: Path) -> Recording:
    """The recording of a typescript and its timing file.

    Raises UsageError where one of the two is missing, InvalidFileError where the timing file is none.
    """
    try:
        first, _, said = path.read_bytes().partition(b"\n")
    except OSError as failure:
        raise UsageError(f"{path}: {failure.strerror}", kind="recording-unreadable") from None
    size = _SIZE.search(first)
    columns, lines = (int(size[1]), int(size[2])) if size else _USUAL
    timing = _timing_of(path)
    try:
        text = timing.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        raise InvalidFileError(f"{timing}:1:1: no timing file of script(1)", kind="not-a-recording") from None
    header = Header(2, columns or _USUAL[0], lines or _USUAL[1])
    return Recording(header, tuple(_events(timing, text, _END.sub(b"", said))))


def _timing_of(path: Path) -> Path:
    for ending in _ENDINGS:
        for candidate in (path.with_name(path.name + ending), path.with_suffix(ending)):
            if candidate.is_file():
                return candidate
    raise UsageError(
        f"{path} is a typescript of script(1), but its timing is missing",
        kind="recording-unreadable",
        hint=f"record with `script -T {path.name}.timing -O {path.name}`, and keep both side by side",
    )


def _events(timing: Path, text: str, said: bytes) -> Iterator[CastEvent]:
    at, place = 0.0, 0
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        stream = words.pop(0) if words and words[0] in _KINDS else "O"
        if stream not in ("O", "I"):
            continue
        try:
            delay, size = float(words[0]), int(words[1])
            if not (0 <= delay < LATEST and size >= 0):
                raise ValueError
        except (ValueError, IndexError):
            raise InvalidFileError(
                f"{timing}:{number}:1: no line of a timing file: {line[:40]!r}", kind="not-a-recording"
            ) from None
        at += delay
        data, place = said[place : place + size], place + size
        if data:
            yield CastEvent(at, _STREAMS[stream], data.decode("utf-8", "replace"), data)
