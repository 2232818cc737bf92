"""Steps of the build that are done again only when what goes into them has changed."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

Say = Callable[[str], None]
"""Tells one line of progress."""

_PACKAGE = Path(__file__).parent


class Steps:
    """The build's steps. What went into each is kept as a checksum in a file of `folder`."""

    def __init__(self, folder: Path, say: Say) -> None:
        self._folder = folder
        self._say = say

    def tell(self, detail: str) -> None:
        """One line about the step that is being done."""
        self._say(f"  {detail}")

    def make(
        self, name: str, inputs: Sequence[str], outputs: Sequence[Path], work: Callable[[], None]
    ) -> str:
        """Do `work` unless `outputs` are there, made of these inputs; gives the checksum of the inputs.

        The checksum stands for the outputs: a later step has it among its own inputs. An interrupted step
        is done again from its beginning.
        """
        fingerprint = _fingerprint(inputs)
        stamp = self._folder / f"{name.replace(' ', '-')}.json"
        if _made_of(stamp) == fingerprint and all(path.exists() for path in outputs):
            self._say(f"{name}: up to date")
            return fingerprint
        stamp.unlink(missing_ok=True)
        self._say(f"{name} ...")
        began = time.monotonic()
        work()
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(json.dumps({"inputs": fingerprint}) + "\n")
        self._say(f"{name}: {time.monotonic() - began:.1f} s")
        return fingerprint


def recipe(*names: str) -> str:
    """A checksum of files of this package: an input of the steps whose results a change of them makes stale."""
    running = hashlib.sha256()
    for name in names:
        running.update((_PACKAGE / name).read_bytes())
    return running.hexdigest()


def _fingerprint(inputs: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(list(inputs)).encode()).hexdigest()


def _made_of(stamp: Path) -> str | None:
    try:
        document = json.loads(stamp.read_text())
    except (OSError, ValueError):
        return None
    return str(document.get("inputs")) if isinstance(document, dict) else None
