"""Has the screen painted anew: where something was printed over a dialog, and where a key is in doubt.

Whatever newt reads comes in order. When it has painted its window anew because of a Ctrl-L, all keys
sent before that Ctrl-L have been read, or are lost for good.

Where nothing is asked, a Ctrl-L does harm: before each window and each step of a progress bar newt clears
its keys, and a Ctrl-L among them has it paint what there is and wait for one key more (newt.c, newtFlushInput and
getkey; on the real frontend a window stays unpainted, and an installation stands still). A Tab lets it go on, and
is cleared too.
"""

from __future__ import annotations

import re
import time

from autoinstall.deadline import Deadline
from autoinstall.dialog.model import Dialog
from autoinstall.dialog.press import REPAINT, REPAINT_SCREEN
from autoinstall.installer.view import View

FIRST_WAIT = 0.4
"""Seconds that a damaged screen must stand still before it is painted anew; doubled for each further try."""

LONGEST_WAIT = 10.0

QUIET_AFTER_A_REPAINT = 1.0

_FROM_HOME = re.compile(r"[^\x1b]{0,8}(?:\x1b[^H\x1b]{0,12}[^H\x1b]?){0,6}?\x1b\[(?:1;1|;)?H")
"""A repaint that begins at the first row and column, after modes and colours."""

GO_ON = b"\t"
"""Moves the focus, and answers nothing."""

LOST_FOR_GOOD = 6.0
"""Seconds without a paint after which a repaint that never came is not on its way any more."""


class Repainter:
    """Looks on, and asks for a repaint when a window was seen and what stands there now cannot be read."""

    def __init__(self, view: View, *, held: bool = False) -> None:
        """`held`: as another console of the same installer left it."""
        self._view = view
        self.held = held
        """A Ctrl-L, after which no other key was seen to arrive, may have newt wait for one."""
        self.let_go = False
        """A Tab was sent to let newt go on: it may still be on its way."""
        self._wait = FIRST_WAIT
        self._asked_at = time.monotonic()
        self._owed = 0
        self._counted_from = 0
        self._entered_at: int | None = view.mark()
        self._first_asked_at: int | None = None

    def look(self, timeout: float) -> bool:
        """Look on for `timeout` seconds at the most; True when the screen changed."""
        changed = self._view.look(timeout)
        stood = min(self._view.quiet, time.monotonic() - self._asked_at)
        if self._holds_newt() and stood >= self._wait:
            self._let_go()
        elif self._view.readable is not None:
            self._wait = FIRST_WAIT
        elif self._damaged() and stood >= self._due:
            self.ask()
            self._wait = min(self._wait * 2, LONGEST_WAIT)
        return changed

    def _let_go(self) -> None:
        self._asked_at = time.monotonic()
        self._wait = min(self._wait * 2, LONGEST_WAIT)
        self.let_go = True
        self._view.send(GO_ON)

    @property
    def _due(self) -> float:
        """A line of the kernel is known to damage; any other unreadable screen may still be being painted."""
        if self._view.disturbed and self._wait == FIRST_WAIT:
            return min(2 * self._view.pace.settle, FIRST_WAIT)
        return self._wait

    def ask(self) -> None:
        """Ask for one repaint: of GNU screen where its status line was seen, else of newt."""
        self._send(REPAINT_SCREEN if self._view.in_screen else REPAINT)

    def ask_anew(self, deadline: Deadline) -> None:
        """Have a blank screen painted, of a console that was attached to just now.

        A GNU screen whose picture of the cursor is not ours passes newt's repaint on with relative moves,
        at the wrong place (Xen 4.17, measured); newt's own begins at home. Then GNU screen is asked.
        What came is taken for the answer once nothing follows it; a terminal that only echoes has painted nothing.
        """
        mark, heard = self._view.mark(), ""
        self._view.window_seen = True
        self.ask()
        while not (deadline.expired or self._view.readable or self._painted_bare(heard)):
            self._view.look(min(0.25, deadline.remaining))
            heard = self._view.heard_since(mark)
            if "\x1b" in heard and not self._view.in_screen and not _FROM_HOME.match(heard):
                self._view.in_screen = True
                self._view.settle(deadline)
                self.ask()
        while self._view.silence < QUIET_AFTER_A_REPAINT and not deadline.expired:
            self._view.look(QUIET_AFTER_A_REPAINT)
        self._owed = 0

    def _painted_bare(self, heard: str) -> bool:
        return bool(heard) and self._bare() and self._view.silence >= QUIET_AFTER_A_REPAINT

    def enter_follows(self) -> None:
        """What is painted from here on is another dialog's, unless repaints are still owed."""
        self._entered_at = None if self._owed else self._view.mark()
        self._first_asked_at = None

    def new_dialog(self, dialog: Dialog) -> None:
        """From here on only paints that were asked for are to be expected of this dialog."""
        self._owed -= min(self._owed, self._repaid(dialog))
        self._counted_from = self._view.mark()

    def _repaid(self, dialog: Dialog) -> int:
        """Paints of a dialog that stood there before the first of its repaints was asked for: its own was over.

        A priority tells a dialog's title from a progress box's; without one nothing is known.
        """
        if self._entered_at is None or self._first_asked_at is None or not dialog.priority:
            return 0
        title = f"] {dialog.title}"
        since_asked = self._view.paints_since(self._first_asked_at, title)
        stood_there = self._view.paints_since(self._entered_at, title) > since_asked
        return since_asked if stood_there else 0

    def certain(self, dialog: Dialog, deadline: Deadline, patience: float) -> bool:
        """Send newt a Ctrl-L, and see it paint this dialog anew; False when nothing came within `patience`.

        A repaint asked for earlier, even at the dialog before, may still be on its way and prove nothing:
        as many must come as are owed, or none for so long that none is coming any more.
        """
        known = painted = self._view.paints_since(self._counted_from, dialog.title)
        self._send(REPAINT)
        wait = deadline.nested(patience)
        while not wait.expired:
            self._view.look(wait.remaining)
            now = self._view.paints_since(self._counted_from, dialog.title)
            if now > painted:
                painted, wait = now, deadline.nested(LOST_FOR_GOOD)
            if painted >= self._owed and self._view.readable is not None:
                self._owed = 0
                return True
        if painted > known and not deadline.expired:
            self._owed = 0
        return painted > known and self._view.readable is not None

    def _send(self, keys: bytes) -> None:
        self._owed += 1
        self.held = self.held or keys == REPAINT
        if self._first_asked_at is None:
            self._first_asked_at = self._view.mark()
        self._view.send(keys)
        self._asked_at = time.monotonic()

    def _holds_newt(self) -> bool:
        """Nothing is asked, and newt may wait for a key because of a Ctrl-L that came before it asks."""
        view = self._view
        went_on = view.last_keys == GO_ON and view.dialog is not None and view.changed_at > self._asked_at
        if went_on or view.last_keys not in (b"", REPAINT, REPAINT_SCREEN, GO_ON):
            self.held = False
        if view.dialog is not None:
            return self.held and view.dialog.percent is not None
        return self._bare() and (self.held or self._unpainted())

    def _bare(self) -> bool:
        """newt's empty screen, with or without its line of help."""
        view = self._view
        rows = view.snapshot.rows[1 if view.in_screen else 0 :]
        help_line = rows[-1].text
        return (
            view.dialog is None
            and all(not row.text.strip() for row in rows[:-1])
            and (not help_line.strip() or help_line.startswith("<"))
        )

    def _unpainted(self) -> bool:
        """The cursor stands where a widget would have it: somebody else may have asked for a repaint too early."""
        cursor, rows = self._view.snapshot.cursor, self._view.snapshot.rows
        return bool(rows[-1].text.strip()) and int(self._view.in_screen) <= cursor.row < len(rows) - 1

    def _damaged(self) -> bool:
        """Pieces of a window stand on the screen, and the cursor is not where newt leaves it after a dialog.

        There the kernel's lines leave it, too, once they have reached the last row.
        """
        view = self._view
        if not view.window_seen or (view.dialog is not None and view.dialog.percent is not None):
            return False
        cursor, rows = view.snapshot.cursor, view.snapshot.rows
        after_a_dialog = not view.disturbed and cursor.row == len(rows) - 1 and cursor.column == 0
        return not after_a_dialog and any("│" in row.text or "─" in row.text for row in rows)
