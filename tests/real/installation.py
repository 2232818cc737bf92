"""A build of a whole real installation: run as its users run it, and what it left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autoinstall.build.stage import STAGES

ROOT = Path(__file__).parents[2]

PASSWORDS = {
    "AUTOINSTALL_SECRET_ROOT_PASSWORD": "correct horse battery",
    "AUTOINSTALL_SECRET_USER_PASSWORD": "staple for debian",
}


@dataclass(frozen=True)
class Installation:
    """The build that ended: its JSON document, its folder, and what it said on the way."""

    document: dict[str, Any]
    work: Path

    @property
    def image(self) -> Path:
        return Path(self.document["image"]["path"])

    def events(self, name: str) -> list[dict[str, Any]]:
        lines = (self.work / "events.jsonl").read_text().splitlines()
        return [event for event in map(json.loads, lines) if event["event"] == name]

    def checks(self) -> dict[str, dict[str, Any]]:
        """The named checks; of those of one name the last."""
        return {event["name"]: event for event in self.events("check")}

    def recorded(self, cast: str) -> list[list[Any]]:
        """The events of a recording: seconds, kind, text."""
        return [json.loads(line) for line in (self.work / cast).read_text().splitlines()[1:]]

    def assert_done(self, *skipped: str) -> None:
        """Every stage was done, but for those that a checkpoint stood for."""
        assert self.document["result"] == "done", json.dumps(self.document["failure"], indent=2)
        states = {stage["name"]: stage["state"] for stage in self.document["stages"]}
        assert states == {name: "skipped" if name in skipped else "done" for name in STAGES}

    def assert_left_by_the_second_installer(self) -> None:
        """The installer came up again, and after the last answer had nothing typed but the way out of the console."""
        assert any("came up again" in str(event.get("text")) for event in self.events("progress"))
        recorded = self.recorded("install.cast")
        marks = [
            number for number, event in enumerate(recorded) if event[1:] == ["m", "installation-complete"]
        ]
        typed = [event[2] for event in recorded[marks[0] :] if event[1] == "i"]
        assert typed[:1] == ["\r"]
        assert set(typed[1:]) <= {"\x1d"}

    def assert_answered_once(self) -> list[str]:
        """The questions, each answered once, up to the last that there is."""
        questions: list[str] = [event["question"] for event in self.events("answered")]
        assert questions[-1] == "finish-install/reboot_in_progress"
        assert len(set(questions)) == len(questions)
        return questions

    def raw_disk(self, folder: Path) -> Path:
        """The disk of the image, which its sums and qemu-img find whole."""
        subprocess.run(["qemu-img", "check", "-q", self.image], check=True, timeout=600)
        sums = ["sha256sum", "--check", "--quiet", "SHA256SUMS"]
        subprocess.run(sums, cwd=self.image.parent, check=True, timeout=600)
        raw = folder / "exported.img"
        subprocess.run(["qemu-img", "convert", "-O", "raw", self.image, raw], check=True, timeout=600)
        return raw


def installed(program: str, name: str, seconds: float, *options: str) -> Installation:
    """Run scripts/PROGRAM in a folder of its own below build/."""
    work = ROOT / "build" / f"test-{name}-{time.strftime('%Y%m%d-%H%M%S')}"
    done = subprocess.run(
        [sys.executable, f"scripts/{program}", "--work", str(work), "--json", *options],
        cwd=ROOT,
        env={**os.environ, **PASSWORDS},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.stdout, f"no document, exit status {done.returncode}: see {work}"
    return Installation(json.loads(done.stdout), work)
