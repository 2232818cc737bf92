"""Looks over a person's shoulder while a session is recorded, for the keys that must not be written down."""

from __future__ import annotations

import re

from autoinstall.dialog.document import kind_of
from autoinstall.dialog.history import History
from autoinstall.dialog.model import Kind
from autoinstall.dialog.releases import Recognises
from autoinstall.installer.lifecycle import Lifecycle
from autoinstall.installer.sight import Sight

_ASKS_FOR_A_SECRET = re.compile(r"(?:password|passphrase|passwort|mot de passe)\b.*:\s*$", re.IGNORECASE)
"""A prompt that echoes nothing: login's, sudo's, passwd's."""


class Discretion:
    """Follows the screen, and says whether what is typed now is a secret."""

    def __init__(self, recogniser: Recognises) -> None:
        self._recogniser = recogniser
        self._sight = self._new_sight(80, 24)

    def shown(self, data: bytes) -> None:
        """The console said something."""
        self._sight.take(data)

    def resized(self, columns: int, lines: int) -> None:
        """The window has another size, and will be painted anew."""
        self._sight = self._new_sight(columns, lines)

    def hidden(self) -> bool:
        """A password's entry or prompt is on the screen, or a window that is not whole yet and could be one."""
        dialog = self._sight.dialog
        if dialog is None:
            row = self._sight.snapshot.lines[self._sight.snapshot.cursor.row]
            return bool(_ASKS_FOR_A_SECRET.search(row))
        if not dialog.complete:
            return dialog.kind is not Kind.PROGRESS
        return kind_of(dialog, self._recogniser.recognise(dialog, History())) is Kind.PASSWORD

    def _new_sight(self, columns: int, lines: int) -> Sight:
        return Sight(columns, lines, self._recogniser.vocabulary, Lifecycle(), lambda _: None)
