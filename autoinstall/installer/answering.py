"""Answers one dialog: press, look, press again until the screen shows the reply, then Enter.

The rules of the house (README, "Never a wrong answer"):

- a key is judged by what changed since it was sent; one without effect is pressed again, and leaves a
  doubt, because it may only be late;
- Enter needs a settled dialog that shows the reply, and no doubt: after one, newt is asked to paint its
  window anew, and when it does, every earlier key has either arrived or is lost for good;
- after any key, and above all after an escape sequence that may have lost a byte, the question itself is
  read again before the next one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from autoinstall.console.channel import ConsoleClosed
from autoinstall.deadline import Deadline
from autoinstall.dialog.keys import Seen, next_key
from autoinstall.dialog.model import Dialog, Reply
from autoinstall.dialog.press import Press, Purpose, Unreachable
from autoinstall.installer.asked import Asked
from autoinstall.installer.repainting import Repainter
from autoinstall.installer.view import View

ENTER_PATIENCE = 2.5
"""Seconds for a dialog to go away after Enter before it is asked, by a harmless key, whether Enter was lost."""

SEARCHES = 2
"""Times that a list is looked through for a row before it is said to have none of that name: keys get lost."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A dialog was answered: keys pressed in all, and those pressed again because they had no effect."""

    presses: int
    retyped: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Gone:
    """Another dialog came up before ours was answered: a lost byte made Escape, or the console moved on."""

    escape_sent: bool


class Answering:
    """The keys of one reply to one dialog."""

    def __init__(
        self,
        view: View,
        repainter: Repainter,
        dialog: Dialog,
        reply: Reply,
        *,
        doubt: bool,
        before_enter: Callable[[], None] = lambda: None,
    ) -> None:
        """`before_enter` is called before each Enter: what it writes down is known even if Enter is our last act."""
        self._view = view
        self._repainter = repainter
        self._asked = Asked(view, dialog)
        self._reply = reply
        self._seen = Seen()
        self._escape_sent = False
        self._entered = False
        self._searches = 1
        self._started = time.monotonic()
        self._before_enter = before_enter
        self.doubt = doubt
        self.presses = 0
        self.retyped = 0

    def run(self, deadline: Deadline) -> Answered | Gone | Unreachable | None:
        """Press keys until the dialog is answered; None when the deadline came first."""
        self._view.settle(deadline)
        self._repainter.new_dialog(self._asked.dialog)
        while not deadline.expired:
            dialog = self._asked.await_dialog(deadline, self._repainter.look)
            if dialog is None:
                return None
            if not self._asked.is_this(dialog):
                return self.answered() if self._entered else Gone(self._escape_sent)
            self._seen = self._seen.look(dialog, self._reply)
            press = next_key(
                dialog,
                self._reply,
                self._seen,
                application_cursor_keys=self._view.snapshot.application_cursor_keys,
            )
            if isinstance(press, Unreachable):
                if not self.doubt or self._searches == SEARCHES:
                    return press
                self._search_again(dialog, deadline)
            elif press.purpose is Purpose.REPAINT:
                self._resolve_doubt(dialog, deadline)
                self._seen = self._seen.after(press, effect=True)
            elif press.purpose is not Purpose.SUBMIT:
                self._press(press, dialog, deadline)
            elif self.doubt:
                self._resolve_doubt(dialog, deadline)
            elif self._enter(press, dialog, deadline):
                return self.answered()
        return None

    def answered(self) -> Answered:
        """What it took until now."""
        return Answered(self.presses, self.retyped, time.monotonic() - self._started)

    def _press(self, press: Press, dialog: Dialog, deadline: Deadline) -> None:
        """Press once, and see what it does."""
        keys = press.keys or press.text.encode()
        self._escape_sent = self._escape_sent or press.escape
        sent = time.monotonic()
        self._view.send(keys, secret=press.secret)
        self.presses += len(press.text) or 1
        effect = self._effect(press, dialog, deadline)
        if effect:
            self._view.pace.key_took(self._view.changed_at - sent)
        else:
            self._view.pace.key_missed()
            self.doubt = True
            self.retyped += 1
        self._seen = self._seen.after(press, effect)

    def _effect(self, press: Press, before: Dialog, deadline: Deadline) -> bool:
        """Wait for the change that the press makes. Text arrives in pieces: its end, or quiet, is awaited."""
        patience = deadline.nested(self._view.pace.patience)
        wanted = (before.value or "") + ("*" * len(press.text) if press.secret else press.text)
        changed = False
        while not patience.expired:
            if not self._repainter.look(patience.remaining):
                continue
            now = self._asked.shown()
            if now is None or now == before:
                continue
            changed = True
            if press.purpose is not Purpose.TYPE or now.identity != before.identity or now.value == wanted:
                return True
            patience = deadline.nested(self._view.pace.patience)
        self.doubt = self.doubt or changed
        return changed

    def _resolve_doubt(self, dialog: Dialog, deadline: Deadline) -> None:
        """Have newt show that it has read all keys so far; what they did is then read from the screen."""
        self.presses += 1
        if self._repainter.certain(dialog, deadline, 2 * self._view.pace.patience):
            self.doubt = False
        else:
            self._view.pace.key_missed()

    def _search_again(self, dialog: Dialog, deadline: Deadline) -> None:
        """Forget what was seen of the list: lost keys may have made it look shorter than it is."""
        self._resolve_doubt(dialog, deadline)
        self._seen = Seen()
        self._searches += 1

    def _enter(self, press: Press, dialog: Dialog, deadline: Deadline) -> bool:
        """Enter, on a settled dialog that still shows the reply; True when the dialog went away."""
        self._view.settle(deadline)
        if self._asked.shown() != dialog:
            return False
        mark = self._view.mark()
        self._repainter.enter_follows()
        self.retyped += self._entered
        self._entered = True
        self._before_enter()
        self._view.send(press.keys)
        self.presses += 1
        try:
            gone = self._went_away(mark, dialog, deadline)
        except ConsoleClosed:
            return True
        self.doubt = self.doubt or not gone
        return gone

    def _went_away(self, mark: int, dialog: Dialog, deadline: Deadline) -> bool:
        """Whether, in time, another dialog or none stands there, or this one was painted anew.

        The latter may be the question asked again, or a repaint that was on its way: a doubt.
        """
        patience = deadline.nested(ENTER_PATIENCE)
        while not patience.expired:
            self._view.look(patience.remaining)
            if self._view.paints_since(mark, dialog.title):
                self._view.settle(deadline)
                shown = self._view.readable
                self.doubt = self._asked.is_this(shown)
                return True
            now = self._view.dialog
            if now is None or not now.complete or not self._asked.is_this(now):
                self._view.settle(deadline)
                now = self._view.readable
                if not self._asked.is_this(now):
                    return not self._view.disturbed
        return False
