"""A failure told to people and to machines: where, what was awaited, the screen, what to do next."""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping, Sequence
from typing import Any

from autoinstall.cli.output import printable, printable_lines
from autoinstall.errors import AutoinstallError, HostError, InvalidFileError

_PLACE = re.compile(r"(?P<file>[^\n]*?):(?P<line>\d+):(?P<column>\d+): (?P<message>.*)", re.DOTALL)


def failure_document(
    error: AutoinstallError, *, stage: str | None = None, next_command: str | None = None
) -> dict[str, Any]:
    """The `failure` of a JSON document (README, "JSON"). What the error does not know is null."""
    screen = getattr(error, "screen", None)
    return {
        "kind": error.kind,
        "exit": error.exit_code,
        "stage": stage,
        "awaited": getattr(error, "awaited", None) or None,
        "waited": getattr(error, "waited", None),
        "dialog": getattr(error, "dialog", None),
        "question": getattr(error, "question", None),
        "screen": list(screen) if screen else None,
        "message": error.message,
        "hint": error.hint,
        "host_said": error.host_said,
        "near_misses": list(getattr(error, "near_misses", ())),
        "proposal": getattr(error, "proposal", None),
        "next": next_command,
    }


def invalid_document(error: InvalidFileError) -> dict[str, Any]:
    """The document of any command whose input file is invalid: that of `validate --json`."""
    findings = getattr(error, "findings", None)
    if findings is not None:
        document: dict[str, Any] = findings.as_json()
        return document
    found = _PLACE.fullmatch(error.message)
    problem: dict[str, Any] = {
        "file": None,
        "line": None,
        "column": None,
        "path": "",
        "message": error.message,
    }
    if found:
        problem |= found.groupdict() | {"line": int(found["line"]), "column": int(found["column"])}
    return {"result": "invalid", "errors": [problem | {"hint": error.hint}], "warnings": []}


def failure_lines(failure: Mapping[str, Any]) -> list[str]:
    """A failure for people, out of its JSON."""
    lines = _first_lines(failure)
    lines += _awaited(failure)
    if failure.get("host_said"):
        lines += ["the host said:", *_indented(printable_lines(failure["host_said"]))]
    if failure.get("screen"):
        lines += screen_lines(failure["screen"])
    if failure.get("near_misses"):
        lines += ["nearly fitting, but not quite:", *_indented(map(printable, failure["near_misses"]))]
    if failure.get("proposal"):
        lines += [
            "these lines in the answers file would answer it:",
            *_indented(failure["proposal"].splitlines()),
        ]
    if failure.get("answer"):
        lines.append(f"answer it in this build alone: {printable(failure['answer'])}")
    if failure.get("hint"):
        lines.append(f"hint: {printable(failure['hint'])}")
    if failure.get("next"):
        lines.append(f"next: {printable(failure['next'])}")
    return lines


def screen_lines(screen: Sequence[str], heading: str = "the last screen:") -> list[str]:
    """A guest's screen in a frame; empty rows at its end are left out."""
    rows = [printable(row.rstrip()) for row in screen]
    while rows and not rows[-1]:
        rows.pop()
    width = max((len(row) for row in rows), default=0)
    edge = "+" + "-" * (width + 2) + "+"
    return [heading, edge, *(f"| {row.ljust(width)} |" for row in rows), edge]


def _first_lines(failure: Mapping[str, Any]) -> list[str]:
    stage = f" in stage {failure['stage']}" if failure.get("stage") else ""
    first, *more = printable_lines(failure["message"]) or [""]
    if _PLACE.fullmatch(failure["message"]):
        return [first, *more]
    return [f"error{stage}: {first}", *more]


def _awaited(failure: Mapping[str, Any]) -> list[str]:
    if not failure.get("awaited"):
        return []
    waited = round(failure.get("waited") or 0.0, 1)
    seconds = f", for {waited} s" if waited else ""
    lines = [f"awaited: {printable(failure['awaited'])}{seconds}"]
    dialog = failure.get("dialog")
    if dialog:
        name = f" ({printable(dialog['question'])})" if dialog.get("question") else ""
        lines.append(f"dialog: {printable(dialog.get('title') or '')}{name}")
    return lines


def _indented(lines: Any) -> list[str]:
    return [f"    {line}" for line in lines]


def from_the_system(error: OSError) -> AutoinstallError | None:
    """What an operating system's error means where it is nobody's mistake; None where it is a bug."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return HostError(
            f"the disk is full: {error.filename or error.strerror}",
            kind="disk-full",
            hint="make room, then go on with --resume",
        )
    if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN):
        return HostError(
            f"this machine has no more room for us: {error.strerror}",
            kind="resources",
            hint="end other programs, or raise the limits (ulimit), and try again",
        )
    return None
