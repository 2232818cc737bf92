"""`autoinstall learn`: an answers file from a recorded session."""

from __future__ import annotations

import argparse
from pathlib import Path

from autoinstall.cli.given_recording import given_recogniser, given_recording
from autoinstall.cli.new_file import write_new
from autoinstall.cli.output import Output
from autoinstall.sessions.learning import learn
from autoinstall.sessions.reading import read_session


def run(arguments: argparse.Namespace, output: Output) -> int:
    path: Path = arguments.output
    recogniser = given_recogniser(arguments.catalogue)
    session = read_session(given_recording(arguments.recording), recogniser)
    learned = learn(session.dialogs, path.stem, recogniser.vocabulary)
    write_new(path, learned.text)
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
