"""`autoinstall answer`: answers the dialog at which a kept build stopped, and goes on from that very screen."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from autoinstall.answers.loading import load_content
from autoinstall.answers.model import Answers
from autoinstall.answers.problem import InvalidAnswers
from autoinstall.answers.secrets import resolve
from autoinstall.answers.supplement import Supplement, read_supplement
from autoinstall.build.run import BuildRequest, no_kept_guest, run_build
from autoinstall.build.state import BuildState, read_state
from autoinstall.cli.asked import Asked
from autoinstall.cli.build import progress_of, report
from autoinstall.cli.output import Output
from autoinstall.errors import UsageError
from autoinstall.events import read_events


def run(arguments: argparse.Namespace, output: Output) -> int:
    root: Path = arguments.build
    state = _state(root)
    failure = _last_failure(root)
    supplement = read_supplement(arguments.given, failure.get("dialog"))
    if state.result != "failed" or not state.keep or failure.get("stage") != "install":
        raise no_kept_guest(root)
    own = root / "answers.yaml"
    text = supplement.added_to(own.read_text(encoding="utf-8"))
    answers = _checked(text, own)
    asked = Asked()
    asked.answers = answers.book.answers
    _advise(supplement, state, output)
    with progress_of(output) as show:
        document = run_build(
            BuildRequest(
                state.id,
                answers,
                Path(state.answers),
                text,
                resolve(answers.secrets_used()),
                toolstack=state.toolstack if not state.host else None,
                work=root,
                resume=True,
                until=state.until,
                keep=True,
                needs_guest=True,
                subscribers=(show, asked),
            )
        )
    return report({**document, "add": supplement.lines}, asked, output)


def _state(root: Path) -> BuildState:
    if not (root / "state.json").is_file():
        raise UsageError(
            f"{root} is no build folder", kind="no-build", hint="name the folder that --work named"
        )
    return read_state(root / "state.json")


def _last_failure(root: Path) -> dict[str, Any]:
    """Why the build stopped, as its events tell it; empty where they do not."""
    failures = [event for event in read_events(root / "events.jsonl") if event.get("event") == "failure"]
    return failures[-1] if failures else {}


def _checked(text: str, own: Path) -> Answers:
    """The answers with what was given; what is wrong now is the command line's fault."""
    try:
        return load_content(text.encode(), own, context=None, for_build=True)
    except InvalidAnswers as error:
        problem = error.problems[0]
        raise UsageError(f"{problem.path}: {problem.message}", hint=problem.hint) from None


def _advise(supplement: Supplement, state: BuildState, output: Output) -> None:
    output.progress(f"so that the next build needs no help, add to {state.answers}:")
    for line in supplement.lines.splitlines():
        output.progress(f"    {line}")
