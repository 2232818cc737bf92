"""What `autoinstall clean` removes, and what it leaves alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import filelock
import pytest

from autoinstall.build.state import BuildState, DomainRecord, StageRecord, StateFile
from autoinstall.toolstack.description import uuid_of
from tests.build.whole import ROOT, living, rehearse
from tests.rigs.hosted import HostedRig

ID = "0badcafe"
LIST = """\
case "$1" in
domid) grep -q "^$2 " {domains} || {{ echo "Can't get domid of domain name '$2'" >&2; exit 1; }}
    sed -n "s/^$2 \\([0-9]*\\) .*/\\1/p" {domains};;
vm-list) sed 's/^\\([^ ]*\\) \\([0-9]*\\) \\(.*\\)/\\3  \\2    \\1/' {domains};;
destroy) sed -i "/^$2 /d" {domains};;
list) ;;
esac
"""
"""An xl whose domains are lines of a file: name, id, UUID."""


class Host:
    """A host over ssh with an xl of a few lines, and a build folder here."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "bin").mkdir()
        self.domains = folder / "domains"
        self.domains.touch()
        xl = folder / "bin" / "xl"
        xl.write_text("#!/bin/sh\n" + LIST.format(domains=self.domains))
        xl.chmod(0o755)
        self.rig = HostedRig(folder / "host", folder / "bin")

    def add_domain(self, name: str, number: int, uuid: str) -> None:
        with self.domains.open("a") as file:
            file.write(f"{name} {number} {uuid}\n")

    def add_hosted(self, build_id: str, purpose: str = "install", name: str = "mine") -> Path:
        folder = self.rig.hosted / f"small-{build_id}"
        folder.mkdir(parents=True)
        (folder / "disk.img").write_bytes(b"disk")
        (folder / f"domain-{purpose}.cfg").write_text(f'name = "{name}"\n')
        return folder

    def add_build(self, *files: str, result: str | None = "failed", host: str | None = HostedRig.url) -> Path:
        """A build folder with these files, which its state names (absolute ones as they are)."""
        work = self.folder / "work"
        work.mkdir()
        for one in files:
            path = work / one
            path.parent.mkdir(exist_ok=True)
            path.write_text(one)
        named = [str(work / one) for one in files]
        if host:
            named.append(f"{host}{self.rig.hosted}/small-{ID}")
        state = BuildState(ID, "small", "x.yaml", "xl", host, result=result, files=named)
        state.stages = [StageRecord("disk")]
        state.domains = [DomainRecord("install", "mine", uuid_of(ID, "install"), 7)]
        StateFile(work / "state.json", state).save()
        return work

    def clean(self, *words: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "PYTHONPATH": str(ROOT),
            "AUTOINSTALL_SSH": str(self.rig.client),
            "STATE_DIRECTORY": str(self.folder / "state"),
        }
        argv = [sys.executable, "-m", "autoinstall", "clean", *words]
        return subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=300, check=False)

    def cleaned(self, *words: str) -> dict[str, Any]:
        done = self.clean(*words, "--json")
        assert done.returncode == 0, done.stderr
        document = json.loads(done.stdout)
        assert isinstance(document, dict)
        return document


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def state_of(work: Path) -> dict[str, Any]:
    document = json.loads((work / "state.json").read_text())
    assert isinstance(document, dict)
    return document


def test_what_a_dead_driver_left_on_a_host(host: Host) -> None:
    folder = host.add_hosted(ID)
    other = host.add_hosted("feedf00d", name="other")
    host.add_domain("mine", 7, uuid_of(ID, "install"))
    host.add_domain("other", 8, uuid_of("feedf00d", "install"))
    work = host.add_build("image/disk.img", "netboot/vmlinuz", "install.cast", "events.jsonl")
    document = host.cleaned(str(work))
    (one,) = document["builds"]
    assert one["domains"] == ["mine"]
    assert host.domains.read_text() == f"other 8 {uuid_of('feedf00d', 'install')}\n"
    assert not folder.exists() and other.exists()
    assert sorted(path.name for path in work.rglob("*") if path.is_file()) == [
        "events.jsonl", "install.cast", "lock", "state.json",
    ]  # fmt: skip
    assert state_of(work)["domains"] == []
    assert host.cleaned(str(work))["builds"][0]["files"] == []


def test_a_domain_that_only_has_the_name_stays(host: Host) -> None:
    host.add_domain("mine", 7, uuid_of("feedf00d", "install"))
    work = host.add_build()
    assert host.cleaned(str(work))["builds"][0]["domains"] == []
    assert "mine 7" in host.domains.read_text()


def test_a_file_that_the_state_does_not_name_stays(host: Host) -> None:
    work = host.add_build("image/disk.img", host=None)
    (work / "image" / "mine.img").write_text("mine")
    outside = host.folder / "outside.img"
    outside.write_text("outside")
    state = state_of(work)
    state["files"].append(str(outside))
    (work / "state.json").write_text(json.dumps(state))
    host.cleaned(str(work))
    assert not (work / "image" / "disk.img").exists()
    assert (work / "image" / "mine.img").exists() and outside.exists()


@pytest.mark.parametrize(("result", "stays"), [("done", True), ("failed", False)])
def test_the_image_of_a_finished_build_stays(host: Host, result: str, stays: bool) -> None:
    work = host.add_build(
        "image/small-1.0.qcow2", "image/SHA256SUMS", "image/verify.img", result=result, host=None
    )
    host.cleaned(str(work))
    assert (work / "image" / "small-1.0.qcow2").exists() is stays
    assert not (work / "image" / "verify.img").exists()


def test_without_a_name_all_builds_that_nobody_works_on(host: Host) -> None:
    work = host.add_build("image/disk.img", host=None)
    builds = host.folder / "state" / "autoinstall" / "builds"
    builds.mkdir(parents=True)
    work.rename(builds / "small-1")
    work = host.add_build("image/disk.img", host=None)
    work.rename(builds / "small-2")
    for number in (1, 2):
        state = state_of(builds / f"small-{number}")
        state["files"] = [str(builds / f"small-{number}" / "image" / "disk.img")]
        (builds / f"small-{number}" / "state.json").write_text(json.dumps(state))
    with filelock.FileLock(builds / "small-1" / "lock"):
        document = host.cleaned()
    assert document["busy"] == [str(builds / "small-1")]
    assert (builds / "small-1" / "image" / "disk.img").exists()
    assert not (builds / "small-2" / "image" / "disk.img").exists()


def test_a_build_that_is_worked_on_is_busy(host: Host) -> None:
    work = host.add_build("image/disk.img", host=None)
    with filelock.FileLock(work / "lock"):
        done = host.clean(str(work))
    assert done.returncode == 6
    assert (work / "image" / "disk.img").exists()


def test_a_folder_without_a_build(host: Host) -> None:
    done = host.clean(str(host.folder), "--json")
    assert done.returncode == 2
    assert done.stdout == ""
    assert not (host.folder / "lock").exists()


def test_a_host_that_is_not_reached(host: Host) -> None:
    work = host.add_build("image/disk.img")
    host.rig.refuse("root@xen1: Permission denied (publickey).\n")
    done = host.clean(str(work), "--json")
    assert done.returncode == 4
    document = json.loads(done.stdout)
    assert document["result"] == "failed"
    assert document["failure"]["kind"] == "host-not-permitted"
    assert state_of(work)["domains"]


def test_by_the_id_where_the_build_folder_is_lost(host: Host) -> None:
    mine, other = host.add_hosted(ID), host.add_hosted("feedf00d", name="other")
    host.add_domain("mine", 7, uuid_of(ID, "install"))
    host.add_domain("other", 8, uuid_of("feedf00d", "install"))
    listed = host.cleaned("--host", host.rig.url)["builds"]
    assert [one["id"] for one in listed] == [ID, "feedf00d"]
    (one,) = host.cleaned("--host", host.rig.url, ID)["builds"]
    assert one["domains"] == ["mine"]
    assert not mine.exists() and other.exists()
    assert "other 8" in host.domains.read_text()
    assert host.clean("--host", host.rig.url, ID).returncode == 2


@pytest.mark.guest
def test_a_kept_guest_of_a_rehearsal(tmp_path: Path) -> None:
    kept = rehearse(tmp_path, "unknown-question", until="install", options=("--keep",))
    assert kept.status == 1
    assert living(kept.work)
    host = Host(tmp_path)
    (one,) = host.cleaned(str(kept.work))["builds"]
    assert len(one["domains"]) == 1
    assert not living(kept.work)
    assert not (kept.work / "guest").exists() and (kept.work / "install.cast").exists()
