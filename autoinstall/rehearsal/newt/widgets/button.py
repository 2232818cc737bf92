"""A button, and a line of text."""

from __future__ import annotations

from autoinstall.rehearsal.newt.keys import ENTER, SPACE
from autoinstall.rehearsal.newt.palette import Part
from autoinstall.rehearsal.newt.widgets.widget import Obeyed, Widget
from autoinstall.rehearsal.newt.windows import Desktop


class Button(Widget):
    """`<Text>`, pressed by Enter or Space."""

    takes_focus = True

    def __init__(self, desktop: Desktop, left: int, top: int, text: str) -> None:
        super().__init__(desktop, left, top, desktop.charset.width(text) + 3)
        self._text = text

    def draw(self) -> None:
        """Draw it without the focus, as a form does before it gives the focus to one of its widgets."""
        self._draw(Part.BUTTON)

    def focus(self) -> None:
        """Show it as the one that Enter presses."""
        self._draw(Part.FOCUSED_BUTTON)

    def unfocus(self) -> None:
        """Show it as one among others."""
        self._draw(Part.BUTTON)

    def _draw(self, part: Part) -> None:
        if self.mapped:
            self.desktop.screen.part = part
            self.desktop.go_to(self.top, self.left + 1)
            self.desktop.screen.write(f"<{self._text}>")
            self.desktop.go_to(self.top, self.left + 2)

    def obey(self, key: int) -> Obeyed:
        """Enter and Space leave the form."""
        return Obeyed.LEAVE if key in (ENTER, SPACE) else Obeyed.IGNORED


class Label(Widget):
    """A heading."""

    def __init__(self, desktop: Desktop, left: int, top: int, text: str) -> None:
        super().__init__(desktop, left, top, desktop.charset.width(text))
        self._text = text

    def draw(self) -> None:
        """Write the text."""
        if self.mapped:
            self.desktop.screen.part = Part.LABEL
            self.desktop.go_to(self.top, self.left)
            self.desktop.screen.write(self._text)
