"""The recordings that the project keeps, read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autoinstall.catalogue.shipped import all_shipped, load_shipped
from autoinstall.dialog.recognise import Recogniser
from autoinstall.dialog.releases import OneOfSeveral, Recognises
from autoinstall.recording.asciicast import Recording, read_cast
from autoinstall.sessions.reading import read_session
from autoinstall.sessions.session import Session

RECORDINGS = Path(__file__).parents[1] / "recordings"
EIGHTEEN = RECORDINGS / "cdebconf-eighteen.cast"
REHEARSED = RECORDINGS / "ubuntu-12.04-rehearsed.cast"
DEBIAN_13 = RECORDINGS / "debian-13-whole.cast"
DEBIAN_12 = RECORDINGS / "debian-12-to-the-proxy.cast"
DEBIAN_12_TEXT = RECORDINGS / "debian-12-text.cast"

ReadSession = Callable[[Recording], Session]


@pytest.fixture(scope="session")
def precise() -> Recogniser:
    return Recogniser(load_shipped("precise"))


@pytest.fixture(scope="session")
def read_eighteen(precise: Recogniser) -> ReadSession:
    """Reads a recording of 12.04's dialogs."""
    return lambda recording: read_session(recording, precise)


@pytest.fixture(scope="session")
def eighteen_recording() -> Recording:
    return read_cast(EIGHTEEN)


@pytest.fixture(scope="session")
def eighteen_session(eighteen_recording: Recording, read_eighteen: ReadSession) -> Session:
    return read_eighteen(eighteen_recording)


def of_any_release() -> Recognises:
    return OneOfSeveral([Recogniser(one) for one in all_shipped()])
