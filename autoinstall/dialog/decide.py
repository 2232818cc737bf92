"""What to reply to a dialog: the answers file decides, never a guess."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from autoinstall.answers.aliases import answers_for
from autoinstall.answers.answer import (
    AcceptDefault,
    AnswerBook,
    AnswerValue,
    ErrorPolicy,
    ErrorReply,
    SecretReference,
)
from autoinstall.answers.secret import Secret
from autoinstall.dialog.history import History
from autoinstall.dialog.model import Decision, Dialog, PressButton, Recognition, Stop
from autoinstall.dialog.proposal import proposed_lines
from autoinstall.dialog.replies import NoReply, reply_for
from autoinstall.dialog.rules import matching_rule, rule_misses
from autoinstall.dialog.text_keys import GO_BACK
from autoinstall.dialog.vocabulary import Vocabulary

LOOP_LIMIT = 5
"""Times that one dialog is answered in the same way before it is called a loop."""


@dataclass(frozen=True, slots=True)
class Judge:
    """All that a decision depends on besides the dialog: the answers, the secrets' values, the buttons' words."""

    book: AnswerBook
    secrets: Mapping[str, Secret]
    vocabulary: Vocabulary

    def decide(self, dialog: Dialog, recognition: Recognition, history: History) -> Decision | Stop:
        """The reply, with the line of the answers file that decided it, or why there is none."""
        question = recognition.question
        if history.times.get(dialog.words, 0) >= LOOP_LIMIT:
            return Stop(
                "dialog-loop",
                f"the dialog {dialog.prompt or dialog.title!r} was answered {LOOP_LIMIT} times and came back each time",
                "the installer does not take this answer: look at the screen for its reason",
                question=question,
            )
        if recognition.prelude:
            return self._go_on(dialog, recognition)
        if question and question.type == "error":
            return self._by_policy(dialog, recognition, history)
        found = self._answer(recognition)
        rule = matching_rule(self.book.rules, dialog)
        if found is not None:
            return self._reply(dialog, recognition, *found)
        if rule is not None:
            return self._reply(dialog, recognition, rule.reply, str(rule.place))
        if question and question.type == "note":
            return self._go_on(dialog, recognition)
        return self._no_answer(dialog, recognition)

    def _answer(self, recognition: Recognition) -> tuple[AnswerValue, str] | None:
        """The value given for the question by its own name, its twin's, or a name that preseed files use."""
        if recognition.question is None:
            return None
        answer = answers_for(recognition.question.name, self.book.answers)
        return (answer.value, str(answer.place)) if answer else None

    def _reply(
        self, dialog: Dialog, recognition: Recognition, value: AnswerValue, why: str
    ) -> Decision | Stop:
        reply = reply_for(dialog, recognition, self._with_secret(value), self.vocabulary)
        if isinstance(reply, NoReply):
            return Stop(
                "unanswerable",
                f"{why} does not answer {_called(dialog, recognition)}: {reply.why}",
                reply.hint,
                proposal=proposed_lines(dialog, recognition),
                question=recognition.question,
            )
        return Decision(reply, why, recognition.question)

    def _with_secret(self, value: AnswerValue) -> str | tuple[str, ...] | Secret | AcceptDefault:
        return self.secrets[value.name] if isinstance(value, SecretReference) else value

    def _go_on(self, dialog: Dialog, recognition: Recognition) -> Decision | Stop:
        label = _going_on(dialog, self.vocabulary)
        if label is None:
            return self._no_answer(dialog, recognition)
        return Decision(PressButton(label), "notes are confirmed without an answer", recognition.question)

    def _by_policy(self, dialog: Dialog, recognition: Recognition, history: History) -> Decision | Stop:
        assert recognition.question is not None
        name = recognition.question.name
        policy = next((policy for policy in self.book.errors if policy.name == name), None)
        used = history.policies_used.get(name, 0)
        if policy is None or policy.reply is ErrorReply.STOP or used >= policy.limit:
            return _error_stop(dialog, recognition, policy, used)
        back = going_back(dialog, self.vocabulary) if policy.reply is ErrorReply.BACK else None
        label = back.label if back else _going_on(dialog, self.vocabulary)
        if label is None:
            return self._no_answer(dialog, recognition)
        return Decision(PressButton(label), f"{policy.place} ({policy.reply})", recognition.question)

    def _no_answer(self, dialog: Dialog, recognition: Recognition) -> Stop:
        known = recognition.question is not None
        misses = tuple(f"{miss.name}: {miss.why}" for miss in recognition.near_misses)
        return Stop(
            "unanswered" if known else "unknown-dialog",
            f"the answers file does not answer {_called(dialog, recognition)}"
            if known
            else f"no template of the catalogue explains {_called(dialog, recognition)}",
            "add these lines to the answers file",
            near_misses=misses + rule_misses(self.book.rules, dialog),
            proposal=proposed_lines(dialog, recognition),
            question=recognition.question,
        )


def going_back(dialog: Dialog, vocabulary: Vocabulary) -> PressButton | None:
    """The reply that leaves a dialog by Go Back, where it has that button; the text frontend takes it anywhere."""
    if dialog.line is not None:
        return PressButton(GO_BACK)
    return next((PressButton(label) for label in dialog.buttons if label in vocabulary.go_back), None)


def _going_on(dialog: Dialog, vocabulary: Vocabulary) -> str | None:
    """The only button besides Go Back."""
    others = [label for label in dialog.buttons if label not in vocabulary.go_back]
    return others[0] if len(others) == 1 else None


def _error_stop(dialog: Dialog, recognition: Recognition, policy: ErrorPolicy | None, used: int) -> Stop:
    name = recognition.question.name if recognition.question else ""
    text = _said(dialog)
    if policy is None:
        how, hint = (
            "no policy is given for it",
            f"`errors: {{{name}: {{reply: retry, limit: 2}}}}` would go on",
        )
    elif policy.reply is ErrorReply.STOP:
        how, hint = f"{policy.place} says stop", "look at what the installer says is wrong"
    else:
        how = f"{policy.place} says {policy.reply}, at the most {policy.limit} times, and it came {used + 1} times"
        hint = "the cause did not go away by asking again"
    return Stop(
        "installer-error",
        f"the installer reports {name}: {text} ({how})",
        hint,
        question=recognition.question,
    )


def _said(dialog: Dialog) -> str:
    """The words of an error on one line, its heading apart."""
    text, heading = " ".join(dialog.text.split()), " ".join((dialog.prompt or "").split())
    rest = text.removeprefix(heading).strip()
    return f"{heading}: {rest}" if heading and rest != text and rest else text


def _called(dialog: Dialog, recognition: Recognition) -> str:
    """The dialog in a sentence: its name where it is known, its prompt or title where not."""
    if recognition.question is not None:
        return f"{recognition.question.name} ({dialog.prompt or dialog.title!r})"
    return f"the dialog {dialog.title!r}" + (f", {dialog.prompt!r}" if dialog.prompt else "")
