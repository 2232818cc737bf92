"""One character cell of the virtual screen."""

from __future__ import annotations

from typing import NamedTuple

from autoinstall.rehearsal.newt.palette import Palette, Part, Rendition


class Cell(NamedTuple):
    """`text` is one character with its combining marks, or empty for the right half of a wide one.

    `lines`: the character is taken from the alternate character set.
    """

    text: str
    part: Part
    lines: bool = False


BLANK = Cell(" ", Part.NORMAL)


def look_equal(one: Cell, other: Cell, palette: Palette) -> bool:
    """Whether the terminal would show the same for both."""
    if one == other or not (one.text or other.text):
        return True
    return (
        one.text == other.text
        and one.lines == other.lines
        and palette.attributes[one.part] == palette.attributes[other.part]
    )


def is_bare_blank(cell: Cell, palette: Palette) -> bool:
    """Whether the cell looks as after the screen was cleared."""
    return cell.text == " " and palette.looks_bare(cell.part)


def erasable(cell: Cell, palette: Palette) -> bool:
    """Whether erasing in the cell's colours gives this cell: a blank without rendition, where colours are."""
    return cell.text == " " and palette.colours and palette.attributes[cell.part].rendition == Rendition.NONE
