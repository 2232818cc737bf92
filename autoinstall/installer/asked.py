"""The dialog that is being answered, as it stands on the screen from one key to the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from autoinstall.deadline import Deadline
from autoinstall.dialog.model import Dialog
from autoinstall.installer.view import View

LOOK = 0.05


class Asked:
    """One dialog, of the kind that its question is: its drawing does not always tell."""

    def __init__(self, view: View, dialog: Dialog) -> None:
        self._view = view
        self.dialog = dialog

    def is_this(self, dialog: Dialog | None) -> bool:
        """Whether that is our dialog still."""
        return dialog is not None and dialog.identity == self.dialog.identity

    def shown(self) -> Dialog | None:
        """What can be read on the screen now."""
        dialog = self._view.readable
        if dialog is not None and self.is_this(dialog):
            return replace(dialog, kind=self.dialog.kind)
        return dialog

    def await_dialog(self, deadline: Deadline, look: Callable[[float], object]) -> Dialog | None:
        """What stands there between paints; where it is not our dialog, what stands there once it is settled."""
        while not deadline.expired:
            self._view.take_breath(deadline)
            dialog = self.shown()
            if dialog is not None and not self.is_this(dialog):
                self._view.settle(deadline)
                dialog = self.shown()
            if dialog is not None:
                return dialog
            look(min(LOOK, deadline.remaining))
        return None
