"""The Xen lab for its tests: started from its saved state once a session, every domain gone after each test."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.xen.rig import LabRig

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "scripts" / "xen-lab"
FOLDER_VARIABLE = "AUTOINSTALL_XEN_LAB"
"""In the environment: another folder than the usual one."""


def xen_lab(*words: str) -> str:
    folder = os.environ.get(FOLDER_VARIABLE)
    place = ("--folder", folder) if folder else ()
    argv = [sys.executable, str(PROGRAM), words[0], *place, *words[1:]]
    return subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True, timeout=3600).stdout


@pytest.fixture(scope="session")
def lab_up() -> Iterator[LabRig]:
    """The lab as it was saved; what is done in it is gone afterwards."""
    xen_lab("down")
    told = json.loads(xen_lab("up", "--json"))
    rig = LabRig(told["host"], shlex.split(told["ssh"]), Path(told["folder"]) / "boot" / "vmlinuz")
    yield rig
    rig.hang_up()
    xen_lab("down")


@pytest.fixture
def lab(lab_up: LabRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LabRig]:
    monkeypatch.setenv("AUTOINSTALL_SSH", shlex.join(lab_up.client))
    lab_up.folder = tmp_path
    yield lab_up
    lab_up.end()
