"""The whole job of answers/ubuntu-12.04.yaml against a rehearsal: how long it takes, and how big the driver gets."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.benchmarks.figure import Figure, NotMeasured

ROOT = Path(__file__).parents[2]
ANSWERS = ROOT / "answers" / "ubuntu-12.04.yaml"
LIMIT_S = 20
RESIDENT_LIMIT_MIB = 60
GUEST_LIMIT_S = 15
GUEST_STAGES = ("configure", "clean")
LOOK_EVERY = 0.05
"""Seconds between two looks at the driver's size; the kernel keeps the peak, so that none is missed but the last."""

_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


@dataclass(frozen=True)
class Build:
    """One build: wall time, the driver's greatest resident size (MiB), and what `build --json` said."""

    seconds: float
    resident: float
    document: dict[str, Any]
    answering: float
    """Seconds that went into answering dialogs, from their paint to the last Enter's effect."""


def measure(runs: int) -> list[Figure]:
    """Raises NotMeasured where a build fails."""
    builds = [_build() for _ in range(runs)]
    stages = [stage["name"] for stage in builds[0].document["stages"]]
    seconds = {
        name: [
            stage["seconds"]
            for build in builds
            for stage in build.document["stages"]
            if stage["name"] == name
        ]
        for name in stages
    }
    return [
        Figure("rehearsal of 12.04", "s", [build.seconds for build in builds], LIMIT_S),
        *(Figure(f"  {name}", "s", values) for name, values in seconds.items()),
        Figure("  configure and clean", "s", [_guest_seconds(build) for build in builds], GUEST_LIMIT_S),
        Figure("  answering dialogs (within install)", "s", [build.answering for build in builds]),
        Figure("driver's resident size", "MiB", [build.resident for build in builds], RESIDENT_LIMIT_MIB),
    ]


def _guest_seconds(build: Build) -> float:
    return sum(float(stage["seconds"]) for stage in build.document["stages"] if stage["name"] in GUEST_STAGES)


def _build() -> Build:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / "build"
        command = [
            "build",
            str(ANSWERS),
            "--toolstack",
            "rehearsal",
            "--work",
            str(work),
            "--json",
            "--quiet",
        ]
        said = Path(folder) / "said.json"
        began = time.perf_counter()
        with said.open("w") as document:
            child = subprocess.Popen(
                [sys.executable, "-m", "autoinstall", *command],
                env={**os.environ, "AUTOINSTALL_SECRET_USER_PASSWORD": secrets.token_urlsafe(12)},
                stdin=subprocess.DEVNULL,
                stdout=document,
                stderr=subprocess.PIPE,
                text=True,
            )
            resident = _peak_until_end(child)
        seconds = time.perf_counter() - began
        if child.returncode:
            _, complaint = child.communicate()
            raise NotMeasured(f"the build failed: {complaint.strip()[-500:]}")
        return Build(seconds, resident, json.loads(said.read_text()), _answering(work))


def _peak_until_end(child: subprocess.Popen[str]) -> float:
    """The greatest resident size of the process (not of those that it started) in MiB."""
    peak = 0
    while True:
        try:
            found = _PEAK.search(Path(f"/proc/{child.pid}/status").read_text())
        except OSError:
            found = None
        if found:
            peak = max(peak, int(found[1]))
        try:
            child.wait(LOOK_EVERY)
        except subprocess.TimeoutExpired:
            continue
        return peak / 1024


def _answering(work: Path) -> float:
    events = (json.loads(line) for line in (work / "events.jsonl").read_text().splitlines())
    return sum(float(event["seconds"]) for event in events if event["event"] == "answered")
