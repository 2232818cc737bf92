"""What a failed build leaves to be looked at: the screen as text and picture, why, and what was said."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from autoinstall.build.folder import write_private
from autoinstall.process import Completed
from autoinstall.recording.asciicast import MARKER, OUTPUT, read_cast
from autoinstall.recording.mask import Masker
from autoinstall.recording.recorder import CONSOLE_CLOSED
from autoinstall.terminal.emulator import Terminal
from autoinstall.toolstack.refusals import ConsoleEnd, console_end

REPLAYED = 256 * 1024
"""Bytes of a recording's end from which the last screen is made; a whole paint is some 5 KiB."""

REFUSALS = (ConsoleEnd.IN_USE, ConsoleEnd.NOT_READY, ConsoleEnd.ABSENT)
REFUSAL_LINES = 3

CONSOLE_LOG = 256 * 1024
"""Bytes of the console's last words that console.log keeps."""

_CONTROL = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]"
    rb"|[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f]|\r(?=\n)"
)
_CELL_WIDTH, _CELL_HEIGHT, _MARGIN = 9, 18, 12


def last_output(cast: Path, longest: int) -> bytes:
    """The end of what a recorded console said; nothing where there is no recording."""
    if not cast.exists():
        return b""
    said = b"".join(event.data for event in read_cast(cast).events if event.code == OUTPUT)
    return said[-longest:]


def last_screen(cast: Path) -> tuple[str, ...]:
    """The rows of the guest's screen at the end of a recording (secrets are stars in it already).

    What a console's command said that was refused the console is no part of it.
    """
    consoles = _consoles(cast) if cast.exists() else ()
    said = b"".join(words for words in consoles if not _is_refusal(words))[-REPLAYED:]
    if not said:
        return ()
    terminal = Terminal(80, 24)
    terminal.feed(said)
    return tuple(printable(line) for line in terminal.snapshot().lines)


def _consoles(cast: Path) -> Iterator[bytes]:
    """What each attached console said, in turn."""
    said = b""
    for event in read_cast(cast).events:
        if event.code == OUTPUT:
            said += event.data
        elif event.code == MARKER and event.text == CONSOLE_CLOSED:
            yield said
            said = b""
    yield said


def _is_refusal(said: bytes) -> bool:
    text = said.decode("utf-8", "replace")
    return len(text.splitlines()) <= REFUSAL_LINES and console_end(text, None) in REFUSALS


def printable(line: str) -> str:
    """A row without anything that a terminal would obey."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in line)


def write_evidence(
    folder: Path, failure: dict[str, Any], cast: Path | None, commands: Iterable[Completed], masker: Masker
) -> None:
    """Write screen.txt, screen.svg, why.json, console.log and toolstack.log."""
    folder.mkdir(mode=0o700, exist_ok=True)
    screen = failure["screen"] or []
    write_private(folder / "screen.txt", "".join(f"{line}\n" for line in screen))
    write_private(folder / "screen.svg", screen_picture(screen))
    write_private(folder / "why.json", json.dumps(failure, indent=1, ensure_ascii=False) + "\n")
    said = _CONTROL.sub(b"", last_output(cast, CONSOLE_LOG)) if cast else b""
    write_private(folder / "console.log", said.decode("utf-8", "replace"))
    write_private(folder / "toolstack.log", "".join(_entry(done, masker) for done in commands))


def screen_picture(screen: Sequence[str]) -> str:
    """The screen as an SVG picture of plain text."""
    columns = max((len(line) for line in screen), default=80)
    width = columns * _CELL_WIDTH + 2 * _MARGIN
    height = max(len(screen), 1) * _CELL_HEIGHT + 2 * _MARGIN
    rows = "\n".join(
        f'<text x="{_MARGIN}" y="{_MARGIN + _CELL_HEIGHT * number + 14}" textLength="{len(line) * _CELL_WIDTH}"'
        f' xml:space="preserve">{escape(line)}</text>'
        for number, line in enumerate(screen)
        if line.strip()
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">\n'
        f'<rect width="100%" height="100%" fill="#1c1c2c"/>\n'
        f'<g fill="#e8e8e8" font-family="monospace" font-size="15">\n{rows}\n</g>\n</svg>\n'
    )


def _entry(done: Completed, masker: Masker) -> str:
    said = "".join(f"  {printable(line)}\n" for line in done.said.splitlines())
    return masker.text(f"$ {done.command_line}\n{said}  (exit status {done.status})\n")
