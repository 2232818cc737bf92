"""Runs one form on the desktop until a key leaves it."""

from __future__ import annotations

from dataclasses import dataclass

from autoinstall.rehearsal.newt.keys import Key
from autoinstall.rehearsal.newt.widgets.form import Form
from autoinstall.rehearsal.newt.widgets.widget import Obeyed, Widget
from autoinstall.rehearsal.newt.windows import Desktop


@dataclass(frozen=True)
class Left:
    """How a form was left: by one of its widgets, by Escape (neither), or by F12."""

    by: Widget | None = None
    by_f12: bool = False

    def by_escape_or(self, back: Widget | None) -> bool:
        """Whether this means Go Back: Escape does, also in a window without that button."""
        return not self.by_f12 and (self.by is None or self.by is back)


def run(desktop: Desktop, form: Form) -> Left:
    """Draw the form, obey keys until one leaves it, and say how."""
    form.draw()
    form.refocus()
    while True:
        desktop.refresh()
        key = desktop.key()
        if key == Key.ESCAPE or key == Key.F12:
            left = Left(by_f12=key == Key.F12)
            break
        if key is not None and form.handle(key) is Obeyed.LEAVE:
            left = Left(by=form.left_by)
            break
    desktop.refresh()
    return left
