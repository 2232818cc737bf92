"""Several widgets of which one has the focus, and the keys that move it."""

from __future__ import annotations

from autoinstall.rehearsal.newt.keys import TAB, Key
from autoinstall.rehearsal.newt.palette import Part
from autoinstall.rehearsal.newt.widgets.scrollbar import ScrollBar
from autoinstall.rehearsal.newt.widgets.widget import Obeyed, Widget
from autoinstall.rehearsal.newt.windows import Desktop

_AROUND = {TAB: 1, Key.BACK_TAB: -1}
_ALONG = {Key.UP: -1, Key.LEFT: -1, Key.BACKSPACE: -1, Key.DOWN: 1, Key.RIGHT: 1}
_BY_PAGE = {Key.PAGE_UP: -1, Key.PAGE_DOWN: 1}


class Form(Widget):
    """Widgets in the order of their focus; one of a fixed height scrolls, and can itself lie in a form."""

    def __init__(
        self,
        desktop: Desktop,
        widgets: list[Widget],
        *,
        height: int | None = None,
        bar: ScrollBar | None = None,
        part: Part = Part.WINDOW,
    ) -> None:
        super().__init__(desktop, -1, -1, 0, height or 0)
        self._widgets = widgets
        self._fixed_height = height
        self._bar = bar
        self._part = part
        self._scrolled = 0
        self._rows = 0
        self.takes_focus = bool(widgets)
        self._current = next((i for i, widget in enumerate(widgets) if widget.takes_focus), -1)
        self.left_by: Widget | None = None

    def set_current(self, widget: Widget) -> None:
        """Give a widget the focus before the form is drawn."""
        self._focus_on(self._widgets.index(widget))

    def _focus_on(self, index: int) -> None:
        if self._current >= 0:
            self._widgets[self._current].unfocus()
        self._current = index
        if index >= 0:
            self._widgets[index].focus()

    def focus(self) -> None:
        """Give the focus on to the widget that had it last."""
        self._widgets[self._current].focus()

    def unfocus(self) -> None:
        """Take the focus from that widget."""
        self._widgets[self._current].unfocus()

    def place(self, left: int, top: int) -> None:
        """Move it, widgets and all."""
        for widget in self._widgets:
            widget.place(widget.left + left - self.left, widget.top + top - self.top)
        super().place(left, top)

    def draw(self) -> None:
        """Blank its place and draw all widgets that are in view."""
        self._measure()
        self.desktop.clear_box(self.left, self.top, self.width, self.height, self._part)
        for widget in self._widgets:
            visible = self._in_view(widget)
            widget.map(visible)
            if visible:
                widget.draw()
        if self._bar:
            self._bar.set_position(self._scrolled, self._rows - self.height)

    def refocus(self) -> None:
        """Show the focus after the form was drawn."""
        self._focus_on(self._current if self._current >= 0 else 0)

    def _measure(self) -> None:
        for widget in self._widgets:
            if isinstance(widget, Form):
                widget._measure()
        self.left = min(widget.left for widget in self._widgets)
        top = min(widget.top for widget in self._widgets)
        self.width = max(widget.left + widget.width for widget in self._widgets) - self.left
        self._rows = max(widget.top + widget.height for widget in self._widgets) - top
        self.height = self._fixed_height or self._rows
        self.top = top + self._scrolled

    def _in_view(self, widget: Widget) -> bool:
        return self.top <= widget.top and widget.top + widget.height <= self.top + self.height

    def _scroll(self, lines: int) -> None:
        target = max(min(self._scrolled + lines, self._rows - self.height), 0)
        for widget in self._widgets:
            widget.place(widget.left, widget.top + self._scrolled - target)
        self._scrolled = target

    def handle(self, key: int) -> Obeyed:
        """Take a key as the outermost form: Tab first, then the focused widget, then the arrows that it left."""
        if key in _AROUND:
            self._go_around(_AROUND[key])
            return Obeyed.SWALLOWED
        obeyed = self.obey(key)
        return self.obey_late(key) if obeyed is Obeyed.IGNORED else obeyed

    def obey(self, key: int) -> Obeyed:
        """Let the focused widget have the key."""
        widget = self._widgets[self._current]
        obeyed = widget.obey(key)
        if obeyed is Obeyed.LEAVE:
            self.left_by = widget
        return obeyed

    def obey_late(self, key: int) -> Obeyed:
        """Move the focus by a key that the focused widget has no use for."""
        obeyed = self._widgets[self._current].obey_late(key)
        if obeyed is not Obeyed.IGNORED:
            return obeyed
        if key in _ALONG:
            self._go_along(_ALONG[Key(key)])
        elif key in _BY_PAGE:
            self._go_by_page(_BY_PAGE[Key(key)])
        else:
            return Obeyed.IGNORED
        return Obeyed.SWALLOWED

    def _go_around(self, step: int) -> None:
        index = self._current
        while True:
            index = (index + step) % len(self._widgets)
            if index == self._current:
                return
            if self._widgets[index].takes_focus:
                break
        self._bring_to_view(index, step)

    def _go_along(self, step: int) -> None:
        index = self._current + step
        while 0 <= index < len(self._widgets):
            if self._widgets[index].takes_focus:
                self._bring_to_view(index, step)
                return
            index += step

    def _go_by_page(self, step: int) -> None:
        index = max(min(self._current + step * self.height, len(self._widgets) - 1), 0)
        while not self._widgets[index].takes_focus and 0 <= index - step < len(self._widgets):
            index -= step
        self._bring_to_view(index, step)

    def _bring_to_view(self, index: int, step: int) -> None:
        widget = self._widgets[index]
        if not self._in_view(widget):
            self._focus_on(-1)
            lines = widget.top - self.top
            if step > 0:
                lines += widget.height - self.height
            self._scroll(lines)
            self.draw()
        self._focus_on(index)
