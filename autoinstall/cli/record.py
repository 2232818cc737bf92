"""`autoinstall record`: a person drives a console command, and the session is recorded."""

from __future__ import annotations

import argparse
from pathlib import Path

from autoinstall.cli.given_recording import given_recogniser
from autoinstall.cli.output import Output
from autoinstall.console.attended import attend, window_size
from autoinstall.errors import UsageError
from autoinstall.recording.mask import Masker
from autoinstall.recording.recorder import Recorder, set_aside
from autoinstall.sessions.attending import Discretion


def run(arguments: argparse.Namespace, output: Output) -> int:
    path: Path = arguments.output
    discretion = Discretion(given_recogniser(None))
    recorder = _recorder(path, " ".join(arguments.command_line))
    output.progress(f"recording to {path} until the command ends")
    try:
        status = attend(
            arguments.command_line,
            recorder,
            shown=discretion.shown,
            resized=discretion.resized,
            hidden=discretion.hidden,
        )
    finally:
        recorder.close()
    output.result(
        [f"{path}: recorded", f"autoinstall inspect {path}", f"autoinstall learn {path} -o answers.yaml"]
    )
    return status


def _recorder(path: Path, title: str) -> Recorder:
    """A recording of the size that our terminal has; an older file of that name is renamed to NAME.1.cast."""
    columns, lines = window_size()
    try:
        set_aside(path)
        return Recorder(path, columns=columns, lines=lines, mask=Masker(), title=title)
    except OSError as failure:
        raise UsageError(f"{path} cannot be recorded to: {failure.strerror}", kind="no-recording") from None
