"""Builds on the lab as its users run them, and cuts of their connections."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.xen.rig import ROOT, LabRig

ANSWERS = Path(__file__).parent / "first-dialogs.yaml"
SECONDS = 1200.0

Event = dict[str, Any]


class Build:
    """`autoinstall build` on the lab, as its users run it."""

    def __init__(
        self, lab: LabRig, folder: Path, *words: str, toolstack: str = "xl", toy: bool = False
    ) -> None:
        """With `toy`, the toy guest is booted in the installer's place: it never asks, and is there in seconds."""
        self.work = folder / "work"
        self.lab = lab
        if toy:
            words = (*words, *lab.toy_settings(folder))
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "CACHE_DIRECTORY": str(folder / "cache"),
            "AUTOINSTALL_SSH": shlex.join(lab.client),
            "AUTOINSTALL_SECRET_ROOT_PASSWORD": "correct horse battery",
        }
        argv = [sys.executable, "-m", "autoinstall", "build", str(ANSWERS), "--toolstack", toolstack]
        argv += ["--host", lab.url, "--work", str(self.work), "--json", *words]
        self.process = subprocess.Popen(
            argv, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip

    def ended(self) -> tuple[int, dict[str, Any]]:
        """Its exit status and its document."""
        stdout, stderr = self.process.communicate(timeout=SECONDS)
        assert stdout, stderr
        document = json.loads(stdout)
        assert isinstance(document, dict)
        return self.process.returncode, document

    def events(self, name: str) -> list[Event]:
        try:
            lines = (self.work / "events.jsonl").read_text().splitlines()
        except FileNotFoundError:
            return []
        return [event for event in map(json.loads, lines) if event["event"] == name]

    def until(self, event: str, **fields: Any) -> None:
        """Wait for an event with these fields."""
        end = threading.Event()
        for _ in range(int(SECONDS * 5)):
            if any(all(one.get(key) == fields[key] for key in fields) for one in self.events(event)):
                return
            assert self.process.poll() is None, self.process.communicate()
            end.wait(0.2)
        raise AssertionError(f"no {event} {fields}")

    def clients(self) -> Iterator[int]:
        """The ssh clients that it runs or has started: consoles, questions, the master connection."""
        for entry in Path("/proc").iterdir():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            if words[0].endswith(b"ssh") and str(self.work.parent).encode() in environment:
                yield int(entry.name)

    def cut(self) -> int:
        """Kill all its connections at once; how many there were."""
        killed = 0
        for pid in self.clients():
            try:
                os.kill(pid, signal.SIGKILL)
                killed += 1
            except ProcessLookupError:
                pass
        return killed


@contextmanager
def cutting(build: Build, times: int) -> Iterator[list[float]]:
    """Cut the build's connections so often, at moments that follow no dialog's; yields when (seconds since 1970)."""
    cuts: list[float] = []
    over = threading.Event()

    def cut() -> None:
        pauses = iter([1.0, 0.3, 2.3, 0.7, 3.1, 1.7] * times)
        build.until("dialog")
        while len(cuts) < times and not over.wait(next(pauses) + 1.5):
            at = time.time()
            if build.cut():
                cuts.append(at)

    thread = threading.Thread(target=cut)
    thread.start()
    try:
        yield cuts
    finally:
        over.set()
        thread.join()
