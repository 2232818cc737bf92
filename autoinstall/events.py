"""The story of a build as events: one stream, told to whoever subscribes (the file, the screen, a test)."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LONGEST_LINE = 32 * 1024
"""Bytes of one line of events.jsonl at the most, so that every line reader can take it."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: its name, the stage it happened in, and its own fields (JSON values only)."""

    name: str
    stage: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)


Subscriber = Callable[[Event], None]


class Events:
    """Passes each event on to its subscribers, in the order of subscription."""

    def __init__(self) -> None:
        self._subscribers: list[Subscriber] = []
        self.stage: str | None = None

    def subscribe(self, subscriber: Subscriber) -> None:
        self._subscribers.append(subscriber)

    def tell(self, name: str, /, **fields: Any) -> None:
        """Tell an event of the current stage."""
        event = Event(name, self.stage, fields)
        for subscriber in self._subscribers:
            subscriber(event)


class EventFile:
    """Appends events to a JSON-lines file; each line is on disk before the next thing happens."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        size = os.fstat(self._descriptor).st_size
        if size and os.pread(self._descriptor, 1, size - 1) != b"\n":
            os.write(self._descriptor, b"\n")  # what is torn must not take the next line with it
        self._started = time.monotonic()

    def __call__(self, event: Event) -> None:
        os.write(self._descriptor, event_line(event, datetime.now(UTC), time.monotonic() - self._started))

    def close(self) -> None:
        os.close(self._descriptor)


def read_events(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of an events file, in order; one that is torn is left out. Raises FileNotFoundError."""
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            with contextlib.suppress(ValueError):
                event = json.loads(line)
                if isinstance(event, dict):
                    yield event


def event_line(event: Event, at: datetime, elapsed: float) -> bytes:
    """The event as one line of events.jsonl; its longest texts are cut where the line would be too long."""
    head: dict[str, Any] = {
        "v": 1,
        "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "elapsed": round(elapsed, 3),
        "event": event.name,
        "stage": event.stage,
    }
    body = dict(event.fields)
    longest = LONGEST_LINE
    while True:
        line = json.dumps({**head, **body}, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        if len(line) <= LONGEST_LINE:
            return line
        longest //= 2
        body = {name: _cut(value, longest) for name, value in body.items()}


def _cut(value: Any, longest: int) -> Any:
    """The value with texts and lists of more than `longest` JSON bytes shortened, and saying so."""
    if len(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")) <= longest:
        return value
    if isinstance(value, str):
        return value[: longest // 4] + " [cut]"
    if isinstance(value, Mapping):
        return {name: _cut(inner, longest // 2) for name, inner in value.items()}
    return json.dumps(value, ensure_ascii=False)[: longest // 4] + " [cut]"
