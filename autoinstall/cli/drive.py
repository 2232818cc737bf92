"""`autoinstall drive`: answers the installer on any console command, by the loop that `build` uses."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from autoinstall.answers.model import Answers
from autoinstall.answers.secret import Secret
from autoinstall.cli.failure import failure_document, failure_lines
from autoinstall.cli.given_answers import given_answers, given_catalogue, secrets_of_dialogs
from autoinstall.cli.output import Output
from autoinstall.cli.progress import ProgressLines
from autoinstall.console.channel import Channel, attach
from autoinstall.dialog.recognise import Recogniser
from autoinstall.errors import AutoinstallError, JobError, UsageError
from autoinstall.events import Event, Events
from autoinstall.installer.drive import Installer
from autoinstall.installer.outcome import End
from autoinstall.recording.mask import Masker
from autoinstall.recording.recorder import Recorder, set_aside

COLUMNS, LINES = 80, 24
"""The size that a guest's console has by convention; none of the console commands passes another one on."""


def run(arguments: argparse.Namespace, output: Output) -> int:
    answers = given_answers(arguments)
    secrets = secrets_of_dialogs(answers)
    languages = (answers.installer.language,)
    recogniser = Recogniser(given_catalogue(arguments.catalogue, answers.installer.suite), languages)
    events, standing = Events(), _Standing()
    events.subscribe(ProgressLines(output))
    events.subscribe(standing)
    masker = Masker(secrets.values(), visible=answers.visible_texts)
    installer = Installer(answers.book, secrets, recogniser, events, masker=masker)
    failure: AutoinstallError | None = None
    end = End.CLOSED
    with _recorder(arguments.output, answers, secrets) as recorder:
        channel = attach(arguments.command_line, recorder=recorder, columns=COLUMNS, lines=LINES)
        try:
            end = installer.drive(channel).end
            failure = _left_open(channel, standing) if end is End.CLOSED else None
        except AutoinstallError as error:
            failure = error
        finally:
            channel.close()
    return _report(installer, end, failure, output)


class _Standing:
    """A subscriber that knows which dialog came up and was not answered."""

    def __init__(self) -> None:
        self.dialog: dict[str, Any] | None = None

    def __call__(self, event: Event) -> None:
        if event.name == "dialog":
            self.dialog = dict(event.fields)
        elif event.name == "answered":
            self.dialog = None


class ConsoleEnded(JobError):
    """The console command ended while a dialog was waiting for its answer."""

    default_kind = "console-ended"

    def __init__(self, exit_status: int | None, dialog: dict[str, Any]) -> None:
        super().__init__(
            f"the console command ended (exit status {exit_status}) with a dialog left open",
            hint="start the console command again: drive goes on from the screen that it finds",
        )
        self.awaited = "the answered dialog to go away"
        self.dialog = dialog
        self.question = dialog["question"]


def _left_open(channel: Channel, standing: _Standing) -> AutoinstallError | None:
    if standing.dialog is None or channel.last_keys == b"\r":
        return None
    return ConsoleEnded(channel.exit_status, standing.dialog)


@contextlib.contextmanager
def _recorder(
    path: Path | None, answers: Answers, secrets: Mapping[str, Secret]
) -> Iterator[Recorder | None]:
    """The recording that `-o` asks for; an older file of that name is renamed to NAME.1.cast."""
    if path is None:
        yield None
        return
    mask = Masker(secrets.values(), visible=answers.visible_texts)
    try:
        set_aside(path)
        recorder = Recorder(path, columns=COLUMNS, lines=LINES, mask=mask, title=answers.name)
    except OSError as failure:
        raise UsageError(f"{path} cannot be recorded to: {failure.strerror}", kind="no-recording") from None
    try:
        yield recorder
    finally:
        recorder.close()


def _report(installer: Installer, end: End, failure: AutoinstallError | None, output: Output) -> int:
    told = failure_document(failure) if failure else None
    result = "failed" if failure else {End.COMPLETE: "complete", End.CLOSED: "ended"}[end]
    answered = [asdict(one) for one in installer.answered]
    output.document({"result": result, "answered": answered, "failure": told})
    if told:
        output.complaint(failure_lines(told))
    output.result([f"{result}: {len(answered)} dialog{'s' if len(answered) != 1 else ''} answered"])
    return failure.exit_code if failure else 0
