"""Text of several lines, which can be scrolled where it is higher than its place."""

from __future__ import annotations

from collections.abc import Sequence

from autoinstall.rehearsal.newt.keys import Key
from autoinstall.rehearsal.newt.palette import Part
from autoinstall.rehearsal.newt.widgets.widget import Obeyed, Widget
from autoinstall.rehearsal.newt.windows import Desktop


class TextBox(Widget):
    """Wrapped lines. One that scrolls takes the focus; nothing but the cursor shows it, and no bar is drawn."""

    def __init__(
        self, desktop: Desktop, left: int, top: int, width: int, height: int, *, scrolls: bool = False
    ) -> None:
        super().__init__(desktop, left, top, width, height)
        self._lines: list[str] = []
        self._first = 0
        self.takes_focus = scrolls

    def set_lines(self, lines: Sequence[str]) -> None:
        """Show other lines; what the old ones covered is not wiped."""
        self._lines = list(lines)
        self._first = 0
        self.draw()

    def draw(self) -> None:
        """Write the visible lines and leave the pen at the first."""
        if not self.mapped:
            return
        self.desktop.screen.part = Part.TEXTBOX
        for row, line in enumerate(self._lines[self._first : self._first + self.height]):
            self.desktop.go_to(self.top + row, self.left)
            self.desktop.screen.write_padded(line, self.width)
        self.desktop.go_to(self.top, self.left)

    def focus(self) -> None:
        """Put the pen here."""
        self.draw()

    def unfocus(self) -> None:
        """Draw it once more, as newt does."""
        self.draw()

    def obey(self, key: int) -> Obeyed:
        """Scroll by a line or by a page."""
        steps = {Key.UP: -1, Key.DOWN: 1, Key.PAGE_UP: -self.height, Key.PAGE_DOWN: self.height}
        if key not in steps:
            return Obeyed.IGNORED
        last = max(len(self._lines) - self.height, 0)
        self._first = max(min(self._first + steps[Key(key)], last), 0)
        self.draw()
        return Obeyed.SWALLOWED
