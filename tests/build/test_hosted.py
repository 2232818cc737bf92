"""Whole builds on a host over ssh: the rehearsal's xl there, everything that domains use in a folder of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from autoinstall.build.rehearsal_host import Mischief, RehearsalHost, prepare
from tests.build.whole import HOW_TO, Run, assert_five_edits, run
from tests.rigs.hosted import HostedRig

pytestmark = pytest.mark.guest


class Hosted:
    """A rehearsed Xen host that is reached over ssh."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rehearsal: RehearsalHost = prepare(folder / "xen", suite="precise", mischief=Mischief(seed=1))
        environment = {name: value for name, value in self.rehearsal.environment.items() if name != "PATH"}
        environment["AUTOINSTALL_REHEARSAL_PACE"] = "0"
        self.rig = HostedRig(folder / "host", folder / "xen" / "bin", environment=environment)

    def build(self, *words: str, host: str | None = HostedRig.url, toolstack: str = "xl") -> Run:
        where = ("--toolstack", toolstack, "--host", host) if host else ()
        settings = (
            f"installer.mirror={self.rehearsal.mirror}",
            f"installer.verify.keyring={self.rehearsal.keyring}",
        )
        sets = [word for setting in settings for word in ("--set", setting)]
        return run(
            self.folder, "build", str(HOW_TO), *where, *sets, "--json", *words,
            AUTOINSTALL_SSH=str(self.rig.client),
        )  # fmt: skip

    @property
    def left(self) -> list[str]:
        """What builds have left there, caches apart."""
        return [str(path) for path in self.rig.hosted.rglob("*")]

    def state(self) -> dict[str, object]:
        found = json.loads((self.folder / "work" / "state.json").read_text())
        assert isinstance(found, dict)
        return found


@pytest.fixture
def hosted(tmp_path: Path) -> Iterator[Hosted]:
    hosted = Hosted(tmp_path)
    yield hosted
    hosted.rehearsal.stop()


def test_the_whole_job_on_a_host(hosted: Hosted, tmp_path: Path) -> None:
    hosted.rig.cut("before", times=2)
    hosted.rig.cut("after-create")
    done = hosted.build()
    assert done.status == 0, done.stderr
    assert_five_edits(done.document, tmp_path)
    assert hosted.state()["host"] == hosted.rig.url
    assert hosted.left == []
    assert not done.debris()
    assert not (done.work / "image" / "disk.img").exists()
    assert [path.suffix for path in hosted.rig.home.glob(".cache/autoinstall/checkpoints/*")] == [".img"]


def test_a_build_is_gone_on_with_where_it_was(hosted: Hosted, tmp_path: Path) -> None:
    assert hosted.build("--until", "boot").status == 0
    kept = hosted.left
    assert any(path.endswith("disk.img") for path in kept)
    done = hosted.build("--resume", host=None)
    assert done.status == 0, done.stderr
    assert_five_edits(done.document, tmp_path)
    assert [event["purpose"] for event in done.events("domain-created")].count("install") == 1
    assert hosted.left == []


def test_a_build_of_one_host_is_not_gone_on_with_on_another(hosted: Hosted) -> None:
    assert hosted.build("--until", "disk").status == 0
    other = hosted.build("--resume", host="ssh://root@xen2")
    assert other.status == 2
    assert "ssh://root@xen1" in other.stderr
    assert other.stdout == ""


def test_a_failed_build_leaves_nothing_there(hosted: Hosted) -> None:
    failed = hosted.build(
        "--set", "questions.passwd/user-fullname={default: true}", "--set", "machine.memory=900000"
    )
    assert failed.status == 4
    assert failed.failure["kind"] == "memory-short"
    assert "--host ssh://root@xen1" in failed.failure["next"]
    assert hosted.left == []


def test_what_the_toolstack_cannot_do_over_ssh(hosted: Hosted) -> None:
    for toolstack in ("qemu", "rehearsal"):
        done = hosted.build(toolstack=toolstack)
        assert done.status == 2
        assert "--host" in done.stderr
        assert not done.work.exists()
