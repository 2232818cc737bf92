"""The whole job against each misbehaviour of the rehearsed host, by name and seed, through the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.guest

ANSWERS = Path(__file__).parents[2] / "answers" / "ubuntu-12.04.yaml"
PASSWORD = 'it\'s "{{ 7 * 7 }}" $HOME `id` %s\\n'
FIVE_EDITS = {
    "/lib/udev/rules.d/75-persistent-net-generator.rules": '#DRIVERS=="?*", IMPORT{program}="write_net_rules"',
    "/etc/init/networking.conf": "  /etc/init.d/vmcontext",
    "/etc/init/network-interface.conf": "    /etc/init.d/vmcontext",
    "/etc/init.d/vmcontext": "#!/bin/sh",
}
SECONDS = 400
"""Five times what the slowest of these takes on a quiet machine."""


@dataclass(frozen=True)
class Run:
    """A finished command: its exit status, its document, all that it printed, and its build folder."""

    status: int
    document: dict[str, Any]
    printed: str
    work: Path

    @property
    def failure(self) -> dict[str, Any]:
        failure = self.document["failure"]
        assert isinstance(failure, dict)
        return failure

    def answers(self) -> dict[str, Any]:
        """What was answered, by question; the last answer of each."""
        lines = (self.work / "events.jsonl").read_text().splitlines()
        events = [json.loads(line) for line in lines]
        return {one["question"]: one["answer"] for one in events if one["event"] == "answered"}


def rehearse(folder: Path, *options: str, answers: Path = ANSWERS, seed: int = 1) -> Run:
    work = folder / "work"
    command = [sys.executable, "-m", "autoinstall", "rehearse", str(answers), "--work", str(work), "--json"]
    done = subprocess.run(
        [*command, "--seed", str(seed), *options],
        env={
            **os.environ,
            "AUTOINSTALL_SECRET_USER_PASSWORD": PASSWORD,
            "AUTOINSTALL_REHEARSAL_PACE": "0",
            "CACHE_DIRECTORY": str(folder / "cache"),
        },
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return Run(done.returncode, json.loads(done.stdout), done.stdout + done.stderr, work)


def edited(run: Run, path: str) -> str:
    """A file of the exported image, read from its disk."""
    image = run.document["image"]["path"]
    raw = run.work.parent / "exported.img"
    if not raw.exists():
        convert = ["qemu-img", "convert", "-O", "raw", image, str(raw)]
        subprocess.run(convert, check=True, timeout=120)
    show = ["/sbin/debugfs", "-R", f"cat {path}", f"{raw}?offset=1048576"]
    return subprocess.run(show, capture_output=True, text=True, check=True, timeout=60).stdout


def left_behind(run: Run) -> list[str]:
    """Command lines of living processes that belong to the build's rehearsed host."""
    home = str(run.work / "guest")
    found = []
    for folder in Path("/proc").iterdir():
        try:
            environment = (folder / "environ").read_text(errors="replace")
        except OSError:
            continue
        if f"AUTOINSTALL_REHEARSAL_HOME={home}" in environment:
            found.append((folder / "cmdline").read_text(errors="replace"))
    return found


@pytest.mark.parametrize(
    "faults",
    [
        ("delay-keys",),
        ("kernel-lines",),
        ("repaint-twice",),
        ("split-bytes",),
        ("acs",),
        ("keyboard",),
        ("geoip",),
        ("mirror-bad",),
        ("drop-console",),
        ("ignore-shutdown",),
        ("restart-too-fast",),
        ("console-held=2",),
        ("split-bytes", "repaint-twice"),
    ],
    ids="+".join,
)
def test_the_job_is_done_all_the_same(tmp_path: Path, faults: tuple[str, ...]) -> None:
    run = rehearse(tmp_path, *(option for fault in faults for option in ("--fault", fault)))
    assert (run.status, run.document["failure"]) == (0, None)
    answers = run.answers()
    assert answers["mirror/http/hostname"] == "old-releases.ubuntu.com"
    assert answers["tasksel/first"] == ["OpenSSH server"]
    assert answers["passwd/user-password"] == "***"
    for path, line in FIVE_EDITS.items():
        assert line in edited(run, path).splitlines()
    assert left_behind(run) == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_lost_keys_never_make_a_wrong_answer(tmp_path: Path, seed: int) -> None:
    """Done and right; or stopped where a lost byte made Escape of an arrow key at a dialog that is not asked again."""
    run = rehearse(tmp_path, "--fault", "lose-keys", "--fault", "split-bytes", seed=seed)
    answers = run.answers()
    if run.status == 0:
        assert answers["tasksel/first"] == ["OpenSSH server"]
        assert answers["mirror/http/hostname"] == "old-releases.ubuntu.com"
    else:
        assert (run.status, run.failure["kind"]) == (1, "answer-lost")
        assert "unanswered" in run.failure["message"]
    assert left_behind(run) == []


@pytest.mark.parametrize(
    ("fault", "status", "kind", "stage"),
    [
        ("unknown-question", 1, "unknown-dialog", "install"),
        ("crash", 1, "kernel-panic", "install"),
        ("dhcp-fails", 1, "unanswered", "install"),
        ("console-held", 6, "console-in-use", "install"),
        ("bridge-missing", 4, "bridge-missing", "install"),
        ("name-taken", 6, "name-taken", "install"),
        ("memory-short", 4, "memory-short", "install"),
        ("disk-full", 4, "disk-full", "install"),
        ("wrong-mode", 1, "guest-file", "configure"),
    ],
)
def test_the_job_ends_clearly_and_leaves_nothing(
    tmp_path: Path, fault: str, status: int, kind: str, stage: str
) -> None:
    run = rehearse(tmp_path, "--fault", fault)
    failure = run.failure
    assert (run.status, failure["kind"], failure["stage"]) == (status, kind, stage)
    assert failure["exit"] == status
    assert failure["message"] and failure["hint"] and failure["next"].startswith("autoinstall ")
    assert json.loads((run.work / "failure" / "why.json").read_text())["kind"] == kind
    finished = stage != "install"
    assert (run.work / "image" / "disk.img").exists() is finished
    assert left_behind(run) == []


def test_the_same_seed_strikes_at_the_same_places(tmp_path: Path) -> None:
    struck = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        run = rehearse(tmp_path / name, "--fault", "unknown-question@passwd/username", seed=7)
        struck.append((run.failure["kind"], list(run.answers())))
    assert struck[0] == struck[1]
    assert struck[0][1][-1] == "passwd/user-fullname"


@pytest.mark.parametrize("options", [(), ("--fault", "unknown-question")], ids=["done", "failed"])
def test_the_password_is_nowhere(tmp_path: Path, options: tuple[str, ...]) -> None:
    run = rehearse(tmp_path, *options)
    guests_own = run.work / "guest"
    for path in run.work.rglob("*"):
        if path.is_file() and guests_own not in path.parents and path.suffix not in (".img", ".qcow2"):
            assert PASSWORD.encode() not in path.read_bytes(), path
            assert json.dumps(PASSWORD)[1:-1].encode() not in path.read_bytes(), path
    assert PASSWORD not in run.printed
    assert json.dumps(PASSWORD)[1:-1] not in run.printed
