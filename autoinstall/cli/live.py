"""Draws a running build on the user's terminal, as a process of its own that only reads the build folder.

The driver starts it (`python -m autoinstall.cli.live FOLDER OFFSET VERBOSE`) so that drawing never delays a
key. It ends when its standard input does, which also happens when the driver dies.
"""

from __future__ import annotations

import json
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autoinstall import process
from autoinstall.cli.output import Drawing, Output
from autoinstall.cli.picture import picture
from autoinstall.cli.progress import detail, headline
from autoinstall.recording.asciicast import OUTPUT
from autoinstall.terminal.emulator import Terminal
from autoinstall.terminal.snapshot import Snapshot

REDRAW = 0.2
"""Seconds between two pictures."""

END = 2.0
"""Seconds that the last picture may take."""


class LiveView:
    """The drawing process, seen from the driver."""

    def __init__(self, folder: Path, output: Output) -> None:
        events = folder / "events.jsonl"
        offset = events.stat().st_size if events.exists() else 0
        argv = (sys.executable, "-m", "autoinstall.cli.live", str(folder), str(offset), str(output.verbose))
        self._process = process.start_companion(argv)

    def close(self) -> None:
        """Let it draw what it has not shown, and wait until the terminal is ours again."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Follower:
    """The whole lines that are added to a file, from an offset on; the file may be replaced by a new one."""

    def __init__(self, path: Path, offset: int = 0) -> None:
        self._path = path
        self._offset = offset

    def lines(self) -> Iterator[Any]:
        """The JSON value of each new line."""
        try:
            with self._path.open("rb") as file:
                if file.seek(0, 2) < self._offset:
                    self._offset = 0
                file.seek(self._offset)
                content = file.read()
        except FileNotFoundError:
            return
        whole = content[: content.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.splitlines():
            yield json.loads(line)


class GuestScreen:
    """The screen at the end of the recording that grew last."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path: Path | None = None
        self._follower: Follower | None = None
        self._terminal: Terminal | None = None

    @property
    def snapshot(self) -> Snapshot | None:
        """What stands on it; None before the first recording."""
        return self._terminal.snapshot() if self._terminal else None

    def update(self) -> None:
        newest = max(self._folder.glob("*.cast"), key=lambda path: path.stat().st_mtime, default=None)
        if newest is None:
            return
        if newest != self._path or self._follower is None:
            self._path, self._follower, self._terminal = newest, Follower(newest), Terminal(80, 24)
        for line in self._follower.lines():
            if isinstance(line, list) and line[1:2] == [OUTPUT] and self._terminal:
                self._terminal.feed(line[2].encode("utf-8", "replace"))


def main(folder: Path, offset: int, verbose: int) -> None:
    """Draw until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    events, screen = Follower(folder / "events.jsonl", offset), GuestScreen(folder)
    heading, began = "", time.monotonic()
    with Drawing() as drawing:
        ended = False
        while not ended:
            ended = bool(select.select([sys.stdin], [], [], REDRAW)[0])
            for event in events.lines():
                line = headline(event["event"], event["stage"], event)
                if event["event"] == "stage-started":
                    heading, began, line = event["stage"], time.monotonic(), None
                if line or (line := detail(event["event"], event, verbose)):
                    drawing.line(line)
            screen.update()
            drawing.show(picture(heading, time.monotonic() - began, screen.snapshot))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
