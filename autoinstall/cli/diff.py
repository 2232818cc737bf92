"""`autoinstall diff`: two recorded sessions, dialog by dialog."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from autoinstall.cli.given_recording import given_session
from autoinstall.cli.output import Output
from autoinstall.sessions.comparing import Change, Difference, compare


def run(arguments: argparse.Namespace, output: Output) -> int:
    before = given_session(arguments.before, arguments.catalogue)
    now = given_session(arguments.after, arguments.catalogue)
    differences = compare(before.dialogs, now.dialogs)
    result = "different" if differences else "same"
    output.document({"result": result, "changes": [one.document for one in differences]})
    output.result(
        [line for one in differences for line in _lines(one)] or ["the same dialogs, the same answers"]
    )
    return 0


def _lines(difference: Difference) -> Iterator[str]:
    dialog = difference.now or difference.before or {}
    place = f" after {difference.after}" if difference.after else " at the beginning"
    called = dialog["question"] or f"{dialog['title']}: {dialog['prompt'] or ''}"
    yield f"{difference.change}{place if difference.change is not Change.CHANGED else ''}: {called}"
    if difference.change is Change.CHANGED and difference.before and difference.now:
        for name in difference.fields:
            yield f"    {name}: {_told(difference.before[name])} -> {_told(difference.now[name])}"
    elif dialog["answer"] is not None:
        yield f"    answered with {_told(dialog['answer'])}"


def _told(value: Any) -> str:
    return "none" if value is None else repr(value)
