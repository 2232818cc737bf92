"""`autoinstall plan`: what a build would do; touches nothing."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from autoinstall.answers.answer import AcceptDefault, AnswerValue, SecretReference
from autoinstall.answers.model import Answers
from autoinstall.build.context import QEMU
from autoinstall.build.descriptions import descriptions
from autoinstall.build.domain_files import local_places
from autoinstall.build.folder import BuildFolder
from autoinstall.build.hosts import REHEARSAL
from autoinstall.build.places import state_path
from autoinstall.build.stage import STAGES
from autoinstall.cli.given_answers import NO_BUILD, check_or_raise, given_answers
from autoinstall.cli.output import Output

HIDDEN = "***"
SHOWN = {"default": True}


def run(arguments: argparse.Namespace, output: Output) -> int:
    answers = given_answers(arguments, for_build=True)
    check_or_raise(answers, output, needs_keyring=arguments.toolstack not in (None, REHEARSAL))
    document = _plan(answers, for_qemu=arguments.toolstack == QEMU)
    output.document(document)
    output.result(_lines(answers, document))
    return 0


def _plan(answers: Answers, *, for_qemu: bool) -> dict[str, Any]:
    folder = BuildFolder(state_path("builds") / f"{answers.name}-{NO_BUILD}")
    places = local_places(folder, [Path(medium) for medium in answers.machine.media])
    return {
        "result": "done",
        "name": answers.name,
        "stages": [{"name": stage, "state": "pending"} for stage in STAGES],
        "domains": descriptions(answers, NO_BUILD, places, for_qemu=for_qemu),
        "questions": [
            {"question": answer.name, "answer": _shown(answer.value), "at": str(answer.place)}
            for answer in answers.book.answers
        ],
    }


def _shown(value: AnswerValue) -> Any:
    if isinstance(value, SecretReference):
        return HIDDEN
    if isinstance(value, AcceptDefault):
        return SHOWN
    return list(value) if isinstance(value, tuple) else value


def _lines(answers: Answers, document: dict[str, Any]) -> list[str]:
    lines = [f"{answers.name}: {', '.join(STAGES)}", f"({NO_BUILD} stands for the build's id)"]
    for purpose, description in document["domains"].items():
        lines += ["", f"domain-{purpose}.cfg:", *("    " + line for line in description.splitlines())]
    lines += ["", "questions that would be answered:"]
    return lines + [f"    {asked['question']}: {_said(asked['answer'])}" for asked in document["questions"]]


def _said(answer: Any) -> str:
    if answer == SHOWN:
        return "(what is shown)"
    return ", ".join(answer) if isinstance(answer, list) else str(answer)
