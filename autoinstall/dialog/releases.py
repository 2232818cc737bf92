"""Recognition where the installer's release is not known: each shipped release's questions are tried."""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

from autoinstall.dialog.history import History
from autoinstall.dialog.model import Dialog, Recognition
from autoinstall.dialog.recognise import Recogniser
from autoinstall.dialog.vocabulary import Vocabulary


class Recognises(Protocol):
    """What names a dialog's question."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The buttons' labels in every language that is known."""

    def recognise(self, dialog: Dialog, history: History) -> Recognition:
        """The question that the dialog asks; `question` is None where none fits exactly."""


class OneOfSeveral:
    """Recognisers of several releases: the one that has explained most dialogs so far is believed first.

    Releases are not mixed into one catalogue, for texts that one has changed would be twins of the other's.
    """

    def __init__(self, recognisers: Sequence[Recogniser]) -> None:
        self._recognisers = tuple(recognisers)
        self._explained = [0] * len(self._recognisers)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The labels of all of them."""
        return functools.reduce(operator.or_, (one.vocabulary for one in self._recognisers))

    def recognise(self, dialog: Dialog, history: History) -> Recognition:
        """As each of them would; the most trusted one's word counts."""
        found = [one.recognise(dialog, history) for one in self._recognisers]
        best: int | None = None
        for index, recognition in enumerate(found):
            if recognition.question is None:
                continue
            self._explained[index] += 1
            if best is None or self._explained[index] > self._explained[best]:
                best = index
        return found[best or 0]
