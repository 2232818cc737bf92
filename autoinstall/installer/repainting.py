"""Has the screen painted anew: where something was printed over a dialog, and where a key is in doubt.

Whatever newt reads comes in order. When it has painted its window anew because of a Ctrl-L, all keys
sent before that Ctrl-L have been read, or are lost for good.
"""

from __future__ import annotations

import time

from autoinstall.deadline import Deadline
from autoinstall.dialog.model import Dialog
from autoinstall.installer.view import REDRAW_NEWT, REDRAW_SCREEN, View

FIRST_WAIT = 0.6
"""Seconds that a damaged screen must stand still before it is painted anew; doubled for each further try."""

LONGEST_WAIT = 10.0


class Repainter:
    """Looks on, and asks for a repaint when a window was seen and what stands there now cannot be read."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._wait = FIRST_WAIT
        self._asked_at = time.monotonic()
        self._asked_newt = False

    def look(self, timeout: float) -> bool:
        """Look on for `timeout` seconds at the most; True when the screen changed."""
        changed = self._view.look(timeout)
        if self._view.dialog is not None and self._view.dialog.complete:
            self._wait = FIRST_WAIT
        elif self._damaged() and min(self._view.quiet, time.monotonic() - self._asked_at) >= self._wait:
            self.ask()
        return changed

    def ask(self) -> None:
        """Ask for one repaint: of GNU screen where its status line was seen, else of newt.

        Without a status line a first Ctrl-L may have come to a GNU screen whose picture of the cursor is
        not ours; its repaint is then shifted, and the next one is asked of GNU screen itself.
        """
        self._view.send(REDRAW_SCREEN if self._view.in_screen else REDRAW_NEWT)
        self._asked_at = time.monotonic()
        self._wait = min(self._wait * 2, LONGEST_WAIT)

    def certain(self, dialog: Dialog, deadline: Deadline) -> bool:
        """Send newt a Ctrl-L, and see it paint this dialog anew; False when nothing came in time."""
        mark = self._view.mark()
        self._view.send(REDRAW_NEWT)
        while not deadline.expired:
            self._view.look(deadline.remaining)
            now = self._view.dialog
            if now is not None and now.complete and self._view.painted_since(mark, dialog.title):
                return True
        return False

    def _damaged(self) -> bool:
        """Pieces of a window stand on the screen, and the cursor is not where newt leaves it after a dialog."""
        snapshot = self._view.snapshot
        if not self._view.window_seen or (
            self._view.dialog is not None and self._view.dialog.percent is not None
        ):
            return False
        after_a_dialog = snapshot.cursor.row == len(snapshot.rows) - 1 and snapshot.cursor.column == 0
        return not after_a_dialog and any("│" in row.text or "─" in row.text for row in snapshot.rows)
