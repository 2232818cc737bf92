"""What a build has done and made, on disk before it is done: enough to go on or clean up after a `kill -9`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from autoinstall.errors import InvalidFileError

VERSION = 1


class StageState(StrEnum):
    """How far a stage has come."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(slots=True)
class StageRecord:
    """A stage: its state, the seconds that it took, and the fingerprint of what it was done with."""

    name: str
    state: StageState = StageState.PENDING
    seconds: float = 0.0
    fingerprint: str | None = None


@dataclass(slots=True)
class DomainRecord:
    """A domain of ours: `purpose` is install, boot or verify; `domid` is None until it was told."""

    purpose: str
    name: str
    uuid: str
    domid: int | None = None


@dataclass(slots=True)
class BuildState:
    """The content of state.json; `files` are absolute paths, `answers` that of the user's file."""

    id: str
    name: str
    answers: str
    toolstack: str
    host: str | None = None
    until: str | None = None
    keep: bool = False
    result: str | None = None
    stages: list[StageRecord] = field(default_factory=list)
    domains: list[DomainRecord] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    def stage(self, name: str) -> StageRecord:
        return next(record for record in self.stages if record.name == name)


class StateFile:
    """state.json and its content; each `save` replaces the file as a whole, and survives a power cut."""

    def __init__(self, path: Path, state: BuildState) -> None:
        self._path = path
        self.state = state

    def save(self) -> None:
        document = {"v": VERSION, **asdict(self.state)}
        unfinished = self._path.with_name(self._path.name + ".part")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(document, file, indent=1)
            file.flush()
            os.fsync(descriptor)
        unfinished.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def will_make(self, *paths: Path) -> None:
        """Name files before they are made."""
        new = [str(path) for path in paths if str(path) not in self.state.files]
        if new:
            self.state.files.extend(new)
            self.save()

    def forget_files(self, paths: Iterable[Path]) -> None:
        """Files that are gone."""
        gone = {str(path) for path in paths}
        self.state.files = [path for path in self.state.files if path not in gone]
        self.save()


def read_state(path: Path) -> BuildState:
    """The state of a build. Raises InvalidFileError where the file is none of ours."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document.pop("v") != VERSION:
            raise ValueError("another version")
        return _from_json(document)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidFileError(
            f"{path} is no state of a build: {error}",
            kind="invalid-state",
            hint="begin anew in another folder (--work)",
        ) from error


def _from_json(document: dict[str, Any]) -> BuildState:
    stages = [StageRecord(**{**one, "state": StageState(one["state"])}) for one in document.pop("stages")]
    domains = [DomainRecord(**one) for one in document.pop("domains")]
    return BuildState(**document, stages=stages, domains=domains)
