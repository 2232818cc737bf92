"""A press of keys: what is sent in one write, and what for."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

TAB = b"\t"
SPACE = b" "
RETURN = b"\r"
CLEAR = b"\x15"
REPAINT = b"\x0c"
REPAINT_SCREEN = b"\x01l"
"""GNU screen's own: Ctrl-A l."""


class Purpose(StrEnum):
    """What a press is for; it says how finished the dialog must be before it, and how its effect is judged."""

    MOVE = "move"
    TOGGLE = "toggle"
    CLEAR = "clear"
    TYPE = "type"
    REPAINT = "repaint"
    SUBMIT = "submit"


@dataclass(frozen=True, slots=True)
class Press:
    """Keys to be sent in one write, and what for. `text` is typed instead where it is given."""

    purpose: Purpose
    keys: bytes = b""
    text: str = field(default="", repr=False)
    secret: bool = False

    @property
    def escape(self) -> bool:
        """The keys are an escape sequence: with a byte lost it would be Escape, which is Go Back."""
        return self.keys.startswith(b"\x1b")


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The reply cannot be given on this dialog: no such row, no such button, or two alike."""

    why: str
    offered: tuple[str, ...] = ()
