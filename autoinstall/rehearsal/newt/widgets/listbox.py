"""A list of which one item is selected; Enter answers with it."""

from __future__ import annotations

from collections.abc import Sequence

from autoinstall.rehearsal.newt.keys import ENTER, Key
from autoinstall.rehearsal.newt.palette import Part
from autoinstall.rehearsal.newt.widgets.scrollbar import ScrollBar
from autoinstall.rehearsal.newt.widgets.widget import Obeyed, Widget
from autoinstall.rehearsal.newt.windows import Desktop

_LEAST_WIDTH = 5
_BAR_WIDTH = 3


class ListBox(Widget):
    """`items` over `height` rows, with a scroll bar where there are more items than rows."""

    takes_focus = True

    def __init__(self, desktop: Desktop, left: int, top: int, height: int, items: Sequence[str]) -> None:
        scrolls = len(items) > height
        self._item_width = max(desktop.charset.widest(items), _LEAST_WIDTH)
        width = self._item_width + (_BAR_WIDTH if scrolls else 0)
        super().__init__(desktop, left, top, width, height)
        self._items = list(items)
        self.selected = 0
        self._first = 0
        self._focused = False
        bar_left = left + width - 1
        self._bar = ScrollBar(desktop, bar_left, top, height, Part.LISTBOX) if scrolls else None

    def select(self, index: int) -> None:
        """Select an item, scrolled into view."""
        self.selected = max(min(index, len(self._items) - 1), 0)
        if self.selected < self._first:
            self._first = self.selected
        elif self.selected > self._first + self.height - 1:
            self._first = self.selected - self.height + 1
        self._show()

    @property
    def _last_first(self) -> int:
        return max(len(self._items) - self.height, 0)

    def map(self, mapped: bool) -> None:
        """Say whether it is visible, bar and all."""
        super().map(mapped)
        if self._bar:
            self._bar.map(mapped)

    def _show(self) -> None:
        if self._bar:
            self._bar.set_position(self.selected + 1, len(self._items))
        self.draw()

    def draw(self) -> None:
        """Write the visible items and leave the pen at the selected one."""
        if not self.mapped:
            return
        if self._bar:
            self._bar.draw()
        for row, item in enumerate(self._items[self._first : self._first + self.height]):
            self.desktop.go_to(self.top + row, self.left)
            self.desktop.screen.part = self._part_of(self._first + row)
            self.desktop.screen.write_padded(item, self._item_width)
        self.desktop.go_to(self.top + self.selected - self._first, self.left)

    def _part_of(self, index: int) -> Part:
        if index != self.selected:
            return Part.LISTBOX
        return Part.FOCUSED_ITEM if self._focused else Part.SELECTED_ITEM

    def focus(self) -> None:
        """Show that the keys move the selection now."""
        self._focused = True
        self.draw()

    def unfocus(self) -> None:
        """Show that they do not."""
        self._focused = False
        self.draw()

    def obey(self, key: int) -> Obeyed:
        """Move the selection; Enter leaves the form."""
        if key == ENTER:
            return Obeyed.LEAVE
        if key in (Key.UP, Key.DOWN):
            self._step(1 if key == Key.DOWN else -1)
        elif key == Key.HOME:
            self.select(0)
        elif key in (Key.END, Key.PAGE_UP, Key.PAGE_DOWN):
            self._leap(Key(key))
        elif key < 0x80 and chr(key).isalpha():
            return self._seek(chr(key))
        else:
            return Obeyed.IGNORED
        return Obeyed.SWALLOWED

    def _step(self, step: int) -> None:
        if 0 <= self.selected + step < len(self._items):
            self.select(self.selected + step)

    def _leap(self, key: Key) -> None:
        if key is Key.END:
            self._first, self.selected = self._last_first, len(self._items) - 1
        elif key is Key.PAGE_DOWN:
            self._first = min(self._first + self.height, self._last_first)
            self.selected = min(self.selected + self.height, len(self._items) - 1)
        else:
            self._first = max(self._first - self.height + 1, 0)
            self.selected = max(self.selected - self.height + 1, 0)
        self._show()

    def _seek(self, initial: str) -> Obeyed:
        """Select the next item with this initial: from the top, but after the selected one if that has it too."""
        matching = [i for i, item in enumerate(self._items) if item[:1].upper() == initial.upper()]
        if self.selected in matching:
            matching = [i for i in matching if i > self.selected]
        if not matching:
            return Obeyed.IGNORED
        self.selected = matching[0]
        if self.selected != self._first:
            self._first = min(self.selected, self._last_first)
        self._show()
        return Obeyed.SWALLOWED
