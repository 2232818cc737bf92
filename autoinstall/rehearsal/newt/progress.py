"""The progress window: a bar, a line of text, and Cancel where that is allowed."""

from __future__ import annotations

from autoinstall.rehearsal.newt import layout, wording
from autoinstall.rehearsal.newt.keys import Key
from autoinstall.rehearsal.newt.layout import LEFT_BUTTON, TEXT_COLUMNS, TEXT_PADDING, WIDEST
from autoinstall.rehearsal.newt.widgets.button import Button
from autoinstall.rehearsal.newt.widgets.form import Form
from autoinstall.rehearsal.newt.widgets.scale import Scale
from autoinstall.rehearsal.newt.widgets.textbox import TextBox
from autoinstall.rehearsal.newt.widgets.widget import Obeyed, Widget
from autoinstall.rehearsal.newt.windows import Desktop

_LEAST_TEXT_HEIGHT = 2
_MOMENT = 0.001
"""How long the frontend looks for keys at each change of the bar, in seconds."""


class ProgressWindow:
    """Opened at its making, closed by `close`."""

    def __init__(self, desktop: Desktop, title: str, cancel: bool) -> None:
        self._desktop = desktop
        self._title = title
        self._cancel = cancel
        self._info = ""
        self._percent = 0
        self._build()
        self._form.draw()
        desktop.refresh()

    def _lines(self) -> list[str]:
        charset = self._desktop.charset
        return charset.wrap(charset.text(self._info), TEXT_COLUMNS) if self._info else []

    def _build(self) -> None:
        width = WIDEST
        self._text_height = max(len(self._lines()), _LEAST_TEXT_HEIGHT)
        height = min(self._text_height + 3 + (2 if self._cancel else 0), layout.HIGHEST)
        self._desktop.open_window(width, height, self._desktop.charset.text(self._title))
        inner = width - 2 * TEXT_PADDING
        self._scale = Scale(self._desktop, TEXT_PADDING, 1, inner)
        self._text = TextBox(self._desktop, TEXT_PADDING, 3, inner, self._text_height)
        self._button = (
            Button(self._desktop, LEFT_BUTTON, height - 2, wording.CANCEL) if self._cancel else None
        )
        widgets: list[Widget] = [self._scale, self._text]
        self._form = Form(self._desktop, [*widgets, *([self._button] if self._button else [])])

    def set_percent(self, percent: int) -> bool:
        """Move the bar; True when Cancel was pressed."""
        self._percent = percent
        return self._update()

    def set_info(self, info: str) -> bool:
        """Replace the text; True when Cancel was pressed."""
        self._info = info
        return self._update()

    def _update(self) -> bool:
        if max(len(self._lines()), _LEAST_TEXT_HEIGHT) != self._text_height:
            self._desktop.pop_window()
            self._build()
        self._scale.set_percent(self._percent)
        if self._info:
            self._text.set_lines(self._lines())
        return self._show()

    def _show(self) -> bool:
        """Draw it and obey the keys of a moment."""
        self._form.draw()
        self._form.refocus()
        pressed = False
        while not pressed:
            self._desktop.refresh()
            key = self._desktop.key(_MOMENT)
            if key is None or key == Key.ESCAPE:
                break
            pressed = key == Key.F12 or self._form.handle(key) is Obeyed.LEAVE
        self._desktop.refresh()
        return pressed and self._cancel

    def close(self) -> None:
        """Take the window away."""
        self._desktop.pop_window()
