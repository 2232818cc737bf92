"""Builds on the real Xen host, over ssh: the installer's first dialogs, and what can go wrong on the way."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.xen.conftest import ROOT, xen_lab
from tests.xen.rig import LabRig

pytestmark = pytest.mark.xen

ANSWERS = Path(__file__).parent / "first-dialogs.yaml"
DOMAIN = "first-dialogs"
SECONDS = 1200.0
CUTS = 20

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
def cutting(build: Build, times: int) -> Iterator[list[int]]:
    """Cut the build's connections so often, at moments that follow no dialog's."""
    cuts: list[int] = []
    over = threading.Event()

    def cut() -> None:
        pauses = iter([1.0, 0.3, 2.3, 0.7, 3.1, 1.7] * times)
        build.until("dialog")
        while len(cuts) < times and not over.wait(next(pauses) + 1.5):
            if killed := build.cut():
                cuts.append(killed)

    thread = threading.Thread(target=cut)
    thread.start()
    try:
        yield cuts
    finally:
        over.set()
        thread.join()


def no_trace(lab: LabRig) -> None:
    """Neither domains nor files of a build are left in dom0."""
    assert DOMAIN not in lab.dom0("xl", "list").stdout
    assert lab.dom0("ls -A .local/state/autoinstall/hosted 2> /dev/null", check=False).stdout == ""


def test_the_installers_language_dialog_is_answered(lab: LabRig, tmp_path: Path) -> None:
    """Through xm, on top of the lab's xl; the next question has no such choice."""
    nowhere = ("--set", "questions.localechooser/shortlist/en=Nowhere")
    status, document = (build := Build(lab, tmp_path, *nowhere, toolstack="xm")).ended()
    assert [event["question"] for event in build.events("answered")] == ["localechooser/languagelist"]
    failure = document["failure"]
    assert (status, failure["question"]) == (1, "localechooser/shortlist/en")
    assert any("United Kingdom" in row for row in failure["screen"])
    no_trace(lab)


def test_no_dialog_is_answered_twice_over_cuts(lab: LabRig, tmp_path: Path) -> None:
    build = Build(lab, tmp_path)
    with cutting(build, CUTS) as cuts:
        status, document = build.ended()
    answered = Counter(event["question"] for event in build.events("answered"))
    assert len(cuts) >= 5
    assert "netcfg/get_hostname" in answered, document["failure"]
    assert all(times == 1 for times in answered.values()), answered
    assert status == 1 and document["failure"]["stage"] == "install"
    no_trace(lab)


def test_a_domain_that_somebody_destroys(lab: LabRig, tmp_path: Path) -> None:
    build = Build(lab, tmp_path, toy=True)
    build.until("lifecycle", happening="kernel-boot")
    lab.dom0("xl", "destroy", DOMAIN)
    status, document = build.ended()
    assert (status, document["failure"]["kind"]) == (4, "domain-destroyed")
    assert "--resume" in document["failure"]["next"]
    no_trace(lab)


def test_a_second_build_of_the_same_domain_name(lab: LabRig, tmp_path: Path) -> None:
    first = Build(lab, tmp_path, toy=True)
    first.until("domain-created")
    (tmp_path / "second").mkdir()
    second = Build(lab, tmp_path / "second", toy=True)
    status, document = second.ended()
    assert (status, document["failure"]["kind"]) == (6, "name-taken")
    assert DOMAIN in lab.dom0("xl", "list").stdout
    first.process.send_signal(signal.SIGINT)
    assert first.process.wait(SECONDS) == 130
    no_trace(lab)


def test_what_a_killed_driver_left_is_cleaned_up(lab: LabRig, tmp_path: Path) -> None:
    build = Build(lab, tmp_path, toy=True)
    build.until("domain-created")
    build.process.kill()
    build.process.wait()
    lab.dom0("xl create /srv/guests/toy.cfg")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "AUTOINSTALL_SSH": shlex.join(lab.client)}
    argv = [sys.executable, "-m", "autoinstall", "clean", str(build.work), "--json"]
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=SECONDS, check=True)
    (cleaned,) = json.loads(done.stdout)["builds"]
    assert cleaned["domains"] == [DOMAIN]
    assert "toy" in lab.dom0("xl", "list").stdout
    no_trace(lab)


def test_a_full_disk(lab: LabRig, tmp_path: Path) -> None:
    with _full(lab.dom0):
        status, document = Build(lab, tmp_path, toy=True).ended()
    assert (status, document["failure"]["kind"]) == (4, "disk-full")
    no_trace(lab)


@contextmanager
def _full(dom0: Callable[..., Any]) -> Iterator[None]:
    dom0("fallocate -l $(($(df -Pk / | awk 'END { print $4 }') - 100000))K /filler")
    try:
        yield
    finally:
        dom0("rm", "-f", "/filler")


def test_a_host_that_is_reset(lab: LabRig, tmp_path: Path) -> None:
    build = Build(lab, tmp_path, toy=True)
    build.until("lifecycle", happening="kernel-boot")
    xen_lab("reset")
    status, document = build.ended()
    assert (status, document["failure"]["kind"]) == (4, "host-restarted")
    assert "--resume" in document["failure"]["next"]
    no_trace(lab)
