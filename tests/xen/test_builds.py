"""Builds on the real Xen host, over ssh: the installer's first dialogs, and what can go wrong on the way."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.xen.hosted_build import SECONDS, Build, cutting
from tests.xen.rig import ROOT, LabRig, xen_lab

pytestmark = pytest.mark.xen

DOMAIN = "first-dialogs"
CUTS = 20


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
    assert any("Country, territory or area:" in row for row in failure["screen"])
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
