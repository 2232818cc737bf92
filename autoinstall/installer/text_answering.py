"""Answers one question of the text frontend: type, read back what stands on the line, then Enter.

What is typed is echoed in order. A key without effect in time leaves a doubt, because it may only be late:
then a letter is typed that was not typed before, and once it stands on the line nothing earlier is on its way.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from autoinstall.console.channel import ConsoleClosed
from autoinstall.deadline import Deadline
from autoinstall.dialog.keys import Seen, next_key
from autoinstall.dialog.model import Dialog, Fill, Kind, Reply
from autoinstall.dialog.press import RETURN, Press, Purpose, Unreachable
from autoinstall.dialog.text_keys import line_for, probe
from autoinstall.installer.answering import ENTER_PATIENCE, Answered, Gone
from autoinstall.installer.asked import LOOK, Asked
from autoinstall.installer.view import View


class TextAnswering:
    """The keys of one reply to one question on a line."""

    def __init__(
        self,
        view: View,
        dialog: Dialog,
        reply: Reply,
        *,
        doubt: bool,
        unproved: str | None,
        came_back: bool = False,
        before_enter: Callable[[], None] = lambda: None,
    ) -> None:
        """`unproved`: why a password that is not seen would not be certain; None where no key was lost so far and the
        installer itself compares it with a second one.

        `came_back`: the question stood on an earlier console, and may have been answered there: where other lines
        stand below it, what would be typed could belong to the next one. `before_enter` is called before each Enter.
        """
        self._view = view
        self._asked = Asked(view, dialog)
        self._reply = reply
        self._unproved = unproved
        self._seen = Seen()
        self._probes = ""
        self._entered = False
        self._came_back = came_back
        self._started = time.monotonic()
        self._before_enter = before_enter
        self.doubt = doubt
        self.presses = 0
        self.retyped = 0

    def run(self, deadline: Deadline) -> Answered | Gone | Unreachable | None:
        """Press keys until the question is answered; None when the deadline came first."""
        self._view.settle(deadline)
        if self._asked.dialog.kind is Kind.PASSWORD:
            return self._type_unseen(deadline)
        while not deadline.expired:
            dialog = self._asked.await_dialog(deadline, self._view.look)
            if dialog is None:
                return None
            if not self._asked.is_this(dialog):
                return self.answered() if self._entered else Gone(escape_sent=False)
            if dialog.line and dialog.line.broken and (self._entered or self._came_back):
                self._view.look(min(LOOK, deadline.remaining))
                continue
            self._seen = self._seen.look(dialog, self._reply)
            press = next_key(dialog, self._reply, self._seen)
            result = press if isinstance(press, Unreachable) else self._act(press, dialog, deadline)
            if result is not None:
                return result
        return None

    def _act(self, press: Press, dialog: Dialog, deadline: Deadline) -> Answered | Unreachable | None:
        """Press, if it is time for that; None while there is more to do."""
        if press.purpose is not Purpose.SUBMIT:
            self._press(press, dialog, deadline)
        elif self.doubt:
            return self._resolve_doubt(dialog, deadline)
        elif self._enter(dialog, deadline):
            return self.answered()
        return None

    def answered(self) -> Answered:
        """What it took until now; the question is not looked at again."""
        if self._asked.dialog.line is not None:
            self._view.line_answered(self._asked.dialog.line)
        return Answered(self.presses, self.retyped, time.monotonic() - self._started)

    def _type_unseen(self, deadline: Deadline) -> Answered | Unreachable | None:
        """A password, of which the frontend shows nothing: the installer itself compares what was typed twice."""
        assert isinstance(self._reply, Fill)
        unproved = self._unproved or (
            "keys may still be on their way on this console" if self.doubt else None
        )
        if unproved:
            return Unreachable(f"the text frontend shows nothing of a password, and {unproved}")
        if isinstance(refused := line_for(self._asked.dialog, self._reply), Unreachable):
            return refused
        text = self._reply.reveal()
        self._view.send(text.encode(), secret=self._reply.secret)
        self._before_enter()
        self._view.send(RETURN)
        self._entered = True
        self.presses += len(text) + 1
        while not deadline.expired:
            if self._went_away(deadline):
                return self.answered()
        return None

    def _press(self, press: Press, dialog: Dialog, deadline: Deadline) -> None:
        sent = time.monotonic()
        self._view.send(press.keys or press.text.encode(), secret=press.secret)
        self.presses += len(press.text) or 1
        typed = dialog.line.typed if dialog.line else ""
        effect = self._line_becomes("" if press.keys else typed + press.text, dialog, deadline)
        if effect:
            self._view.pace.key_took(self._view.changed_at - sent)
        else:
            self._view.pace.key_missed()
            self.doubt = True
            self.retyped += 1
        self._seen = self._seen.after(press, effect)

    def _line_becomes(self, wanted: str, before: Dialog, deadline: Deadline) -> bool:
        """Whether the line comes to show this in time; while it changes, time is given anew."""
        patience = deadline.nested(self._view.pace.patience)
        while not patience.expired:
            if not self._view.look(patience.remaining):
                continue
            now = self._asked.shown()
            if now is None or now.line is None:
                continue
            if now.identity != before.identity:
                return False
            if now.line.typed == wanted:
                return True
            patience = deadline.nested(self._view.pace.patience)
        return False

    def _resolve_doubt(self, dialog: Dialog, deadline: Deadline) -> Unreachable | None:
        """Type a letter that is none of those on their way; seen, it proves that all before it has arrived."""
        typed = dialog.line.typed if dialog.line else ""
        wanted = line_for(dialog, self._reply)
        letter = probe(typed, self._probes, wanted if isinstance(wanted, str) else "")
        if letter is None:
            return Unreachable("keys may still be on their way, and no letter is left to find out")
        self._probes += letter
        self._view.send(letter.encode())
        self.presses += 1
        if self._line_becomes(typed + letter, dialog, deadline):
            self.doubt = False
        else:
            self._view.pace.key_missed()
        return None

    def _enter(self, dialog: Dialog, deadline: Deadline) -> bool:
        """Enter, on a settled line that still shows the reply; True when the question went away."""
        self._view.settle(deadline)
        if self._asked.shown() != dialog:
            return False
        self.retyped += self._entered
        self._entered = True
        self._before_enter()
        self._view.send(RETURN)
        self.presses += 1
        gone = self._went_away(deadline.nested(ENTER_PATIENCE))
        self.doubt = self.doubt or not gone
        return gone

    def _went_away(self, patience: Deadline) -> bool:
        """Whether in time the cursor stands elsewhere than on our line, and does so when the screen is settled."""
        try:
            while not patience.expired:
                self._view.look(min(LOOK, patience.remaining))
                if not self._asked.is_this(self._asked.shown()):
                    self._view.settle(patience)
                    if not self._asked.is_this(self._asked.shown()):
                        return True
        except ConsoleClosed:
            return True
        return False
