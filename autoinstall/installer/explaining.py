"""Says why the installer's dialogs could not be answered any further: for people, and without secrets."""

from __future__ import annotations

from typing import Any

from autoinstall.dialog.document import dialog_document
from autoinstall.dialog.history import History
from autoinstall.dialog.model import Dialog, Recognition, Stop
from autoinstall.dialog.recognise import Recogniser
from autoinstall.installer.failure import InstallerError
from autoinstall.installer.view import View
from autoinstall.recording.mask import Masker


class Explainer:
    """Makes errors and dialog documents; every text in them has passed the masker."""

    def __init__(self, recogniser: Recogniser, masker: Masker) -> None:
        self._recogniser = recogniser
        self._masker = masker

    def document(self, dialog: Dialog, recognition: Recognition) -> dict[str, Any]:
        """The dialog as JSON; what an entry shows may be a secret that came back."""
        shown = dialog_document(dialog, recognition)
        return {
            name: self._masker.text(value) if isinstance(value, str) else value
            for name, value in shown.items()
        }

    def no_reply(self, view: View, dialog: Dialog, recognition: Recognition, stop: Stop) -> InstallerError:
        """The dialog on the screen has no reply."""
        misses = stop.near_misses or tuple(
            f"{miss.name}: {miss.why}" for miss in self._recogniser.near_misses(dialog)
        )
        return InstallerError(
            self._masker.text(stop.message),
            kind=stop.kind,
            hint=self._masker.text(stop.hint),
            awaited="an answer for the dialog on the screen",
            dialog=self.document(dialog, recognition),
            screen=self._screen(view),
            near_misses=() if recognition.question else misses,
            proposal=self._masker.text(stop.proposal) if stop.proposal else None,
        )

    def stopped(
        self, view: View, history: History, kind: str, message: str, awaited: str, waited: float
    ) -> InstallerError:
        """What was awaited did not come."""
        dialog = view.dialog
        recognition = self._recogniser.recognise(dialog, history) if dialog else Recognition(None)
        return InstallerError(
            self._masker.text(message),
            kind=kind,
            hint="the screen shows where the installer stands" if dialog else "the console shows no dialog",
            awaited=awaited,
            waited=round(waited, 1),
            dialog=self.document(dialog, recognition) if dialog else None,
            screen=self._screen(view),
        )

    def _screen(self, view: View) -> tuple[str, ...]:
        """The rows of the screen, secrets in stars, without control characters."""
        return tuple(_printable(line) for line in self._masker.lines(view.snapshot.lines))


def _printable(line: str) -> str:
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in line)
