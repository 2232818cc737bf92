"""A progress bar: colour only, with the percentage written over it."""

from __future__ import annotations

from autoinstall.rehearsal.newt.palette import Part
from autoinstall.rehearsal.newt.widgets.widget import Widget
from autoinstall.rehearsal.newt.windows import Desktop


class Scale(Widget):
    """How much of 100 is done."""

    def __init__(self, desktop: Desktop, left: int, top: int, width: int) -> None:
        super().__init__(desktop, left, top, width)
        self._percent = 0

    def set_percent(self, percent: int) -> None:
        """Show another percentage, 0 to 100."""
        percent = max(min(percent, 100), 0)
        if percent != self._percent:
            self._percent = percent
            self.draw()

    def draw(self) -> None:
        """Colour the done part and leave the pen at the percentage."""
        if not self.mapped:
            return
        before = (self.width - 4) // 2
        text = f"{self._percent:3d}%".rjust(before + 4).ljust(self.width)
        done = self.width * self._percent // 100
        self.desktop.go_to(self.top, self.left)
        self.desktop.screen.part = Part.FULL_SCALE
        self.desktop.screen.write(text[:done])
        self.desktop.screen.part = Part.EMPTY_SCALE
        self.desktop.screen.write(text[done:])
        self.desktop.go_to(self.top, self.left + before)
