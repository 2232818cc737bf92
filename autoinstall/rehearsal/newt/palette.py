"""The colours of newt's parts, as terminal attributes: newt's own palette and its monochrome stand-in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum, IntFlag, auto
from typing import NamedTuple


class Part(IntEnum):
    """What a cell belongs to; NORMAL is the bare terminal."""

    NORMAL = 0
    ROOT = auto()
    BORDER = auto()
    WINDOW = auto()
    SHADOW = auto()
    TITLE = auto()
    CHECKBOX = auto()
    ACTIVE_CHECKBOX = auto()
    ENTRY = auto()
    LABEL = auto()
    LISTBOX = auto()
    SELECTED_ITEM = auto()
    FOCUSED_ITEM = auto()
    TEXTBOX = auto()
    HELP_LINE = auto()
    EMPTY_SCALE = auto()
    FULL_SCALE = auto()
    BUTTON = auto()
    FOCUSED_BUTTON = auto()


class Rendition(IntFlag):
    """What is switched on and off besides colours; LINES is the alternate character set."""

    NONE = 0
    UNDERLINE = auto()
    BOLD = auto()
    REVERSE = auto()
    LINES = auto()


class Attributes(NamedTuple):
    """How a cell looks: ANSI colour numbers and rendition."""

    foreground: int
    background: int
    rendition: Rendition


BLACK, RED, _GREEN, _BROWN, BLUE, _MAGENTA, _CYAN, GRAY = range(8)
WHITE = 8 + GRAY
"""Bright white: eight colours have it as bold gray."""


def _coloured(foreground: int, background: int) -> Attributes:
    bold = Rendition.BOLD if foreground >= 8 else Rendition.NONE
    return Attributes(foreground % 8, background, bold)


_COLOURS: dict[Part, Attributes] = {
    Part.NORMAL: _coloured(GRAY, BLACK),
    Part.ROOT: _coloured(WHITE, BLUE),
    Part.BORDER: _coloured(BLACK, GRAY),
    Part.WINDOW: _coloured(BLACK, GRAY),
    Part.SHADOW: _coloured(WHITE, BLACK),
    Part.TITLE: _coloured(RED, GRAY),
    Part.CHECKBOX: _coloured(GRAY, BLUE),
    Part.ACTIVE_CHECKBOX: _coloured(GRAY, RED),
    Part.ENTRY: _coloured(GRAY, BLUE),
    Part.LABEL: _coloured(BLUE, GRAY),
    Part.LISTBOX: _coloured(BLACK, GRAY),
    Part.SELECTED_ITEM: _coloured(GRAY, BLUE),
    Part.FOCUSED_ITEM: _coloured(GRAY, RED),
    Part.TEXTBOX: _coloured(BLACK, GRAY),
    Part.HELP_LINE: _coloured(WHITE, BLUE),
    Part.EMPTY_SCALE: _coloured(WHITE, BLUE),
    Part.FULL_SCALE: _coloured(WHITE, RED),
    Part.BUTTON: _coloured(BLACK, GRAY),
    Part.FOCUSED_BUTTON: _coloured(GRAY, RED),
}

_ON_ERROR = {Part.ROOT: _coloured(WHITE, RED), Part.HELP_LINE: _coloured(WHITE, RED)}

_RENDITIONS = {
    Part.ACTIVE_CHECKBOX: Rendition.REVERSE,
    Part.SELECTED_ITEM: Rendition.REVERSE,
    Part.FOCUSED_ITEM: Rendition.REVERSE | Rendition.BOLD,
    Part.FOCUSED_BUTTON: Rendition.REVERSE,
    Part.EMPTY_SCALE: Rendition.UNDERLINE,
    Part.FULL_SCALE: Rendition.UNDERLINE | Rendition.REVERSE,
}


class Mood(Enum):
    """Errors have a red root; all else is equal."""

    USUAL = auto()
    ERROR = auto()


@dataclass(frozen=True)
class Palette:
    """The attributes of every part; `colours` says whether the terminal has any."""

    colours: bool
    attributes: Mapping[Part, Attributes]

    def looks_bare(self, part: Part) -> bool:
        """Whether a blank of this part looks as a cell that nothing was ever written to."""
        return self.attributes[part] == self.attributes[Part.NORMAL]


def palette(colours: bool, mood: Mood) -> Palette:
    """The palette for a terminal with or without colours; without, moods cannot be told apart."""
    if not colours:
        plain = {part: Attributes(GRAY, BLACK, _RENDITIONS.get(part, Rendition.NONE)) for part in Part}
        return Palette(False, plain)
    return Palette(True, {**_COLOURS, **(_ON_ERROR if mood is Mood.ERROR else {})})
