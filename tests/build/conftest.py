"""A build's surroundings: answers from a file of its own, folders below the test's, an event list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autoinstall.answers.loading import load
from autoinstall.answers.model import Answers
from autoinstall.answers.secret import Secret
from autoinstall.build.context import BuildContext
from autoinstall.build.folder import BuildFolder, open_folder
from autoinstall.build.stage import STAGES
from autoinstall.build.state import BuildState, StageRecord, StateFile
from autoinstall.deadline import Deadline
from autoinstall.events import Event, EventFile, Events
from tests.image.conftest import mirror, signer, stranger

__all__ = ["mirror", "signer", "stranger"]

ANSWERS = """\
version: 1
name: small
installer: {mirror: "http://127.0.0.1:1/ubuntu", verify: none}
machine: {disk: 1M, names: {install: small, boot: small2}}
login: {user: ubuntu, password: {secret: user_password}}
image: {format: raw}
"""

MakeContext = Callable[..., BuildContext]


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CACHE_DIRECTORY", str(tmp_path / "cache"))
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))


def load_answers(folder: Path, text: str = ANSWERS) -> Answers:
    path = folder / "answers.yaml"
    path.write_text(text)
    return load(path, context=None, for_build=True)


@pytest.fixture
def make_context(tmp_path: Path) -> MakeContext:
    made: list[BuildFolder] = []

    def make(text: str = ANSWERS, *, keep: bool = False) -> BuildContext:
        folder = open_folder(tmp_path / f"work{len(made)}", "small", "deadbeef", resume=False)
        made.append(folder)
        folder.make_folders()
        stages = [StageRecord(name) for name in STAGES]
        state = BuildState("deadbeef", "small", str(tmp_path / "answers.yaml"), "xm", stages=stages)
        events = Events()
        events.subscribe(EventFile(folder.events))
        return BuildContext(
            answers=load_answers(tmp_path, text),
            secrets={"user_password": Secret("user_password", "correct horse")},
            folder=folder,
            state=StateFile(folder.state, state),
            events=events,
            deadline=Deadline.after(60),
            keep=keep,
        )

    return make


class Told(list[Event]):
    """All events, in order."""

    def names(self) -> list[str]:
        return [event.name for event in self]


def listen(context: BuildContext) -> Told:
    told = Told()
    context.events.subscribe(told.append)
    return told
