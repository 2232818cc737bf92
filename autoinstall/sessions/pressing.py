"""Key by key: would the driver have pressed, on each recorded screen, the key that was pressed there?"""

from __future__ import annotations

from dataclasses import dataclass, field

from autoinstall.answers.secret import Secret
from autoinstall.dialog.decide import Judge
from autoinstall.dialog.history import History
from autoinstall.dialog.keys import Seen, next_key
from autoinstall.dialog.model import Decision, Dialog, Fill, Reply
from autoinstall.dialog.press import REPAINT, REPAINT_SCREEN, RETURN, Press, Unreachable
from autoinstall.sessions.standing import Standing

_QUESTIONS_TO_THE_SCREEN = (REPAINT, REPAINT_SCREEN)
"""Keys that only ask for a new paint; when the driver needs one depends on the time that keys took."""


@dataclass(slots=True)
class _Pressing:
    """One dialog while keys are pressed on it."""

    reply: Reply
    seen: Seen = field(default_factory=Seen)
    last: Press | None = None
    before: Dialog | None = None


@dataclass(frozen=True, slots=True)
class WrongKey:
    """The first key that is another one than the driver's: when, and both, as text that can be printed."""

    at: float
    recorded: str
    decided: str


class KeyWatch:
    """Looks on while a session is read, and remembers the first wrong key of each dialog, by the time it came up."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._standing: Standing | None = None
        self._pressing: _Pressing | None = None
        self.wrong: dict[float, WrongKey] = {}

    def pressed(
        self, at: float, standing: Standing, dialog: Dialog, keys: bytes, history: History, application: bool
    ) -> None:
        """Keys were sent while `dialog` stood on the screen, the newest look of `standing`."""
        if standing is not self._standing:
            self._standing = standing
            verdict = self._judge.decide(standing.first, standing.recognition, history)
            self._pressing = _Pressing(verdict.reply) if isinstance(verdict, Decision) else None
        if self._pressing is None or keys in _QUESTIONS_TO_THE_SCREEN or standing.at in self.wrong:
            return
        pressing = self._pressing
        if pressing.last is not None:
            pressing.seen = pressing.seen.after(pressing.last, pressing.before != dialog)
        reply = _as_long_as_recorded(pressing.reply, dialog, keys)
        pressing.seen = pressing.seen.look(dialog, reply)
        press = next_key(dialog, reply, pressing.seen, application_cursor_keys=application)
        if isinstance(press, Unreachable) or not _same(press, keys):
            decided = press.why if isinstance(press, Unreachable) else repr(press.keys or "the text")
            self.wrong[standing.at] = WrongKey(at, repr(keys), decided)
            return
        pressing.last, pressing.before = press, dialog


def _as_long_as_recorded(reply: Reply, dialog: Dialog, keys: bytes) -> Reply:
    """A secret's reply with stars in its place: as many as were typed, or as stand there when Enter is pressed."""
    if not (isinstance(reply, Fill) and isinstance(reply.text, Secret)):
        return reply
    length = len(dialog.value or "") if keys == RETURN else len(keys)
    return Fill(Secret(reply.text.name, "*" * length))


def _same(press: Press, keys: bytes) -> bool:
    """A masked key is any key of a secret; of a text, a piece from its beginning is what was sent in one write."""
    if press.secret:
        return set(keys) <= {ord("*")}
    return keys == (press.keys or press.text.encode())
