"""What a recorded session was: its dialogs, their answers, and the installer's life."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from autoinstall.dialog.document import dialog_document
from autoinstall.dialog.history import History
from autoinstall.dialog.model import Dialog, Recognition

Answer = str | bool | tuple[str, ...] | None
"""As `inspect` tells it: a label, a text, yes or no, the labels ticked; None where nobody answered."""


@dataclass(frozen=True, slots=True)
class RecordedDialog:
    """One question asked once: the dialog as it came up, the rows that came into view while it stood there,
    and the answer. `history` is what had been answered before it; `screen` the rows of the screen as it came up.
    """

    at: float
    dialog: Dialog
    recognition: Recognition
    choices: tuple[str, ...]
    answer: Answer
    history: History
    screen: tuple[str, ...] = field(repr=False)

    @property
    def name(self) -> str | None:
        """The question's debconf name."""
        return self.recognition.question.name if self.recognition.question else None

    @property
    def document(self) -> dict[str, Any]:
        """The dialog as `inspect --json` shows it."""
        document = dialog_document(self.dialog, self.recognition)
        if document["choices"] is not None:
            document["choices"] = list(self.choices)
        answer = self.answer
        document["answer"] = list(answer) if isinstance(answer, tuple) else answer
        return {"at": round(self.at, 3), **document}


@dataclass(frozen=True, slots=True)
class SessionEvent:
    """Something that happened to the guest, its installer or the console."""

    at: float
    event: str


@dataclass(frozen=True, slots=True)
class Session:
    """A whole recording, read. `width` and `height` in cells, `duration` in seconds, `bytes` of output."""

    width: int
    height: int
    duration: float
    bytes: int
    dialogs: tuple[RecordedDialog, ...]
    events: tuple[SessionEvent, ...]

    @property
    def document(self) -> dict[str, Any]:
        """The session as `inspect --json` prints it."""
        return {
            "recording": {
                "width": self.width,
                "height": self.height,
                "duration": round(self.duration, 3),
                "bytes": self.bytes,
            },
            "dialogs": [dialog.document for dialog in self.dialogs],
            "events": [{"at": round(one.at, 3), "event": one.event} for one in self.events],
        }
