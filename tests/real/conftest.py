"""One real installation for all tests here: Debian 13 in QEMU, from the first dialog to the exported image."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from autoinstall.answers.sections import HYGIENE_ITEMS
from scripts.lab_mirror.lending import lent
from scripts.lab_mirror.places import Variant
from tests.conftest import needs
from tests.one_context import PACKAGE

ROOT = Path(__file__).parents[2]
SECONDS = 75 * 60
"""Five times what it takes on a quiet machine of two cores without hardware virtualisation."""

PASSWORDS = {
    "AUTOINSTALL_SECRET_ROOT_PASSWORD": "correct horse battery",
    "AUTOINSTALL_SECRET_USER_PASSWORD": "staple for debian",
}


@dataclass(frozen=True)
class Installation:
    """The build that ended: its JSON document, its folder, and what it said on the way."""

    document: dict[str, Any]
    work: Path

    def events(self, name: str) -> list[dict[str, Any]]:
        lines = (self.work / "events.jsonl").read_text().splitlines()
        return [event for event in map(json.loads, lines) if event["event"] == name]

    def recorded(self, cast: str) -> list[list[Any]]:
        """The events of a recording: seconds, kind, text."""
        return [json.loads(line) for line in (self.work / cast).read_text().splitlines()[1:]]


@pytest.fixture(scope="session")
def served() -> Iterator[None]:
    """The mirror stays where it is for all installations: answers that name it again are the same answers."""
    needs("qemu")
    with lent(Variant.LIVE, lambda line: None):
        yield


@pytest.fixture(scope="session")
def installation(served: None) -> Installation:
    needs("guest")
    return build("real", "--set", f"hygiene=[{', '.join(HYGIENE_ITEMS)}]")


@pytest.fixture(scope="session")
def with_package(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The same installation again, made ready by OpenNebula's own package in place of our script."""
    answers = yaml.load((ROOT / "answers" / "debian-13.yaml").read_text(), Loader=yaml.BaseLoader)
    answers["guest"] = [{"profile": {"name": "opennebula-context", "file": str(PACKAGE)}}]
    file = tmp_path_factory.mktemp("context") / "answers.yaml"
    file.write_text(yaml.safe_dump(answers, sort_keys=False))
    return build("real-package", "--answers", str(file), "--reuse")


def build(name: str, *options: str) -> Installation:
    """One build in a folder of its own below build/."""
    work = ROOT / "build" / f"test-{name}-{time.strftime('%Y%m%d-%H%M%S')}"
    command = [
        sys.executable,
        "scripts/image",
        "--live",
        "--on-reboot",
        "restart",
        "--work",
        str(work),
        "--json",
    ]
    done = subprocess.run(
        [*command, *options],
        cwd=ROOT,
        env={**os.environ, **PASSWORDS},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.stdout, f"no document, exit status {done.returncode}: see {work}"
    return Installation(json.loads(done.stdout), work)
