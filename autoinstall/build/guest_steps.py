"""The guest steps of an answers file as steps that can be done: files read, downloads checked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from autoinstall.answers import steps as written
from autoinstall.errors import InvalidFileError
from autoinstall.guest.from_answers import steps_from
from autoinstall.guest.steps import Step
from autoinstall.image.cache import DownloadCache
from autoinstall.image.digest import Digest
from autoinstall.image.http import fetch_file


class GuestSteps:
    """Makes the steps of an answers file; downloads lie in `folder` meanwhile, and are kept in the cache."""

    def __init__(self, steps: Sequence[written.Step], downloads: DownloadCache, folder: Path) -> None:
        self._written = steps
        self._downloads = downloads
        self._folder = folder

    def check(self) -> None:
        """Raise InvalidFileError where a local file that a step needs is not there."""
        for source, _ in self._sources():
            if not written.is_url(source) and not Path(source).is_file():
                raise InvalidFileError(
                    f"there is no file {source}", kind="file-missing", hint="see `guest` of the answers file"
                )

    def inputs(self) -> list[Any]:
        """What the steps' effect depends on: their texts, and the content of their files."""
        contents = {source: self._content_sum(source, sha256) for source, sha256 in self._sources()}
        return [
            [
                type(step).__name__,
                {name: contents.get(str(value), value) for name, value in step.model_dump().items()},
            ]
            for step in self._written
        ]

    def make(self) -> tuple[Step, ...]:
        """The steps in their order. Raises what fetching a file raises."""
        return steps_from(self._written, self.read)

    def read(self, source: str, sha256: str | None) -> bytes:
        """The bytes of a file or URL, checked where there is a sum."""
        if not written.is_url(source):
            return Path(source).read_bytes()
        expected = Digest("sha256", sha256) if sha256 else None
        target = self._folder / f"step-{hashlib.sha256(source.encode()).hexdigest()[:16]}"
        try:
            if not (expected and self._downloads.take(expected, target)):
                fetch_file(source, target, expected=expected)
                if expected:
                    self._downloads.keep(expected, target)
            return target.read_bytes()
        finally:
            target.unlink(missing_ok=True)

    def _sources(self) -> Iterator[tuple[str, str | None]]:
        for step in self._written:
            if isinstance(step, written.PutFile):
                yield step.source, step.sha256
            elif isinstance(step, written.InstallPackage | written.Profile) and step.file:
                yield step.file, step.sha256

    def _content_sum(self, source: str, sha256: str | None) -> str:
        if sha256 or written.is_url(source):
            return f"sha256:{sha256}"
        file = Path(source)
        return f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}" if file.is_file() else "missing"
