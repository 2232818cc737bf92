"""The recordings that a command line names, read."""

from __future__ import annotations

from pathlib import Path

from autoinstall.build.places import CATALOGUES, cache_folder
from autoinstall.catalogue.shipped import all_shipped, load_file
from autoinstall.dialog.recognise import Recogniser
from autoinstall.dialog.releases import OneOfSeveral, Recognises
from autoinstall.errors import UsageError
from autoinstall.recording.asciicast import Recorded, open_cast
from autoinstall.recording.typescript import MAGIC, read_typescript
from autoinstall.sessions.reading import read_session
from autoinstall.sessions.session import Session


def given_recording(path: Path) -> Recorded:
    """The recording of that name: an asciicast, or a typescript of script(1).

    Raises UsageError where it is missing or no file, InvalidFileError where it is no recording.
    """
    if path.exists() and not path.is_file():
        raise UsageError(
            f"{path} is no file",
            kind="recording-unreadable",
            hint="a recording is read more than once: write it to a file",
        )
    try:
        with path.open("rb") as file:
            first = file.read(len(MAGIC))
    except OSError as failure:
        raise UsageError(f"{path}: {failure.strerror}", kind="recording-unreadable") from None
    return read_typescript(path) if first == MAGIC else open_cast(path)


def given_recogniser(catalogue: Path | None) -> Recognises:
    """What names the questions: the catalogue that `--catalogue` names, else those of all releases that are shipped."""
    if catalogue:
        return Recogniser(load_file(catalogue, cache_folder(CATALOGUES)))
    return OneOfSeveral([Recogniser(one) for one in all_shipped()])


def given_session(path: Path, catalogue: Path | None) -> Session:
    """The session of a recording. Raises as `given_recording`, and as `load_file` for the catalogue."""
    return read_session(given_recording(path), given_recogniser(catalogue))
