"""What the two terminals can do, from their terminfo descriptions (padding left out)."""

from __future__ import annotations

from dataclasses import dataclass

from autoinstall.rehearsal.newt.model import Style


@dataclass(frozen=True)
class Capabilities:
    """Escape sequences by purpose; `%d` is a number, None means that the terminal has none.

    `insert_lines` and `delete_lines` take a count. `line_shapes` are the VT100 letters of the shapes that the
    alternate character set has. `erase_takes_background`: erased cells get the current background.
    `function_keys`: sequences beyond those of every terminal.
    """

    colours: bool
    enable_lines: bytes
    lines_on: bytes
    lines_off: bytes
    line_shapes: str
    show_cursor: bytes
    hide_cursor: bytes
    insert_lines: bytes | None
    delete_lines: bytes | None
    erase_takes_background: bool
    function_keys: tuple[bytes, ...]

    clear: bytes = b"\x1b[H\x1b[J"
    move: bytes = b"\x1b[%d;%dH"
    up: bytes = b"\x1b[A"
    forward: bytes = b"\x1b[%dC"
    scroll_region: bytes = b"\x1b[%d;%dr"
    reverse_index: bytes = b"\x1bM"
    erase_to_end: bytes = b"\x1b[K"
    erase_to_start: bytes = b"\x1b[1K"
    insert_on: bytes = b"\x1b[4h"
    insert_off: bytes = b"\x1b[4l"
    normal: bytes = b"\x1b[m\x0f"
    underline: bytes = b"\x1b[4m"
    bold: bytes = b"\x1b[1m"
    reverse: bytes = b"\x1b[7m"
    foreground: bytes = b"\x1b[3%dm"
    background: bytes = b"\x1b[4%dm"
    default_colours: bytes = b"\x1b[39;49m"


LINUX = Capabilities(
    colours=True,
    enable_lines=b"\x1b)0",
    lines_on=b"\x0e",
    lines_off=b"\x0f",
    line_shapes="+,-.0`afghijklmnopqrstuvwxyz{|}~",
    show_cursor=b"\x1b[?25h\x1b[?0c",
    hide_cursor=b"\x1b[?25l\x1b[?1c",
    insert_lines=b"\x1b[%dL",
    delete_lines=b"\x1b[%dM",
    erase_takes_background=True,
    function_keys=(),
)

VT102 = Capabilities(
    colours=False,
    enable_lines=b"\x1b(B\x1b)0",
    lines_on=b"\x0e",
    lines_off=b"\x0f",
    line_shapes="`afgjklmnopqrstuvwxyz{|}~",
    show_cursor=b"",
    hide_cursor=b"",
    insert_lines=None,
    delete_lines=None,
    erase_takes_background=False,
    function_keys=tuple(b"\x1bO" + letter.encode() for letter in "tuvlwx"),
)


def of_style(style: Style) -> Capabilities:
    """The terminal that a style is drawn for."""
    return VT102 if style is Style.VT102_C else LINUX
