"""Builds that are killed or interrupted, and gone on with: nothing is answered twice, nothing is left running."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autoinstall.build.run import run_build
from tests.build.rehearsed import CANARY, HOW_TO, events_of, places, processes_of, request

__all__ = ["places"]

pytestmark = pytest.mark.guest

MIDDLE = 5 * 2**30
"""A place on the disk that no installer writes to."""


@pytest.fixture(autouse=True)
def own_places() -> None:
    """The builds of this module share one cache (the fixture `places`)."""


def kill_once(work: Path, told: str) -> None:
    """Run the how-to's build until its events tell so much, and end its process at once."""
    environment = {**os.environ, "AUTOINSTALL_SECRET_USER_PASSWORD": CANARY}
    argv = [sys.executable, "-m", "autoinstall", "build", str(HOW_TO), "--toolstack", "rehearsal"]
    with subprocess.Popen(
        [*argv, "--work", str(work)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        limit = time.monotonic() + 120
        while told not in _text(work / "events.jsonl") and time.monotonic() < limit:
            process.poll()
        os.kill(process.pid, signal.SIGKILL)


def created(work: Path) -> list[int]:
    """The ids of the install domains that were created, in order."""
    return [
        event["domid"]
        for event in events_of(work)
        if event["event"] == "domain-created" and event["purpose"] == "install"
    ]


@pytest.mark.parametrize("told", ['"event": "answered"', '"question": "passwd/user-password"'])
def test_a_killed_build_goes_on_with_its_living_install(places: Path, told: str) -> None:
    work = places / f"killed{len(told)}"
    kill_once(work, told)
    state = json.loads((work / "state.json").read_text())
    assert [domain["name"] for domain in state["domains"]] == ["ubuntu"]
    assert str(work / "image" / "disk.img") in state["files"]
    assert processes_of(work)
    document = run_build(request(work, resume=True, until="install"))
    assert document["failure"] is None
    assert created(work) == [1]
    assert not (work / "install.1.cast").exists()
    answered = [event["question"] for event in events_of(work) if event["event"] == "answered"]
    assert len(answered) == len(set(answered))
    assert processes_of(work) == []


def test_a_killed_build_whose_answers_change_begins_its_install_anew(places: Path) -> None:
    work = places / "changed"
    kill_once(work, '"event": "answered"')
    with (work / "image" / "disk.img").open("r+b") as disk:
        disk.seek(MIDDLE)
        disk.write(b"dirty")
    overrides = ("questions.netcfg/get_hostname=another",)
    document = run_build(request(work, resume=True, until="install", overrides=overrides))
    assert document["failure"] is None
    with (work / "image" / "disk.img").open("rb") as disk:
        disk.seek(MIDDLE)
        assert disk.read(5) == bytes(5)
    assert len(created(work)) == 2
    assert (work / "install.1.cast").exists()
    assert processes_of(work) == []


CONFIRMED = '"event": "answered", "stage": "install", "question": "finish-install/reboot_in_progress"'
"""Enter was pressed, and the dialog went away; until then nobody would press it any more."""


def test_an_install_that_was_complete_when_the_build_was_killed_is_never_answered_again(
    places: Path,
) -> None:
    """The host starts the installer again meanwhile: it is shut down, and no key goes to it."""
    work = places / "killed-late"
    kill_once(work, CONFIRMED)
    recorded = (work / "install.cast").read_bytes()
    document = run_build(request(work, resume=True, until="boot"))
    assert document["failure"] is None
    assert created(work) == [1]
    assert (work / "install.cast").read_bytes().startswith(recorded)
    keys = [line for line in (work / "install.cast").read_text().splitlines() if '"i"' in line]
    assert keys[-1].endswith(r'"\r"]')
    told = [event.get("text", "") for event in events_of(work) if event["event"] == "progress"]
    assert any("came up again as domain 2 (was 1): not answered" in text for text in told)
    assert processes_of(work) == []


def test_an_interrupted_build_leaves_nothing_running(places: Path) -> None:
    work = places / "interrupted"
    environment = {**os.environ, "AUTOINSTALL_SECRET_USER_PASSWORD": CANARY}
    argv = [
        sys.executable,
        "-m",
        "autoinstall",
        "build",
        str(HOW_TO),
        "--toolstack",
        "rehearsal",
        "--work",
        str(work),
    ]
    with subprocess.Popen(
        argv, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        limit = time.monotonic() + 60
        while '"event": "answered"' not in _text(work / "events.jsonl") and time.monotonic() < limit:
            process.poll()
        process.terminate()
        _, said = process.communicate(timeout=60)
    assert process.returncode == 143
    assert b"--resume" in said
    assert not (work / "image" / "disk.img").exists()
    assert processes_of(work) == []


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""
