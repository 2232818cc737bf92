"""A recording as a row of moments: what came on the console in one go, and what was typed between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from autoinstall.recording.asciicast import INPUT, MARKER, OUTPUT, RESIZE, CastEvent

PAUSE = 0.004
"""Seconds of silence that end what belongs together: a real newt dialog paints in 5 to 25 ms, its pieces
closer together than this, and no dialog is answered faster than a key takes to be echoed."""

LONGEST = 0.1
"""Seconds after which a stream that never pauses (a boot, a slow line) is looked at all the same."""

MOST = 1 << 16
"""Bytes that are looked at at once, at the most."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the console said without a pause: when it ended, its bytes, and the seconds of silence after it."""

    at: float
    data: bytes
    pause: float


@dataclass(frozen=True, slots=True)
class Typed:
    """Keys that were sent in one write."""

    at: float
    keys: bytes


@dataclass(frozen=True, slots=True)
class Marked:
    """A marker of the recorder's."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Resized:
    """The window got another size, in cells."""

    at: float
    columns: int
    lines: int


Moment = Said | Typed | Marked | Resized


def moments(events: Iterable[CastEvent]) -> Iterator[Moment]:
    """The moments of a recording, in order. A key may have its effect only behind it, so it ends what came before."""
    said = bytearray()
    began = last = 0.0
    for event in events:
        at = max(event.at, last)
        ends = event.code != OUTPUT or at - last > PAUSE or at - began > LONGEST or len(said) > MOST
        if said and ends:
            yield Said(last, bytes(said), at - last)
            said.clear()
        if event.code == OUTPUT:
            began = began if said else at
            said += event.data
        elif (other := _other(event, at)) is not None:
            yield other
        last = at
    if said:
        yield Said(last, bytes(said), LONGEST)


def _other(event: CastEvent, at: float) -> Moment | None:
    if event.code == INPUT:
        return Typed(at, event.data)
    if event.code == MARKER:
        return Marked(at, event.text)
    if event.code == RESIZE:
        columns, _, lines = event.text.partition("x")
        if columns.isascii() and lines.isascii() and columns.isdigit() and lines.isdigit():
            return Resized(at, int(columns), int(lines))
    return None
