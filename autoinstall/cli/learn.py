"""`autoinstall learn`: an answers file from a recorded session."""

from __future__ import annotations

import argparse
from pathlib import Path

from autoinstall.cli.given_recording import given_recogniser, given_recording
from autoinstall.cli.output import Output
from autoinstall.errors import UsageError
from autoinstall.sessions.learning import learn
from autoinstall.sessions.reading import read_session


def run(arguments: argparse.Namespace, output: Output) -> int:
    path: Path = arguments.output
    recogniser = given_recogniser(arguments.catalogue)
    session = read_session(given_recording(arguments.recording), recogniser)
    learned = learn(session.dialogs, path.stem, recogniser.vocabulary)
    _write_new(path, learned.text)
    output.complaint(f"warning: {warning}" for warning in learned.warnings)
    answered = sum(one.answer is not None for one in session.dialogs)
    output.document(
        {"result": "done", "answers": str(path), "dialogs": answered, "warnings": learned.warnings}
    )
    output.result(
        [
            f"{path}: learned from {answered} answered dialogs",
            f"autoinstall replay {arguments.recording} --answers {path}",
        ]
    )
    return 0


def _write_new(path: Path, text: str) -> None:
    """An answers file that is there already may hold a person's work."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(
            f"{path} is there already", kind="file-exists", hint="name a new file, or remove that one"
        ) from None
    except OSError as failure:
        raise UsageError(f"{path} cannot be written: {failure.strerror}", kind="unwritable") from None
