"""kill -9 at a seeded moment of every stage: what was finished stays finished, and the build is completed.

One seed a stage by default; AUTOINSTALL_SEEDS=20 takes twenty.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.build.whole import HOW_TO, PASSWORD, ROOT, assert_five_edits, living, run

pytestmark = pytest.mark.guest

SEEDS = range(int(os.environ.get("AUTOINSTALL_SEEDS", "1")))
SECONDS = {
    "disk": 0.05,
    "netboot": 0.2,
    "install": 6.0,
    "boot": 2.0,
    "configure": 0.6,
    "clean": 0.3,
    "export": 0.15,
    "verify": 2.0,
}
"""What each stage takes, nearly: within it lies the moment of the kill."""


def events_of(work: Path) -> list[dict[str, Any]]:
    path = work / "events.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def kill_within(folder: Path, stage: str, seconds: float) -> list[dict[str, Any]]:
    """Begin a build, and end its process at once so many seconds into a stage; the events until then."""
    work = folder / "work"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "LC_ALL": "C.UTF-8",
        "CACHE_DIRECTORY": str(folder / "cache"),
        "AUTOINSTALL_SECRET_USER_PASSWORD": PASSWORD,
        "AUTOINSTALL_REHEARSAL_PACE": "0",
    }
    argv = [sys.executable, "-m", "autoinstall", "build", str(HOW_TO), "--toolstack", "rehearsal"]
    sign = f'"event": "stage-started", "stage": "{stage}"'
    with subprocess.Popen(
        [*argv, "--work", str(work)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        limit = time.monotonic() + 300
        while (
            sign not in text_of(work / "events.jsonl") and time.monotonic() < limit and process.poll() is None
        ):
            pass
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
    return events_of(work)


def text_of(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("stage", SECONDS)
def test_a_build_that_was_killed_is_completed(tmp_path: Path, stage: str, seed: int) -> None:
    moment = random.Random(f"{stage}{seed}").uniform(0, SECONDS[stage])
    before = kill_within(tmp_path, stage, moment)
    resumed = run(tmp_path, "build", str(HOW_TO), "--toolstack", "rehearsal", "--resume", "--json")
    work = tmp_path / "work"
    assert resumed.document["failure"] is None, resumed.stderr
    assert resumed.document["result"] == "done"
    assert_nothing_was_done_twice(before, events_of(work))
    assert living(work) == []
    assert json.loads((work / "state.json").read_text())["domains"] == []
    assert_five_edits(resumed.document, tmp_path)


def assert_nothing_was_done_twice(before: list[dict[str, Any]], whole: list[dict[str, Any]]) -> None:
    """No finished stage was begun again, and no installer was asked the same twice."""
    finished = {one["stage"] for one in before if one["event"] == "stage-finished"}
    begun_again = {one["stage"] for one in whole[len(before) :] if one["event"] == "stage-started"}
    assert not finished & begun_again
    installs = [[]] if whole else []
    for one in whole:
        if one["event"] == "domain-created" and one["purpose"] == "install":
            installs.append([])
        elif one["event"] == "answered":
            installs[-1].append(one["question"])
    for answered in installs:
        assert len(answered) == len(set(answered))
