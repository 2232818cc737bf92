"""A vertical scroll bar: arrows, a checkered track, and a thumb."""

from __future__ import annotations

from autoinstall.rehearsal.newt.palette import Part
from autoinstall.rehearsal.newt.screen import BLOCK, CHECKERBOARD, DOWN_ARROW, UP_ARROW
from autoinstall.rehearsal.newt.widgets.widget import Widget
from autoinstall.rehearsal.newt.windows import Desktop


class ScrollBar(Widget):
    """Shows how far something is scrolled; it takes no keys."""

    def __init__(self, desktop: Desktop, left: int, top: int, height: int, part: Part) -> None:
        super().__init__(desktop, left, top, 1, height)
        self._part = part
        self._arrows = height >= 2
        self._thumb = 1 if self._arrows else 0

    def set_position(self, position: int, total: int) -> None:
        """Move the thumb to `position` of `total`."""
        span = self.height - (3 if self._arrows else 1)
        thumb = int(position * span / (total or 1)) + (1 if self._arrows else 0)
        if thumb != self._thumb:
            self._draw_at(self._thumb, CHECKERBOARD)
            self._thumb = thumb
            self._draw_at(self._thumb, BLOCK)

    def draw(self) -> None:
        """Draw the track, its arrows, and the thumb."""
        track = [CHECKERBOARD] * self.height
        if self._arrows:
            track[0], track[-1] = UP_ARROW, DOWN_ARROW
        for row, shape in enumerate(track):
            self._draw_at(row, shape)
        self._draw_at(self._thumb, BLOCK)

    def _draw_at(self, row: int, shape: str) -> None:
        if self.mapped:
            self.desktop.go_to(self.top + row, self.left)
            self.desktop.screen.part = self._part
            self.desktop.screen.draw(shape)
