"""The next key: computed anew from the screen after each press, so that no count of presses can be off by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from autoinstall.dialog.model import (
    Accept,
    Choose,
    Dialog,
    Fill,
    Kind,
    Part,
    PressButton,
    Reply,
    Tick,
)
from autoinstall.dialog.press import CLEAR, REPAINT, RETURN, SPACE, TAB, Press, Purpose, Unreachable
from autoinstall.dialog.text_keys import next_line_key

IDLE_AT_THE_TOP = 3
"""Presses of Up in a row without effect that are taken for the list's beginning: more than keys get lost."""

IDLE_LETTER = 3
"""Presses of a letter without effect after which arrows are used: no row begins with it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What has been seen of one dialog while it is being answered.

    `visits` counts how often each row came into focus, `ticks` holds each box as it was seen last,
    `order` the rows in their order from the top, `confirmed` how much of a long text stands in the
    entry, `idle` how many presses in a row had no effect, `typed_whole` that a secret was typed in one
    unbroken run into an empty entry, `painted_anew` the row in focus when the window was painted anew.
    Of the text frontend: `line` is the row that is typed on, `cleared` the one that a key of ours was seen to clear.
    """

    visits: Mapping[str, int] = field(default_factory=dict)
    ticks: Mapping[str, bool] = field(default_factory=dict)
    at_end: bool = False
    at_top: bool = False
    confirmed: int = 0
    idle: int = 0
    typed_whole: bool = False
    last_focus: str | None = None
    painted_anew: str | None = None
    line: int | None = None
    cleared: int | None = None

    def look(self, dialog: Dialog, reply: Reply) -> Seen:
        """What has been seen after looking at the dialog once more."""
        focus = dialog.focus.label if dialog.focus and dialog.focus.part is Part.LIST else None
        visits = dict(self.visits)
        if focus is not None and focus != self.last_focus:
            visits[focus] = visits.get(focus, 0) + 1
        ticks = dict(self.ticks)
        if dialog.ticked is not None:
            ticks.update({label: label in dialog.ticked for label in dialog.choices})
        bar = dialog.scroll_bar
        first_look = not self.visits
        at_first = bar is not None and bar.at_start and focus == dialog.choices[0]
        return replace(
            self,
            visits=visits,
            ticks=ticks,
            last_focus=focus if focus is not None else self.last_focus,
            at_end=self.at_end or bar is None or bar.at_end,
            at_top=self.at_top or bar is None or (at_first and (first_look or self.idle >= IDLE_AT_THE_TOP)),
            confirmed=_confirmed(dialog, reply, self.confirmed),
            line=dialog.line.row if dialog.line else None,
        )

    def after(self, press: Press, effect: bool) -> Seen:
        """What is known once it has been seen whether a press had an effect.

        A letter leaps over rows, so that the way from the top to the end has not been seen whole.
        """
        typed_whole = self.typed_whole
        if press.purpose is Purpose.TYPE:
            typed_whole = press.secret
        elif press.purpose is Purpose.CLEAR:
            typed_whole = False
        confirmed = 0 if press.purpose is Purpose.CLEAR else self.confirmed
        return replace(
            self,
            idle=0 if effect else self.idle + 1,
            typed_whole=typed_whole,
            confirmed=confirmed,
            painted_anew=self.last_focus if press.purpose is Purpose.REPAINT else None,
            at_top=self.at_top and not press.keys.isalpha(),
            cleared=self.line if effect and press.purpose is Purpose.CLEAR else self.cleared,
        )


def next_key(
    dialog: Dialog, reply: Reply, seen: Seen, *, application_cursor_keys: bool = False
) -> Press | Unreachable:
    """What to press on a complete dialog to bring it nearer to the reply; SUBMIT when it shows the reply."""
    if dialog.line is not None:
        return next_line_key(dialog, reply, seen.cleared)
    match reply:
        case PressButton(label):
            return _towards_button(dialog, label)
        case Choose(label):
            return _in_widget(dialog) or _towards_row(dialog, label, seen, _Arrows(application_cursor_keys))
        case Tick(labels):
            return _in_widget(dialog) or _towards_ticks(
                dialog, labels, seen, _Arrows(application_cursor_keys)
            )
        case Fill():
            return _in_widget(dialog) or _towards_text(dialog, reply, seen)
        case Accept():
            return _in_widget(dialog) or Press(Purpose.SUBMIT, RETURN)


@dataclass(frozen=True, slots=True)
class _Arrows:
    """What the arrow keys send; DECCKM changes it (newt sets it on some terminals)."""

    application: bool

    @property
    def up(self) -> Press:
        return Press(Purpose.MOVE, b"\x1bOA" if self.application else b"\x1b[A")

    @property
    def down(self) -> Press:
        return Press(Purpose.MOVE, b"\x1bOB" if self.application else b"\x1b[B")


def _in_widget(dialog: Dialog) -> Press | None:
    """The press that brings the focus back from the buttons to the widget, if it is not there."""
    wanted = {Kind.SELECT: Part.LIST, Kind.MULTISELECT: Part.LIST}.get(dialog.kind, Part.ENTRY)
    if dialog.kind in (Kind.BOOLEAN, Kind.NOTE, Kind.ERROR, Kind.PROGRESS):
        return None
    if dialog.focus is not None and dialog.focus.part is wanted:
        return None
    return Press(Purpose.MOVE, TAB)


def _towards_button(dialog: Dialog, label: str) -> Press | Unreachable:
    if label not in dialog.buttons:
        return Unreachable(f"the dialog has no button {label!r}", dialog.buttons)
    if dialog.focus is not None and dialog.focus.part is Part.BUTTON and dialog.focus.label == label:
        return Press(Purpose.SUBMIT, RETURN)
    return Press(Purpose.MOVE, TAB)


def _towards_row(dialog: Dialog, label: str, seen: Seen, arrows: _Arrows) -> Press | Unreachable:
    focus = dialog.focus.label if dialog.focus else None
    if dialog.choices.count(label) > 1:
        return Unreachable(f"two rows of the list are called {label!r}", tuple(seen.visits))
    if focus == label:
        return Press(Purpose.SUBMIT, RETURN)
    if focus is not None and focus != seen.painted_anew and _with_remains(focus, label):
        return Press(Purpose.REPAINT, REPAINT)
    in_view = label in dialog.choices and focus in dialog.choices
    below = in_view and dialog.choices.index(label) > dialog.choices.index(focus or "")
    letter = label[:1].lower()
    leads_away = in_view and not below and _begins(focus, letter)
    if letter.isascii() and letter.isalpha() and not leads_away and not _letter_exhausted(letter, seen):
        return Press(Purpose.MOVE, letter.encode())
    if in_view:
        return arrows.down if below else arrows.up
    if not seen.at_end:
        return arrows.down
    if not seen.at_top:
        return arrows.up
    return Unreachable(
        f"the list has no row {label!r}", tuple({**seen.visits, **dict.fromkeys(dialog.choices)})
    )


def _with_remains(row: str, label: str) -> bool:
    """The row may be the label's, with remains of an older row behind it, which only a new paint takes away.

    In the C locale newt takes each byte of a UTF-8 character for a column, and blanks so many columns less.
    """
    missing = len(label.encode()) - len(label)
    return row.startswith(label) and 0 < len(row[len(label) :].strip()) <= missing


def _letter_exhausted(letter: str, seen: Seen) -> bool:
    """The rows that begin with the letter hold no more: one was seen twice, or the letter does not move on.

    From a row that begins with it newt goes on to the next one below, and stays on the last; from any other
    row it goes to the first (listbox.c).
    """
    if seen.idle >= (1 if _begins(seen.last_focus, letter) else IDLE_LETTER):
        return True
    return any(times > 1 and _begins(row, letter) for row, times in seen.visits.items())


def _begins(row: str | None, letter: str) -> bool:
    return row is not None and row[:1].lower() == letter


def _towards_ticks(
    dialog: Dialog, labels: tuple[str, ...], seen: Seen, arrows: _Arrows
) -> Press | Unreachable:
    twice = [label for label in labels if dialog.choices.count(label) > 1]
    if twice:
        return Unreachable(f"two rows of the list are called {twice[0]!r}", tuple(seen.ticks))
    focus = dialog.focus.label if dialog.focus else None
    ticked = dialog.ticked or ()
    if focus is not None and (focus in ticked) != (focus in labels):
        return Press(Purpose.TOGGLE, SPACE)
    wrong = [row for row in dialog.choices if (row in ticked) != (row in labels)]
    if wrong and focus in dialog.choices:
        below = dialog.choices.index(wrong[0]) > dialog.choices.index(focus)
        return arrows.down if below else arrows.up
    if not seen.at_end:
        return arrows.down
    if not seen.at_top or any(on != (row in labels) for row, on in seen.ticks.items()):
        return arrows.up
    missing = [label for label in labels if label not in seen.ticks]
    if missing:
        return Unreachable(f"the list has no row {missing[0]!r}", tuple(seen.ticks))
    return Press(Purpose.SUBMIT, RETURN)


def _towards_text(dialog: Dialog, reply: Fill, seen: Seen) -> Press | Unreachable:
    text, value = reply.reveal(), dialog.value or ""
    if dialog.kind is Kind.PASSWORD:
        return _towards_stars(dialog, text, value, seen)
    if seen.confirmed == len(text) and _shown(text, len(text), dialog.width) == value:
        return Press(Purpose.SUBMIT, RETURN)
    if value and seen.confirmed == 0:
        return Press(Purpose.CLEAR, CLEAR)
    piece = max(1, dialog.width // 2) if len(text) >= dialog.width else len(text)
    return Press(Purpose.TYPE, text=text[seen.confirmed : seen.confirmed + piece], secret=reply.secret)


def _towards_stars(dialog: Dialog, text: str, value: str, seen: Seen) -> Press | Unreachable:
    if len(text) >= dialog.width:
        return Unreachable(f"the password is longer than its entry, which shows {dialog.width - 1} stars")
    if value == "*" * len(text) and (seen.typed_whole or not text):
        return Press(Purpose.SUBMIT, RETURN)
    if value:
        return Press(Purpose.CLEAR, CLEAR)
    return Press(Purpose.TYPE, text=text, secret=True)


def _shown(text: str, length: int, width: int) -> str:
    """What an entry of `width` columns shows of the first `length` characters, the cursor behind them.

    newt's entry.c scrolls so that the cursor has a column of its own: at most `width - 1` are in view.
    """
    return text[max(0, length - width + 1) : length]


def _confirmed(dialog: Dialog, reply: Reply, before: int) -> int:
    """How many characters of the reply's text stand in the entry, going on from what was seen before; 0 in doubt."""
    if not isinstance(reply, Fill) or dialog.kind is not Kind.STRING or not dialog.value:
        return 0
    text = reply.reveal()
    reach = before + max(dialog.width // 2, 1) if len(text) >= dialog.width else len(text)
    for length in range(min(len(text), reach), max(before, 1) - 1, -1):
        if _shown(text, length, dialog.width) == dialog.value:
            return length
    return 0
