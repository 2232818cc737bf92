"""The Xen lab for its tests: started from its saved state once a session, every domain gone after each test."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.xen.rig import LabRig, lab_started


@pytest.fixture(scope="session")
def lab_up() -> Iterator[LabRig]:
    """The lab as it was saved; what is done in it is gone afterwards."""
    with lab_started() as rig:
        yield rig


@pytest.fixture
def lab(lab_up: LabRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LabRig]:
    monkeypatch.setenv("AUTOINSTALL_SSH", shlex.join(lab_up.client))
    lab_up.folder = tmp_path
    yield lab_up
    lab_up.end()
