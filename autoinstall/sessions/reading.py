"""Reads a recording as a person would have watched it: which dialogs came up, and how each was answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from autoinstall.dialog.history import History
from autoinstall.dialog.model import Dialog, Kind
from autoinstall.dialog.releases import Recognises
from autoinstall.installer.lifecycle import COMPLETION, Happening, Lifecycle
from autoinstall.installer.sight import Sight
from autoinstall.recording.asciicast import OUTPUT, CastEvent, Recorded
from autoinstall.recording.recorder import CONSOLE_CLOSED
from autoinstall.sessions.playing import Marked, Moment, Resized, Said, Typed, moments
from autoinstall.sessions.session import RecordedDialog, Session, SessionEvent
from autoinstall.sessions.standing import Standing

_LEAST_CELLS, _MOST_CELLS = 2, 1000
"""Window sizes that an emulator is given; an installer needs 80 by 24."""

_NEWT_HELP = ("<Tab>", "<F1>")
"""How the last line of newt's empty screen begins."""

_BOOTS = (Happening.KERNEL_BOOT, Happening.REBOOT, Happening.KERNEL_PANIC)


class Watches(Protocol):
    """Looks on at each key of a session that is read."""

    def pressed(
        self, at: float, standing: Standing, dialog: Dialog, keys: bytes, history: History, application: bool
    ) -> None:
        """Keys were sent; `application` says what arrow keys send then (DECCKM)."""


def read_session(recording: Recorded, recogniser: Recognises, watch: Watches | None = None) -> Session:
    """The session that a recording shows, its dialogs named by the recogniser's catalogue."""
    reader = _Reader(recording, recogniser, watch)
    measure = _Measure()
    for moment in moments(measure.of(recording.events)):
        reader.take(moment)
    reader.end()
    header = recording.header
    return Session(
        header.width,
        header.height,
        measure.duration,
        measure.bytes,
        tuple(sorted(reader.dialogs, key=lambda dialog: dialog.at)),
        tuple(reader.events),
    )


@dataclass(slots=True)
class _Measure:
    """How long a recording is, in seconds and in bytes of output: known when it has gone by."""

    duration: float = 0.0
    bytes: int = 0

    def of(self, events: Iterable[CastEvent]) -> Iterator[CastEvent]:
        """The same events."""
        for event in events:
            self.duration = max(self.duration, event.at)
            if event.code == OUTPUT:
                self.bytes += len(event.text.encode("utf-8", "replace"))
            yield event


class _Reader:
    """Goes through a recording once, from its beginning."""

    def __init__(self, recording: Recorded, recogniser: Recognises, watch: Watches | None) -> None:
        self.dialogs: list[RecordedDialog] = []
        self.events: list[SessionEvent] = []
        self._recogniser = recogniser
        self._watch = watch
        self._lifecycle = Lifecycle()
        self._has_input = recording.has_input
        self._at = 0.0
        self._history = History()
        self._standing: Standing | None = None
        self._progress: str | None = None
        self._again = False
        self._sight = self._new_sight(recording.header.width, recording.header.height)

    def take(self, moment: Moment) -> None:
        """One more moment of the recording."""
        self._at = moment.at
        match moment:
            case Said():
                self._hear(moment)
            case Typed(keys=keys):
                self._type(keys)
            case Marked(label=label):
                if label == CONSOLE_CLOSED:
                    self._lose_console()
            case Resized(columns=columns, lines=lines):
                self._sight = self._new_sight(columns, lines)

    def end(self) -> None:
        """The recording is over: what stands there still was not answered."""
        standing = self._standing
        self._close(unanswered=standing is not None and self._has_input and not standing.entered)

    def _type(self, keys: bytes) -> None:
        standing = self._standing
        if standing is None:
            return
        if self._watch:
            application = self._sight.snapshot.application_cursor_keys
            self._watch.pressed(self._at, standing, standing.last, keys, self._history, application)
        standing.typed(keys, self._sight.mark())

    def _lose_console(self) -> None:
        """A dialog may stand on the next console still."""
        self._sight = self._new_sight(*self._size)
        if self._standing:
            self._standing.console_lost()
        self._happened_at(CONSOLE_CLOSED)

    def _new_sight(self, columns: int, lines: int) -> Sight:
        self._size = (columns, lines)
        return Sight(
            min(max(columns, _LEAST_CELLS), _MOST_CELLS),
            min(max(lines, _LEAST_CELLS), _MOST_CELLS),
            self._recogniser.vocabulary,
            self._lifecycle,
            self._happened,
        )

    def _hear(self, said: Said) -> None:
        if not self._sight.take(said.data):
            return
        dialog = self._sight.dialog
        if dialog is not None and dialog.kind is Kind.PROGRESS:
            self._show_progress(dialog)
        elif (readable := self._sight.readable) is not None:
            self._show(readable, said.pause)
        elif self._standing and dialog is None and self._window_has_gone():
            self._standing.left = True

    def _show_progress(self, dialog: Dialog) -> None:
        """A progress box ends the question before it; one box is all those in a row with its title."""
        self._close()
        if dialog.title == self._progress or not dialog.title:
            return
        self._progress = dialog.title
        recognition = self._recogniser.recognise(dialog, self._history)
        self.dialogs.append(
            RecordedDialog(self._at, dialog, recognition, (), None, self._history, self._sight.snapshot.lines)
        )

    def _show(self, dialog: Dialog, pause: float) -> None:
        screen = self._sight.snapshot.lines
        if self._standing and (
            dialog.identity != self._standing.identity or self._asked_again(self._standing)
        ):
            self._close()
        if self._standing is None:
            recognition = self._recogniser.recognise(dialog, self._history)
            self._standing = Standing(self._at, dialog, recognition, screen)
            if recognition.question is not None and recognition.question.name == COMPLETION:
                for happening in self._lifecycle.saw_completion():
                    self._happened(happening)
        self._standing.shown(dialog, pause, screen)

    def _asked_again(self, standing: Standing) -> bool:
        """The same question, but since it was answered: its window had gone, or was painted anew after Enter."""
        if standing.first.line is not None or (self._has_input and standing.entered_at is None):
            return False
        painted = standing.entered_at is not None and self._sight.paints_since(
            standing.entered_at, standing.first.title
        )
        return standing.left or bool(painted)

    def _window_has_gone(self) -> bool:
        """newt's empty screen is there, or no screen of newt's at all; a half-painted or damaged window is neither."""
        lines = self._sight.snapshot.lines
        return lines[-1].startswith(_NEWT_HELP) and not self._sight.disturbed

    def _close(self, *, unanswered: bool = False) -> None:
        """The standing dialog is over; with an answer, unless nobody gave one."""
        standing, self._standing = self._standing, None
        if standing is None:
            return
        answered = not unanswered and self._was_answered(standing)
        answer = standing.answer(self._recogniser.vocabulary) if answered else None
        self.dialogs.append(
            RecordedDialog(
                standing.at,
                standing.first,
                standing.recognition,
                standing.choices,
                answer,
                self._history,
                standing.screen,
            )
        )
        if answer is not None:
            self._note(standing)

    def _was_answered(self, standing: Standing) -> bool:
        if self._again:
            return False
        shown = self._sight.dialog
        stands = shown is not None and shown.identity == standing.identity
        if self._has_input:
            return standing.touched and not (stands and not self._asked_again(standing))
        return not stands or standing.left

    def _note(self, standing: Standing) -> None:
        recognition = standing.recognition
        question = recognition.question
        name = question.name if question and not recognition.prelude else None
        self._history = self._history.with_answer(name, standing.first.words)
        if question is not None and recognition.prelude:
            self._history = self._history.with_prelude(question.name, recognition.language)
        if question is not None and question.type == "error":
            self._history = self._history.with_policy(question.name)

    def _happened(self, happening: Happening) -> None:
        if happening in _BOOTS:
            self._close()
            self._progress = None
        if happening is Happening.INSTALLER_AGAIN:
            self._again = True
        if (
            happening in (Happening.INSTALLER_STARTED, Happening.INSTALLER_AGAIN)
            and not self._lifecycle.booted
        ):
            return
        self._happened_at(happening.value)

    def _happened_at(self, event: str) -> None:
        self.events.append(SessionEvent(self._at, event))
