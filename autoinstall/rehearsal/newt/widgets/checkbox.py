"""A box to tick: `[*] Text`."""

from __future__ import annotations

from collections.abc import Callable

from autoinstall.rehearsal.newt.keys import ENTER, SPACE
from autoinstall.rehearsal.newt.palette import Part
from autoinstall.rehearsal.newt.widgets.widget import Obeyed, Widget
from autoinstall.rehearsal.newt.windows import Desktop


class CheckBox(Widget):
    """Ticked and unticked by Space; `on_change` is told, and `enter_leaves` says whether Enter leaves the form."""

    takes_focus = True

    def __init__(
        self,
        desktop: Desktop,
        left: int,
        top: int,
        text: str,
        *,
        ticked: bool = False,
        enter_leaves: bool = False,
        on_change: Callable[[bool], None] | None = None,
    ) -> None:
        super().__init__(desktop, left, top, desktop.charset.width(text) + 4)
        self._text = text
        self.ticked = ticked
        self._focused = False
        self._enter_leaves = enter_leaves
        self._on_change = on_change

    def draw(self) -> None:
        """Write box, text and tick and leave the pen at the text."""
        if not self.mapped:
            return
        screen = self.desktop.screen
        screen.part = Part.CHECKBOX
        self.desktop.go_to(self.top, self.left)
        screen.write("[ ] " + self._text)
        if self._focused:
            screen.part = Part.ACTIVE_CHECKBOX
        self.desktop.go_to(self.top, self.left + 1)
        screen.write("*" if self.ticked else " ")
        self.desktop.go_to(self.top, self.left + 4)

    def focus(self) -> None:
        """Show that Space ticks it now."""
        self._focused = True
        self.draw()

    def unfocus(self) -> None:
        """Show that it does not."""
        self._focused = False
        self.draw()

    def obey(self, key: int) -> Obeyed:
        """Space ticks and unticks."""
        if key == SPACE:
            self.ticked = not self.ticked
            self.draw()
            if self._on_change:
                self._on_change(self.ticked)
            return Obeyed.SWALLOWED
        return Obeyed.LEAVE if key == ENTER and self._enter_leaves else Obeyed.IGNORED
