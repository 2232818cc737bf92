"""One real installation for all tests here: Debian 13 in QEMU, from the first dialog to the exported image."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autoinstall.answers.sections import HYGIENE_ITEMS
from tests.conftest import needs

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
def installation() -> Installation:
    needs("qemu")
    needs("guest")
    work = ROOT / "build" / f"test-real-{time.strftime('%Y%m%d-%H%M%S')}"
    command = [
        sys.executable,
        "scripts/image",
        "--live",
        "--on-reboot",
        "restart",
        "--work",
        str(work),
        "--set",
        f"hygiene=[{', '.join(HYGIENE_ITEMS)}]",
        "--json",
    ]
    done = subprocess.run(
        command,
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
