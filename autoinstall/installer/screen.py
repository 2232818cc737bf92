"""The screen as text for people: no secret in it, no control character."""

from __future__ import annotations

from collections.abc import Iterable

from autoinstall.answers.secret import Secret
from autoinstall.terminal.snapshot import Snapshot


def starred_lines(snapshot: Snapshot, secrets: Iterable[Secret]) -> tuple[str, ...]:
    """The rows of the screen; where a secret's text stands in them, or a part of it at a row's end, stars do."""
    lines = list(snapshot.lines)
    for secret in secrets:
        text = secret.reveal()
        if text:
            lines = [line.replace(text, "*" * len(text)) for line in lines]
    return tuple(
        "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in line) for line in lines
    )
