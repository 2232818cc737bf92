"""`autoinstall rehearse`: a build against a simulated host, and what was asked in it."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from autoinstall import process
from autoinstall.build.hosts import REHEARSAL
from autoinstall.build.rehearsal_host import Mischief
from autoinstall.cli.asked import Asked
from autoinstall.cli.build import build, report
from autoinstall.cli.output import Output, table
from autoinstall.errors import HostError, UsageError

NOTHING = "-"


def run(arguments: argparse.Namespace, output: Output) -> int:
    if arguments.faults:
        return _list_faults(output)
    if arguments.answers is None:
        raise UsageError(
            "rehearse needs an answers file", hint="autoinstall rehearse ANSWERS, or rehearse --faults"
        )
    asked = Asked()
    document = build(arguments, output, REHEARSAL, Mischief(arguments.fault, arguments.seed), asked)
    document |= {"asked": asked.rows, "never_used": list(asked.never_used)}
    if asked.rows:
        output.result(table(("asked", "answered", "keys", "again", "by"), list(map(_row, asked.rows))))
    return report(document, asked, output)


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
