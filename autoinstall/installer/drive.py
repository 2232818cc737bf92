"""The loop that drives an installer: look, recognise, decide, answer, until the installation is complete."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from autoinstall.answers.answer import AnswerBook
from autoinstall.answers.secret import Secret
from autoinstall.console.channel import Channel, ConsoleClosed
from autoinstall.deadline import Deadline
from autoinstall.dialog.decide import Judge
from autoinstall.dialog.document import answer_document, kind_of
from autoinstall.dialog.history import History
from autoinstall.dialog.model import Accept, Decision, Dialog, Fill, Kind, Recognition, Stop
from autoinstall.dialog.press import Unreachable
from autoinstall.dialog.proposal import proposed_lines
from autoinstall.dialog.recognise import Recogniser
from autoinstall.events import Events
from autoinstall.installer.answering import Answered, Answering, Gone
from autoinstall.installer.explaining import Explainer
from autoinstall.installer.failure import InstallerError
from autoinstall.installer.lifecycle import COMPLETION, Happening, Lifecycle
from autoinstall.installer.outcome import Answers, End, Limits, Outcome
from autoinstall.installer.pace import Pace
from autoinstall.installer.repainting import Repainter
from autoinstall.installer.sight import REMEMBERED
from autoinstall.installer.stall import ReadCounters, StallWatch, Verdict
from autoinstall.installer.text_answering import TextAnswering
from autoinstall.installer.view import View
from autoinstall.recording.mask import Masker

MAIN_MENU = "debian-installer/main-menu"
SLIPS_FORGIVEN = 5
"""Times that a lost byte of an arrow key may have led back to the main menu before it is called a loop."""


REPAINT_PATIENCE = 15.0
"""Seconds for a screen to paint itself after attaching again; a progress box may do so at its next step only."""


@dataclass(slots=True)
class _Run:
    """What outlives a console: what was answered, and what is known of the installer's life."""

    history: History = field(default_factory=History)
    lifecycle: Lifecycle = field(default_factory=Lifecycle)
    answered: list[Answers] = field(default_factory=list)
    slips: int = 0
    left: tuple[tuple[str, ...], str] | None = None
    panicked: bool = False
    completing: bool = False
    doubt: bool = False
    attached: int = 0
    in_screen: bool = False
    held: bool = False
    shown: str = ""
    came_back: bool = False


class Installer:
    """Drives one installation, over one console or over several in a row when the connection is lost.

    After "Installation complete" was confirmed, or once the guest has rebooted, nothing is sent any more.
    """

    def __init__(
        self,
        book: AnswerBook,
        secrets: Mapping[str, Secret],
        recogniser: Recogniser,
        events: Events,
        limits: Limits | None = None,
        masker: Masker | None = None,
        *,
        deadline: Deadline | None = None,
        counters: ReadCounters | None = None,
    ) -> None:
        """`deadline` is that of whatever the installation is a part of; `counters` tell what the guest does."""
        self._recogniser = recogniser
        self._judge = Judge(book, secrets, recogniser.vocabulary)
        self._explainer = Explainer(recogniser, masker or Masker(secrets.values()))
        self._events = events
        self._limits = limits or Limits()
        whole = self._limits.whole
        self._whole = deadline.nested(whole) if deadline else Deadline.after(whole)
        self._stall = StallWatch(counters, self._limits.patience)
        self._verdict: Verdict | None = None
        self._pace = Pace()
        self._run = _Run()

    @property
    def answered(self) -> tuple[Answers, ...]:
        """All that was answered so far, over all consoles."""
        return tuple(self._run.answered)

    @property
    def complete(self) -> bool:
        """The installer has said that the installation is complete."""
        return self._run.lifecycle.complete

    @property
    def _over(self) -> bool:
        return self._run.lifecycle.over or self._run.panicked

    def drive(self, channel: Channel, *, shown_before: str | None = None) -> Outcome:
        """Answer dialogs until the installation is complete and the guest goes down, or the console ends.

        `shown_before`: what another process was shown last, which had this installer's console before us; its
        question may still stand there unanswered, and is not painted again by itself.
        Raises InstallerError where it cannot go on.
        """
        self._run.attached += 1
        goes_on = self._run.attached > 1 or shown_before is not None
        view = View(channel, self._recogniser.vocabulary, self._run.lifecycle, self._pace, self._happened)
        view.in_screen = self._run.in_screen
        repainter = Repainter(view, held=self._run.held or shown_before is not None)
        try:
            if goes_on:
                self._run.doubt = True
                self._run.came_back = view.go_on_from(self._run.shown or shown_before or "")
                if not self._run.came_back:
                    self._look_again(view, repainter)
            while not self._over:
                self._answer_next(view, repainter)
            return self._see_it_go(view)
        except ConsoleClosed as closed:
            if self._over and not self.complete:
                raise self._went_down(view) from None
            return Outcome(End.COMPLETE if self.complete else End.CLOSED, closed.exit_status)
        finally:
            self._run.in_screen, self._run.held = view.in_screen, repainter.held
            self._run.shown = (self._run.shown + view.heard_since(0))[-REMEMBERED:]

    def _look_again(self, view: View, repainter: Repainter) -> None:
        """After attaching again: what came meanwhile is shown first; a silent screen is asked to paint itself."""
        quiet = Deadline.after(1.0)
        while not quiet.expired and view.dialog is None:
            view.look(quiet.remaining)
        if view.dialog is None and not self._over:
            repainter.ask_anew(self._whole.nested(REPAINT_PATIENCE))

    def _answer_next(self, view: View, repainter: Repainter) -> None:
        dialog = self._next_dialog(view, repainter)
        if dialog is None:
            return
        if repainter.let_go:
            self._run.doubt, repainter.let_go = True, False
        recognition = self._recogniser.recognise(dialog, self._run.history)
        dialog = replace(dialog, kind=kind_of(dialog, recognition))
        self._come_back_to_what_was_left(view, dialog, recognition)
        view.marker(f"dialog {recognition.question.name if recognition.question else dialog.title}")
        self._tell_dialog(dialog, recognition)
        decision = self._decide(view, dialog, recognition)
        self._answer(view, repainter, dialog, recognition, decision)

    def _next_dialog(self, view: View, repainter: Repainter) -> Dialog | None:
        """The next complete dialog that wants an answer; None once the console says that all is over."""
        percent: tuple[str, int | None] | None = None
        while True:
            dialog = view.dialog
            if self._over:
                return None
            if view.readable is not None and view.readable.kind is not Kind.PROGRESS:
                view.settle(self._whole)
                if view.readable == dialog:
                    return dialog
                continue
            if (
                dialog is not None
                and dialog.kind is Kind.PROGRESS
                and (dialog.title, dialog.percent) != percent
            ):
                percent = (dialog.title, dialog.percent)
                self._events.tell("progress", title=dialog.title, percent=dialog.percent, text=dialog.text)
            repainter.look(min(0.25, self._whole.remaining))
            self._check_patience(view)

    def _check_patience(self, view: View) -> None:
        if self._whole.expired:
            what = "installation" if self._whole.granted == self._limits.whole else "build"
            raise self._stopped(view, "deadline", f"the {what} took longer than it may", self._whole.granted)
        finding = self._stall.look(quiet=view.quiet, silence=view.silence, has_clock=view.in_screen)
        if finding is None:
            return
        if finding.fatal:
            guest = f"the guest {finding.verdict}: " if finding.verdict else ""
            raise self._stopped(view, "stall", guest + finding.evidence, view.quiet)
        if finding.verdict is not self._verdict:
            self._events.tell("progress", text=f"the guest {finding.verdict}: {finding.evidence}")
        self._verdict = finding.verdict

    def _decide(self, view: View, dialog: Dialog, recognition: Recognition) -> Decision:
        if recognition.question is not None and recognition.question.name == MAIN_MENU and self._run.slips:
            return Decision(Accept(), "back from a key that lost a byte", recognition.question)
        verdict = self._judge.decide(dialog, recognition, self._run.history)
        if isinstance(verdict, Decision):
            return verdict
        view.settle(self._whole)
        raise self._explainer.no_reply(view, dialog, recognition, verdict)

    def _answer(
        self, view: View, repainter: Repainter, dialog: Dialog, recognition: Recognition, decision: Decision
    ) -> None:
        reply = decision.reply
        is_secret = isinstance(reply, Fill) and reply.secret
        if is_secret:
            view.secret_field(True)
        completing = recognition.question is not None and recognition.question.name == COMPLETION
        started = time.monotonic()
        before_enter = (lambda: self._completing(view)) if completing else lambda: None
        answering: Answering | TextAnswering
        if dialog.line is not None:
            answering = TextAnswering(
                *(view, dialog, reply),
                doubt=self._run.doubt,
                unproved=self._unproved(recognition),
                came_back=self._run.came_back,
                before_enter=before_enter,
            )
        else:
            answering = Answering(
                *(view, repainter, dialog, reply), doubt=self._run.doubt, before_enter=before_enter
            )
        try:
            result = answering.run(self._whole.nested(self._limits.dialog))
        except ConsoleClosed:
            if completing and answering.presses:
                self._note(dialog, recognition, decision, answering.answered())
            raise
        finally:
            if is_secret:
                view.secret_field(False)
            self._run.doubt = answering.doubt
            if completing and answering.presses:
                self._completed(view)
        self._run.came_back = False
        if isinstance(result, Answered):
            self._note(dialog, recognition, decision, result)
        elif isinstance(result, Gone):
            self._slipped(view, result, dialog, recognition)
        elif isinstance(result, Unreachable):
            raise self._unreachable(view, dialog, recognition, decision, result)
        else:
            waited = time.monotonic() - started
            raise self._stopped(
                view, "deadline", f"the dialog {dialog.title!r} could not be answered", waited
            )

    def _unproved(self, recognition: Recognition) -> str | None:
        """Why a password that the frontend does not show would not be certain."""
        question = recognition.question
        if question is None or not self._recogniser.asks_twice(question):
            return "the installer does not ask for this one twice"
        if any(one.retyped for one in self._run.answered):
            return "this console has lost keys"
        return None

    def _unreachable(
        self,
        view: View,
        dialog: Dialog,
        recognition: Recognition,
        decision: Decision,
        result: Unreachable,
    ) -> InstallerError:
        offered = ", ".join(repr(one) for one in result.offered)
        stop = Stop(
            "unanswerable",
            f"{decision.why}: {result.why}",
            f"it offers: {offered}" if offered else "look at the screen",
            question=recognition.question,
            proposal=proposed_lines(dialog, recognition),
        )
        return self._explainer.no_reply(view, dialog, recognition, stop)

    def _note(self, dialog: Dialog, recognition: Recognition, decision: Decision, result: Answered) -> None:
        """Put an answer into the history and the events."""
        question = recognition.question
        name = question.name if question and not recognition.prelude else None
        run = self._run
        run.history = run.history.with_answer(name, dialog.words)
        if question is not None and recognition.prelude:
            run.history = run.history.with_prelude(question.name, recognition.language)
        if question is not None and question.type == "error":
            run.history = run.history.with_policy(question.name)
        if name != MAIN_MENU:
            run.slips = 0
        shown = answer_document(decision, dialog)
        seconds = round(result.seconds, 3)
        run.answered.append(Answers(name, dialog.title, shown, result.presses, result.retyped, seconds))
        self._events.tell(
            "answered",
            question=name,
            title=dialog.title,
            answer=shown,
            presses=result.presses,
            retyped=result.retyped,
            seconds=seconds,
            why=decision.why,
        )

    def _slipped(self, view: View, gone: Gone, dialog: Dialog, recognition: Recognition) -> None:
        """The dialog went away unanswered. After an escape sequence that is a lost byte, which is Go Back."""
        if not gone.escape_sent:
            return
        self._run.slips += 1
        self._run.left = (dialog.identity, _called(dialog, recognition))
        if self._run.slips > SLIPS_FORGIVEN:
            raise self._stopped(
                view, "dialog-loop", "arrow keys lose bytes again and again on this console", 0.0
            )

    def _come_back_to_what_was_left(self, view: View, dialog: Dialog, recognition: Recognition) -> None:
        """A dialog that was left by Go Back must be asked again before anything new is answered.

        On the way the menu, and questions that were answered before, may come. Raises InstallerError where
        the installer went on without it: some steps take Go Back for an answer (tasksel's, in the target).
        """
        if self._run.left is None:
            return
        identity, left = self._run.left
        name = recognition.question.name if recognition.question else None
        if dialog.identity == identity:
            self._run.left = None
        elif name != MAIN_MENU and name not in self._run.history.answered:
            message = f"a key lost a byte and left {left} unanswered, and the installer goes on without it"
            raise self._stopped(view, "answer-lost", message, 0.0)

    def _completing(self, view: View) -> None:
        """Enter is about to confirm the completion: whoever goes on after us must know it before."""
        if not self._run.completing:
            view.marker(Happening.INSTALLATION_COMPLETE.value)
        self._happened(Happening.INSTALLATION_COMPLETE)

    def _completed(self, view: View) -> None:
        self._completing(view)
        self._run.lifecycle.saw_completion()

    def _see_it_go(self, view: View) -> Outcome:
        """Send nothing more; look on until the guest says that it goes down or boots, or the console ends."""
        if not self.complete:
            raise self._went_down(view)
        while not (self._run.lifecycle.rebooted or self._run.lifecycle.going_down):
            view.look(min(1.0, self._whole.remaining))
            self._check_patience(view)
        return Outcome(End.COMPLETE)

    def _went_down(self, view: View) -> InstallerError:
        """Why the installer is over before it was complete."""
        if self._run.panicked:
            error = self._stopped(view, "kernel-panic", "the installer's kernel panicked", 0.0)
            error.hint = "its last words are on the screen; has the domain memory enough (machine.memory)?"
        else:
            message = "the guest rebooted before the installation was complete"
            error = self._stopped(view, "early-reboot", message, 0.0)
            error.hint = "the screen and the recording show its last words"
        return error

    def _happened(self, happening: Happening) -> None:
        if happening is Happening.INSTALLATION_COMPLETE:
            if self._run.completing:
                return
            self._run.completing = True
        self._events.tell("lifecycle", happening=happening.value)
        self._run.panicked = self._run.panicked or happening is Happening.KERNEL_PANIC

    def _tell_dialog(self, dialog: Dialog, recognition: Recognition) -> None:
        self._events.tell("dialog", **self._explainer.document(dialog, recognition))

    def _stopped(self, view: View, kind: str, message: str, waited: float) -> InstallerError:
        last = self._run.answered[-1].question if self._run.answered else None
        awaited = f"the next dialog after {last}" if last else "the installer's first dialog"
        return self._explainer.stopped(view, self._run.history, kind, message, awaited, waited)


def _called(dialog: Dialog, recognition: Recognition) -> str:
    return recognition.question.name if recognition.question else repr(dialog.title)
