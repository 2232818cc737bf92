"""`autoinstall rehearse`: a build against a simulated host, and what was asked in it."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from autoinstall import process
from autoinstall.build.hosts import REHEARSAL
from autoinstall.build.rehearsal_host import Mischief
from autoinstall.build.stages.install import InstallStage
from autoinstall.cli.asked import Asked
from autoinstall.cli.build import build, report
from autoinstall.cli.given_recording import given_session
from autoinstall.cli.output import Output, table
from autoinstall.dialog.model import Kind
from autoinstall.errors import HostError, JobError, UsageError

NOTHING = "-"


def run(arguments: argparse.Namespace, output: Output) -> int:
    if arguments.faults:
        return _list_faults(output)
    if arguments.answers is None:
        raise UsageError(
            "rehearse needs an answers file", hint="autoinstall rehearse ANSWERS, or rehearse --faults"
        )
    asked = Asked()
    session = _session(arguments.recording)
    if session and not arguments.until:
        arguments.until = InstallStage.name
    mischief = Mischief(arguments.fault, arguments.seed, session)
    document = build(arguments, output, REHEARSAL, mischief, asked)
    document |= {"asked": asked.rows, "never_used": list(asked.never_used)}
    if asked.rows:
        output.result(table(("asked", "answered", "keys", "again", "by"), list(map(_row, asked.rows))))
    return report(document, asked, output)


def _session(path: Path | None) -> str | None:
    """The dialogs of a recording that somebody answered, and the progress between them, for the rehearsal to ask."""
    if path is None:
        return None
    dialogs = [
        one.document
        for one in given_session(path, None).dialogs
        if not one.recognition.prelude and (one.answer is not None or one.dialog.kind is Kind.PROGRESS)
    ]
    if not dialogs:
        raise JobError(
            f"{path} has no dialog that was answered: there is nothing to rehearse",
            kind="nothing-answered",
            hint=f"autoinstall inspect {path} shows what it holds",
        )
    return json.dumps(dialogs, ensure_ascii=False)


def _row(row: dict[str, Any]) -> tuple[str, ...]:
    answer = row["answer"]
    if isinstance(answer, list):
        answer = ", ".join(answer)
    elif isinstance(answer, bool):
        answer = str(answer).lower()
    again = str(row["retyped"]) if row["retyped"] else ""
    asked = row["question"] or row["title"]
    return (asked, NOTHING if answer is None else str(answer), str(row["presses"]), again, row["why"])


def _list_faults(output: Output) -> int:
    """What the rehearsal itself says of its faults: it is a program of its own."""
    argv = (sys.executable, "-m", "autoinstall.rehearsal", "faults", *(["--json"] if output.as_json else []))
    done = process.run(argv)
    if done.status:
        raise HostError("the rehearsal does not tell its faults", kind="rehearsal", host_said=done.said)
    if output.as_json:
        output.document(json.loads(done.stdout))
    output.result(done.stdout.splitlines())
    return 0
