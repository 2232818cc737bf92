"""Preseed files out of answers files: what each answer is as a setting, and what no preseed file can say."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from autoinstall.answers.aliases import SETTINGS
from autoinstall.answers.answer import AcceptDefault, Answer, SecretReference
from autoinstall.answers.model import Answers
from autoinstall.answers.preseed import PreseedLine
from autoinstall.answers.steps import Run

_OWNERS = {"tasksel": "tasksel", "popularity-contest": "popularity-contest"}
_BOOLEANS = {"true": "true", "yes": "true", "false": "false", "no": "false"}
_LAST_NOTE = PreseedLine("d-i", "finish-install/reboot_in_progress", "note", "")

Describe = Callable[[str], "Described | None"]


@dataclass(frozen=True, slots=True)
class Described:
    """What the installer's template says of a question: its type, and its values by their English labels."""

    type: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Exported:
    """The settings, comments among them as texts, and what had to stay behind: each a sentence."""

    lines: list[PreseedLine | str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def export_preseed(answers: Answers, describe: Describe) -> Exported:
    """The settings that spare the dialogs which the file answers. Secrets are named, never written."""
    found = Exported([f"{answers.name}: answers as a preseed file, debconf-set-selections(1)"])
    for answer in answers.book.answers:
        for line in _settings(answer, describe(answer.name), found.warnings):
            if line not in found.lines:
                found.lines.append(line)
    for argument in answers.installer.arguments:
        name, equals, value = argument.partition("=")
        if equals and "/" in name:
            kind = "boolean" if value in ("true", "false") else "string"
            found.lines.append(PreseedLine("d-i", name, kind, value))
    if answers.installer.keep_arguments:
        value = " ".join(answers.installer.keep_arguments)
        found.lines.append(PreseedLine("d-i", "debian-installer/add-kernel-opts", "string", value))
    found.lines += _late_command(answers, found.warnings)
    found.lines.append(_LAST_NOTE)
    found.warnings += [
        f"{rule.place}: a dialog that has no name cannot be preseeded" for rule in answers.book.rules
    ]
    found.warnings += [
        f"{one.place}: preseed files know no policy for {one.name}" for one in answers.book.errors
    ]
    return found


def _settings(answer: Answer, known: Described | None, warnings: list[str]) -> Iterator[PreseedLine | str]:
    owner = _OWNERS.get(answer.name.partition("/")[0], "d-i")
    match answer.value:
        case AcceptDefault():
            yield PreseedLine(owner, answer.name, "seen", "true")
        case SecretReference(name):
            kind = known.type if known else "password"
            twins = ("", "-again") if kind == "password" else ("",)
            warnings.append(f"{answer.place}: the secret {name} is not written: put it in by hand")
            for twin in twins:
                yield f"{owner} {answer.name}{twin} {kind} (the secret {name})"
        case tuple(labels):
            values = known.values if known else {}
            value = ", ".join(values.get(label, label).replace(",", "\\,") for label in labels)
            yield PreseedLine(owner, answer.name, "multiselect", value)
        case str(text):
            yield _spared(owner, answer.name, text, known)


def _spared(owner: str, dialog: str, given: str, known: Described | None) -> PreseedLine:
    """The setting that spares a dialog; some have another name, or words of their own for the dialog's labels."""
    kind, value = _typed(given, known)
    for pattern, name, labels in SETTINGS:
        if fnmatchcase(dialog, pattern):
            words = {label: word for word, label in labels.items()}
            if given in words or given in labels or not labels:
                kind = "string" if name != dialog and kind == "select" else kind
                return PreseedLine(owner, name, kind, words.get(given, given if labels else value))
    return PreseedLine(owner, dialog, kind, value)


def _typed(text: str, known: Described | None) -> tuple[str, str]:
    """Type and value; without a template a word of a boolean's is taken for one."""
    kind = known.type if known else ("boolean" if text.lower() in _BOOLEANS else "string")
    if kind == "boolean":
        return kind, _BOOLEANS.get(text.lower(), text)
    return kind, known.values.get(text, text) if known else text


def _late_command(answers: Answers, warnings: list[str]) -> Iterator[PreseedLine]:
    """Commands of the guest's steps can run in the target; edits and files are ours alone."""
    commands = [step.command for step in answers.steps if isinstance(step, Run) and step.expect == 0]
    others = len(answers.steps) - len(commands)
    if others:
        warnings.append(f"{others} of the guest's steps are no plain commands: a preseed file cannot do them")
    if commands:
        value = " && ".join(f"in-target sh -c {shlex.quote(' '.join(one.splitlines()))}" for one in commands)
        yield PreseedLine("d-i", "preseed/late_command", "string", value)
