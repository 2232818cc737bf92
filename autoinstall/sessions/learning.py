"""An answers file from a recorded session: what the operator answered, by the questions' names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from autoinstall.answers.naming import secret_name, valid_name
from autoinstall.dialog.model import Kind, Part
from autoinstall.dialog.vocabulary import Vocabulary
from autoinstall.errors import JobError
from autoinstall.sessions.session import Answer, RecordedDialog

_STARS = re.compile(r"\*+")
_TWIN = "-again"


@dataclass(slots=True)
class Learned:
    """The text of an answers file, and what its reader should know: each a sentence."""

    text: str
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Line:
    """One answer: its YAML, the comment above it, and the answer itself, to be compared with a later one."""

    yaml: str
    comment: str
    answer: Answer


def learn(dialogs: Sequence[RecordedDialog], name: str, vocabulary: Vocabulary) -> Learned:
    """The answers file `name` that gives the recorded answers.

    Raises JobError where nothing was answered.
    """
    answered = [one for one in dialogs if one.answer is not None and not one.recognition.prelude]
    if not answered:
        raise JobError(
            "the recording has no dialog that was answered: there is nothing to learn",
            kind="nothing-answered",
            hint="`autoinstall inspect` shows what the recording holds",
        )
    learner = _Learner(vocabulary)
    for one in answered:
        learner.take(one)
    return Learned(learner.text(valid_name(name)), learner.warnings)


class _Learner:
    """Collects answers; the last one of a question counts."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.warnings: list[str] = []
        self._vocabulary = vocabulary
        self._questions: dict[str, _Line] = {}
        self._errors: dict[str, tuple[str, int]] = {}
        self._rules: dict[str, _Line] = {}

    def take(self, one: RecordedDialog) -> None:
        question = one.recognition.question
        if question is None:
            self._learn_rule(one)
        elif question.type == "error":
            self._learn_policy(question.name, one)
        elif question.type == "note":
            return
        elif not question.name.endswith(_TWIN):
            self._learn_answer(question.name, one)

    def text(self, name: str) -> str:
        """The whole file."""
        lines = ["version: 1", f"name: {name}", ""]
        if self._questions:
            lines += ["questions:", *_block(self._questions.values(), "  ")]
        if self._rules:
            lines += ["", "# Screens that no template of the catalogue explains.", "dialogs:"]
            lines += _block(self._rules.values(), "  ")
        if self._errors:
            lines += ["", "errors:"]
            lines += [
                f"  {error}: {{reply: {reply}, limit: {times}}}"
                for error, (reply, times) in self._errors.items()
            ]
        return "\n".join(lines) + "\n"

    def _learn_answer(self, name: str, one: RecordedDialog) -> None:
        if one.answer in self._vocabulary.go_back:
            self.warnings.append(
                f"{name} was left by Go Back at {one.at:.1f} s: no answer is learned from that"
            )
            return
        line = _Line(f"{name}: {_value(name, one)}", _comment(one), one.answer)
        before = self._questions.pop(name, None)
        if before is not None and before.answer != one.answer:
            self.warnings.append(
                f"{name} was answered in two ways: the last one, {_told(one.answer)}, is learned"
            )
        self._questions[name] = line

    def _learn_rule(self, one: RecordedDialog) -> None:
        dialog = one.dialog
        match = {
            "title": dialog.title,
            "prompt": dialog.prompt,
            "text": None if dialog.prompt else dialog.text,
        }
        texts = ", ".join(f"{key}: {_quoted(' '.join(text.split()))}" for key, text in match.items() if text)
        key = f"{{{texts}, kind: {dialog.kind}}}"
        reply = _reply(one)
        before = self._rules.pop(key, None)
        if before is not None and before.answer != one.answer:
            self.warnings.append(
                f"the dialog {dialog.title!r} was answered in two ways: the last one is learned"
            )
        self._rules[key] = _Line(f"- match: {key}\n  reply: {reply}", _comment(one), one.answer)

    def _learn_policy(self, name: str, one: RecordedDialog) -> None:
        back = one.answer in self._vocabulary.go_back
        _, times = self._errors.get(name, ("", 0))
        self._errors[name] = ("back" if back else "retry", times + 1)


def _value(name: str, one: RecordedDialog) -> str:
    if one.dialog.kind is Kind.PASSWORD:
        return f"{{secret: {secret_name(name)}}}"
    if one.dialog.kind is Kind.STRING and isinstance(one.answer, str) and _STARS.fullmatch(one.answer):
        return f"{{secret: {secret_name(name)}}}"
    return _yaml(_language_free(one))


def _reply(one: RecordedDialog) -> str:
    return "{secret: password}" if one.dialog.kind is Kind.PASSWORD else _yaml(one.answer)


def _language_free(one: RecordedDialog) -> Answer:
    """A label as it is in English, where the question's own template holds it."""
    question = one.recognition.question
    if question is None or isinstance(one.answer, bool) or one.answer is None:
        return one.answer
    if one.dialog.kind not in (Kind.SELECT, Kind.MULTISELECT):
        return one.answer
    shown = [
        " ".join(label.split())
        for label in question.texts.get(one.recognition.language, question.english).choices
    ]
    english = [" ".join(label.split()) for label in question.english.choices]

    def translated(label: str) -> str:
        index = shown.index(label) if label in shown else -1
        known = (
            0 <= index < len(english) and "${" not in english[index] and english.count(english[index]) == 1
        )
        return english[index] if known else label

    if isinstance(one.answer, tuple):
        return tuple(translated(label) for label in one.answer)
    return translated(one.answer)


def _comment(one: RecordedDialog) -> str:
    focus = one.dialog.focus
    in_list = focus is not None and focus.part in (Part.LIST, Part.LINE) and one.dialog.kind is Kind.SELECT
    shown = focus.label if focus and in_list else None
    was = f"; {shown!r} was shown" if shown and shown != one.answer else ""
    return f"at {one.at:.1f} s: {one.dialog.title}{was}"


def _block(lines: Iterable[_Line], indent: str) -> list[str]:
    return [
        indent + text for line in lines for text in (f"# {_printable(line.comment)}", *line.yaml.splitlines())
    ]


def _yaml(answer: Answer) -> str:
    if isinstance(answer, bool):
        return str(answer).lower()
    if isinstance(answer, tuple):
        return "[" + ", ".join(_quoted(label) for label in answer) + "]"
    return _quoted(answer or "")


def _quoted(text: str) -> str:
    """A text that YAML reads as itself (a JSON string is one, and hides control characters)."""
    return json.dumps(text, ensure_ascii=False)


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


def _told(answer: Answer) -> str:
    return _printable(_yaml(answer))
