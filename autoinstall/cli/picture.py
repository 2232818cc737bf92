"""What happens now, as a picture on a terminal: the stage, the time, and the guest's screen."""

from __future__ import annotations

from itertools import groupby

from rich.panel import Panel
from rich.style import Style
from rich.text import Text

from autoinstall.cli.output import printable
from autoinstall.terminal.snapshot import Cell, Row, Snapshot

_RICH_NAMES = {"brown": "yellow", "brightbrown": "bright_yellow"}
_COLOURS = ("black", "red", "green", "brown", "blue", "magenta", "cyan", "white")


def picture(heading: str, seconds: float, snapshot: Snapshot | None) -> Panel:
    """The guest's screen in a frame under a heading; nothing in it can act on the user's terminal."""
    minutes, rest = divmod(int(seconds), 60)
    body = Text("\n", no_wrap=True, overflow="crop").join(map(_row, snapshot.rows)) if snapshot else Text("")
    width = len(snapshot.rows[0].cells) + 4 if snapshot else None
    return Panel(body, title=Text(f"{heading}  {minutes}:{rest:02d}"), title_align="left", width=width)


def _row(row: Row) -> Text:
    text = Text(no_wrap=True, overflow="crop")
    for style, cells in groupby(row.cells, key=_style):
        text.append(printable("".join(cell.text for cell in cells)), style)
    return text


def _style(cell: Cell) -> Style:
    return Style(
        color=_colour(cell.foreground), bgcolor=_colour(cell.background), bold=cell.bold, reverse=cell.reverse
    )


def _colour(name: str) -> str | None:
    """The emulator's name of a colour as rich calls it; None (the terminal's own) for all others."""
    bright, base = name.startswith("bright"), name.removeprefix("bright")
    if base not in _COLOURS:
        return None
    return _RICH_NAMES.get(name, f"bright_{base}" if bright else base)
