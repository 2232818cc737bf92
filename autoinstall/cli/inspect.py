"""`autoinstall inspect`: the dialogs and lifecycle events of a recording."""

from __future__ import annotations

import argparse
from typing import Any

from autoinstall.cli.given_recording import given_session
from autoinstall.cli.output import Output, table
from autoinstall.sessions.session import RecordedDialog, Session


def run(arguments: argparse.Namespace, output: Output) -> int:
    session = given_session(arguments.recording, arguments.catalogue)
    output.document({"result": "done", **session.document})
    output.result(_lines(session))
    return 0


def _lines(session: Session) -> list[str]:
    """What happened, in its order: dialogs with their answers, and the events between them."""
    rows = [(one.at, f"-- {one.event}", "", "") for one in session.events]
    rows += [(one.at, _called(one), one.dialog.title, _answer(one)) for one in session.dialogs]
    rows.sort(key=lambda row: row[0])
    heads = ("at", "question or event", "title", "answer")
    asked = sum(one.answer is not None for one in session.dialogs)
    return [
        *table(heads, [(f"{at:.1f}", *rest) for at, *rest in rows]),
        f"{session.width}x{session.height}, {session.duration:.1f} s, {session.bytes} bytes: "
        f"{len(session.dialogs)} dialogs, {asked} of them answered",
    ]


def _called(dialog: RecordedDialog) -> str:
    return dialog.name or f"({dialog.document['kind']})"


def _answer(dialog: RecordedDialog) -> str:
    answer: Any = dialog.answer
    if answer is None:
        return ""
    if isinstance(answer, tuple):
        return "[" + ", ".join(answer) + "]"
    return str(answer).lower() if isinstance(answer, bool) else repr(answer)
