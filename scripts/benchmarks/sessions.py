"""How long recordings take to be read: whole commands, long recordings, and the emulator against bare pyte."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pyte

from autoinstall.catalogue.shipped import load_shipped
from autoinstall.dialog.recognise import Recogniser
from autoinstall.recording.asciicast import (
    OUTPUT,
    CastEvent,
    Header,
    Recording,
    event_lines,
    header_line,
    read_cast,
)
from autoinstall.sessions.reading import read_session
from scripts.benchmarks.figure import Figure

WHOLE_INSTALL = Path(__file__).parents[2] / "tests" / "recordings" / "debian-13-whole.cast"
LIMIT_S = 1
COST_LIMIT = 1.05
"""35 times the time for 33.3 times the bytes."""
RESIDENT_LIMIT_MIB = 150
SPEED_LIMIT = 0.6
LONG, LONGER = 10_000_000, 100_000_000


def measure(runs: int) -> list[Figure]:
    """Seconds of whole commands on a whole install; what ten and a hundred megabytes cost; speed against pyte."""
    with tempfile.TemporaryDirectory() as folder:
        answers = Path(folder) / "learned.yaml"
        _run("learn", str(WHOLE_INSTALL), "-o", str(answers))
        _run("inspect", str(WHOLE_INSTALL))
        inspect = [_run("inspect", str(WHOLE_INSTALL)) for _ in range(runs)]
        replay = [_run("replay", str(WHOLE_INSTALL), "--answers", str(answers)) for _ in range(runs)]
        return [
            Figure("inspect a whole install", "s", inspect, LIMIT_S),
            Figure("replay a whole install", "s", replay, LIMIT_S),
            Figure("a byte of 10 MB against one of 0.3 MB", "times", [_cost_of_length()], COST_LIMIT),
            Figure("inspect 100 MB: resident size", "MiB", [_resident(Path(folder))], RESIDENT_LIMIT_MIB),
            Figure(
                "emulating and recognising: speed of bare pyte",
                "times",
                [_speed() for _ in range(runs)],
                SPEED_LIMIT,
                at_least=True,
            ),
        ]


def _run(*words: str) -> float:
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "autoinstall", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - began


def _repeated(events: tuple[CastEvent, ...], size: int) -> Iterator[CastEvent]:
    """The events over and over, one after another in time, until they have so many bytes of output."""
    length, said, offset = events[-1].at + 1, 0, 0.0
    while said < size:
        for event in events:
            yield CastEvent(event.at + offset, event.code, event.text, event.exact)
            said += len(event.data) if event.code == OUTPUT else 0
        offset += length


def _cost_of_length() -> float:
    """Seconds a byte of a long recording, divided by those of a short one."""
    recording = read_cast(WHOLE_INSTALL)
    recogniser = Recogniser(load_shipped("trixie"))
    costs = []
    for size in (1, LONG):
        longer = Recording(recording.header, tuple(_repeated(recording.events, size)))
        began = time.process_time()
        session = read_session(longer, recogniser)
        costs.append((time.process_time() - began) / session.bytes)
    return costs[1] / costs[0]


def _resident(folder: Path) -> float:
    """The greatest resident size of a process that inspects a very long recording, in MiB."""
    path = folder / "long.cast"
    recording = read_cast(WHOLE_INSTALL)
    with path.open("wb") as file:
        file.write(header_line(Header(2, recording.header.width, recording.header.height)))
        for event in _repeated(recording.events, LONGER):
            file.write(event_lines(event.at, event.code, event.data))
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    _run("inspect", str(path))
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    path.unlink()
    return max(before, after) / 1024


def _speed() -> float:
    """Bytes a second through emulator and recogniser, divided by those through pyte alone."""
    recording = read_cast(WHOLE_INSTALL)
    recogniser = Recogniser(load_shipped("trixie"))
    began = time.process_time()
    read_session(recording, recogniser)
    ours = time.process_time() - began
    screen = pyte.Screen(recording.header.width, recording.header.height)
    stream = pyte.ByteStream(screen)
    began = time.process_time()
    for event in recording.events:
        if event.code == OUTPUT:
            stream.feed(event.data)
    return (time.process_time() - began) / ours
