"""`autoinstall replay`: a recorded console against an answers file, no hypervisor, as fast as it goes."""

from __future__ import annotations

import argparse
import time
from typing import Any

from autoinstall.answers.model import Answers
from autoinstall.answers.secret import Secret
from autoinstall.cli.failure import screen_lines
from autoinstall.cli.given_answers import given_answers
from autoinstall.cli.given_recording import given_recogniser, given_recording
from autoinstall.cli.output import Output
from autoinstall.dialog.decide import Judge
from autoinstall.dialog.releases import Recognises
from autoinstall.errors import JobError
from autoinstall.sessions.pressing import KeyWatch
from autoinstall.sessions.reading import read_session
from autoinstall.sessions.replaying import Divergence, Replay, Result, replay_decisions, with_keys

KEYS = "keys"


def run(arguments: argparse.Namespace, output: Output) -> int:
    began = time.monotonic()
    answers = given_answers(arguments)
    recogniser = given_recogniser(arguments.catalogue)
    judge = _judge(answers, recogniser)
    watch = KeyWatch(judge) if arguments.level == KEYS else None
    session = read_session(given_recording(arguments.recording), recogniser, watch)
    replay = replay_decisions(session.dialogs, judge)
    if watch:
        replay = with_keys(replay, session.dialogs, watch.wrong)
    seconds = time.monotonic() - began
    divergence = replay.divergence
    output.document(
        {
            "result": replay.result.value,
            "level": arguments.level,
            "dialogs": replay.dialogs,
            "matched": replay.matched,
            "divergence": divergence.document if divergence else None,
            "recorded_seconds": round(session.duration, 3),
            "seconds": round(seconds, 3),
        }
    )
    output.result([_summary(replay, session.duration, seconds)])
    if divergence:
        output.complaint(_explained(divergence, replay.result))
    return 0 if replay.result is Result.MATCHED else JobError.exit_code


def _judge(answers: Answers, recogniser: Recognises) -> Judge:
    """Decides by the answers file; what its secrets are plays no part, for recordings hide them."""
    unknown = {use.name: Secret(use.name, "*" * 8) for use in answers.secrets_used()}
    return Judge(answers.book, unknown, recogniser.vocabulary)


def _summary(replay: Replay, recorded: float, seconds: float) -> str:
    return (
        f"{replay.result}: {replay.matched} of {replay.dialogs} answered dialogs agree "
        f"({recorded:.1f} s of recording in {seconds:.1f} s)"
    )


def _explained(divergence: Divergence, result: Result) -> list[str]:
    dialog = divergence.dialog
    called = dialog["question"] or dialog["title"]
    lines = [
        f"at {divergence.at:.1f} s, {called}:",
        f"  the operator answered {_told(divergence.recorded)}",
        f"  the answers file gives {_told(divergence.decided)}"
        if result is Result.DIVERGED
        else "  the answers file does not answer it",
        f"  by {divergence.why}",
        *screen_lines(divergence.screen, "the screen:"),
        "these lines in the answers file would agree:",
    ]
    return lines + [f"    {line}" for line in divergence.proposal.splitlines()]


def _told(answer: Any) -> str:
    if isinstance(answer, list):
        return "[" + ", ".join(map(repr, answer)) + "]"
    return str(answer).lower() if isinstance(answer, bool) else repr(answer)
