"""One recorded dialog while it stands on the screen: how it came up, what was typed, what it showed last."""

from __future__ import annotations

from dataclasses import replace

from autoinstall.dialog.document import HIDDEN, kind_of
from autoinstall.dialog.model import Dialog, Kind, Part, Recognition
from autoinstall.dialog.text_keys import answer_on_line
from autoinstall.dialog.vocabulary import Vocabulary
from autoinstall.sessions.session import Answer

SETTLED = 0.025
"""Seconds of silence after which a dialog has come up whole: nobody answers in less."""

_ESCAPE = b"\x1b"
_ENTERS = (b"\r", b"\n")
_SPACE = b" "
_REDRAWS = (b"\x0c", b"\x01l")
_CLEAR, _BACKSPACES = "\x15", "\x7f\x08"


class Standing:
    """Follows one dialog from its first complete paint to the key that makes it go away."""

    def __init__(self, at: float, dialog: Dialog, recognition: Recognition, screen: tuple[str, ...]) -> None:
        self.at = at
        self.recognition = recognition
        self.first = self.last = replace(dialog, kind=kind_of(dialog, recognition))
        self.screen = screen
        self.identity = dialog.identity
        self.entered_at: int | None = None
        """The place in the console's text at which Enter was sent, while no redraw was asked for since."""
        self.entered = False
        """The last key was one that answers."""
        self.left = False
        """The window has gone from the screen."""
        self._settled = False
        self._keys = b""
        self._typed = ""
        self._labels = dict.fromkeys(dialog.choices)
        self._ticks: dict[str, bool] = {}
        self._look(dialog)

    def shown(self, dialog: Dialog, pause: float, screen: tuple[str, ...]) -> None:
        """The dialog as it stands now; until it has settled, this is still how it comes up."""
        dialog = replace(dialog, kind=self.first.kind)
        if not self._settled:
            self.first, self.screen = dialog, screen
        self._settled = self._settled or pause >= SETTLED
        self.last = dialog
        self._look(dialog)

    def typed(self, keys: bytes, place: int) -> None:
        """Keys were sent, where the console's text had reached `place`."""
        self._settled = True
        self._keys = keys
        self.entered = keys.endswith(_ENTERS) or keys == _ESCAPE or (keys == _SPACE and self._on_button)
        if self.entered:
            self.entered_at = place
        elif keys in _REDRAWS:
            self.entered_at = None
        self._typed = _edited(self._typed, keys)

    def console_lost(self) -> None:
        """The next console paints it anew, whatever was sent before."""
        self.entered_at = None

    @property
    def touched(self) -> bool:
        """A key was sent to it."""
        return bool(self._keys)

    @property
    def _on_button(self) -> bool:
        """Whether Space presses a button here; in a list it ticks, in an entry it is text."""
        return self.last.focus is not None and self.last.focus.part is Part.BUTTON

    @property
    def choices(self) -> tuple[str, ...]:
        """All rows that came into view, in the order in which they did."""
        return tuple(self._labels)

    def answer(self, vocabulary: Vocabulary) -> Answer:
        """What it was answered with when it went away, from what it showed last."""
        if self._keys == _ESCAPE and self._go_back(vocabulary):
            return self._go_back(vocabulary)
        dialog, focus = self.last, self.last.focus
        if dialog.line is not None:
            return answer_on_line(self.first, self._line_typed(dialog.line.typed))
        button = focus.label if focus and focus.part is Part.BUTTON else None
        if button in vocabulary.go_back:
            return button
        match dialog.kind:
            case Kind.PASSWORD:
                return HIDDEN
            case Kind.STRING:
                return self._text()
            case Kind.MULTISELECT:
                return tuple(label for label, on in self._ticks.items() if on)
            case Kind.BOOLEAN if button in vocabulary.yes | vocabulary.no:
                return button in vocabulary.yes
            case _:
                return focus.label if focus else None

    def _go_back(self, vocabulary: Vocabulary) -> str | None:
        return next((label for label in self.last.buttons if label in vocabulary.go_back), None)

    def _look(self, dialog: Dialog) -> None:
        self._labels.update(dict.fromkeys(dialog.choices))
        if dialog.ticked is not None:
            self._ticks.update({label: label in dialog.ticked for label in dialog.choices})

    def _line_typed(self, shown: str) -> str:
        """What stood on the text frontend's line at Enter; what was typed in one go with Enter was never shown."""
        unseen = len(self._keys) > 1 and self._keys.endswith(_ENTERS)
        return self._typed if unseen else shown

    def _text(self) -> str:
        """The text in the entry; where the entry shows only its end, or was left before its echo, what was typed."""
        value, typed = self.last.value or "", self._typed
        scrolled = len(value) >= self.last.width - 1 and typed.endswith(value)
        unseen = len(self._keys) > 1 and self._keys.endswith(_ENTERS)
        if scrolled or (unseen and typed.startswith(value)):
            return typed
        return _edited(value, self._keys) if unseen else value


def _edited(text: str, keys: bytes) -> str:
    """What stands in an entry, its cursor at the end, after these keys."""
    for char in keys.decode("utf-8", "replace"):
        if char == _CLEAR:
            text = ""
        elif char in _BACKSPACES:
            text = text[:-1]
        elif char.isprintable():
            text += char
    return text
