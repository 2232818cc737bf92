"""Answers files out of preseed files: each setting as the answer to the dialog that it spares.

What no dialog asks for goes onto the installer's kernel line, where debian-installer reads NAME=VALUE as a setting too.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from autoinstall.answers.aliases import ALIASES
from autoinstall.answers.naming import secret_name
from autoinstall.answers.preseed import PreseedLine

_SPLIT = re.compile(r"(?<!\\),\s*")
_SHORTLIST = "localechooser/shortlist/"
_MIRRORS = ("mirror/http/countries", "mirror/https/countries", "mirror/ftp/countries")
_KERNEL_OPTIONS = "debian-installer/add-kernel-opts"
_LATE = "preseed/late_command"
_EARLY = ("preseed/early_command", "partman/early_command")
_IN_TARGET = (["in-target"], ["chroot", "/target"])
_WITHOUT_ANSWER = ("note", "text", "title", "error")
_DEBCONF_NAME = re.compile(r"[A-Za-z][\w.+-]*(?:/[\w.+@-]+)+", re.ASCII)
_SECRET_NAME = re.compile(r"pass(word|phrase)|wireless_w(pa|ep)")
_WITH_PASSWORD = re.compile(r"://[^/\s@]*:[^/\s@]+@")
_SETS_PASSWORD = re.compile(r"passwd|password|\b(usermod|useradd)\b.*\s-p")
_BARE = re.compile(r"[\w./:+@%,-]+")


@dataclass(frozen=True, slots=True)
class Remark:
    """What a reader should know of a line: a warning, or that it was refused, and why."""

    line: int
    question: str
    message: str
    refused: bool = False

    @property
    def document(self) -> dict[str, object]:
        """As JSON tells it."""
        return {"line": self.line, "question": self.question, "message": self.message}


Value = str | tuple[str, ...]


@dataclass(slots=True)
class Imported:
    """An answers file's parts: answers by question (a secret's name in `secrets`), arguments, commands, remarks."""

    questions: dict[str, Value] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    arguments: list[str] = field(default_factory=list)
    keep_arguments: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def text(self, name: str) -> str:
        """The answers file of that name."""
        lines = ["version: 1", f"name: {name}"]
        if self.arguments or self.keep_arguments:
            lines += ["", "installer:"]
        if self.arguments:
            lines += ["  # Settings that no dialog asks for.", f"  arguments: {_list(self.arguments)}"]
        if self.keep_arguments:
            lines.append(f"  keep_arguments: {_list(self.keep_arguments)}")
        if self.questions or self.secrets:
            lines += ["", "questions:"]
        lines += [f"  {_key(question)}: {_yaml(value)}" for question, value in self.questions.items()]
        lines += [f"  {_key(question)}: {{secret: {secret}}}" for question, secret in self.secrets.items()]
        if self.commands:
            lines += ["", "guest:", *(f"  - run: {{command: {_quoted(one)}}}" for one in self.commands)]
        return "\n".join(lines) + "\n"


def import_preseed(lines: Sequence[PreseedLine], is_asked: Callable[[str], bool]) -> Imported:
    """What the settings answer; `is_asked` tells whether any dialog shows a question of that name."""
    found = Imported()
    place = _Place.of(lines)
    for line in lines:
        _take(line, found, is_asked, place)
    return found


@dataclass(frozen=True, slots=True)
class _Place:
    """Language and mirror's protocol that the file sets: dialogs of locations and mirrors are named after them."""

    language: str | None
    protocol: str

    @classmethod
    def of(cls, lines: Sequence[PreseedLine]) -> _Place:
        given = {line.question: line.value for line in lines}
        locale = given.get("debian-installer/locale", "")
        language = given.get("debian-installer/language") or locale.partition("_")[0] or None
        return cls(language, given.get("mirror/protocol") or "http")

    def dialog(self, pattern: str) -> str | None:
        """The dialog that a pattern of the table means here; None where that is not known, or is another one."""
        if pattern == f"{_SHORTLIST}*" and self.language:
            return f"{_SHORTLIST}{self.language}"
        if pattern in _MIRRORS and pattern != f"mirror/{self.protocol}/countries":
            return None
        return None if "*" in pattern else pattern


def _take(line: PreseedLine, found: Imported, is_asked: Callable[[str], bool], place: _Place) -> None:
    if line.type == "seen":
        message = "a seen flag: an answer is given to the dialog, so the flag is not needed"
        found.remarks.append(Remark(line.line, line.question, message))
    elif line.question in _EARLY:
        message = "it runs inside the installer, before there is a guest: put what it does into an overlay"
        found.remarks.append(Remark(line.line, line.question, message, refused=True))
    elif line.question == _LATE:
        _late_command(line, found)
    elif line.question == _KERNEL_OPTIONS:
        found.keep_arguments += line.value.split()
    elif line.type in _WITHOUT_ANSWER:
        return
    elif _is_secret(line):
        _password(line, found)
    else:
        _answer(line, found, is_asked, place)


def _late_command(line: PreseedLine, found: Imported) -> None:
    """Commands in the target are steps in the guest; anything else needs the installer around it."""
    commands = _commands_in_target(line.value)
    if _SETS_PASSWORD.search(line.value):
        message = "it seems to set a password, which no answers file may hold: write it as steps below guest:"
        found.remarks.append(Remark(line.line, line.question, message, refused=True))
    elif commands is None:
        message = (
            "only `in-target COMMAND` (one, or several divided by ; or &&) can run in the guest itself: "
            "write it as steps below guest:"
        )
        found.remarks.append(Remark(line.line, line.question, message, refused=True))
    else:
        found.commands += commands


def _commands_in_target(text: str) -> list[str] | None:
    """The commands that `in-target` has run one after the other; None where a shell of the installer's does more."""
    parts = _simple_commands(text)
    if parts is None:
        return None
    try:
        inner = [_without_in_target(words) for part in parts if (words := shlex.split(part))]
    except ValueError:
        return None
    return None if None in inner else [one for one in inner if one]


def _simple_commands(text: str) -> list[str] | None:
    """A shell text cut at ; and &&; None where it has anything else that a shell would act on (sh(1), "Quoting")."""
    commands, quote, at = [""], "", 0
    while at < len(text):
        char, taken = text[at], text[at]
        if char in "$`" and quote != "'":
            return None
        if not quote and char in ";&|<>()\n*?[#~":
            taken = "&&" if text.startswith("&&", at) else char
            if taken not in (";", "&&"):
                return None
            commands.append("")
        elif char == "\\" and quote != "'":
            taken = text[at : at + 2]
            commands[-1] += taken
        else:
            if char in ("'", '"') and quote in ("", char):
                quote = "" if quote else char
            commands[-1] += char
        at += len(taken)
    return commands


def _without_in_target(words: list[str]) -> str | None:
    start = next((start for start in _IN_TARGET if words[: len(start)] == start), None)
    rest = words[len(start) :] if start else []
    if len(rest) == 3 and rest[:2] == ["sh", "-c"]:
        return rest[2]
    return shlex.join(rest) if rest else None


def _is_secret(line: PreseedLine) -> bool:
    """By its type, its name, or an address with a password in it: debconf takes any type for any question."""
    if line.type == "password" or line.question.endswith("-crypted"):
        return True
    return line.type == "string" and bool(
        _SECRET_NAME.search(line.question) or _WITH_PASSWORD.search(line.value)
    )


def _password(line: PreseedLine, found: Imported) -> None:
    question = line.question.removesuffix("-crypted")
    if question.endswith("-again"):
        return
    secret = found.secrets[question] = secret_name(question)
    what = "dialogs take no hash: " if question != line.question else ""
    message = f"{what}give it outside of the file, as the secret {secret}"
    found.remarks.append(Remark(line.line, line.question, message))


def _answer(line: PreseedLine, found: Imported, is_asked: Callable[[str], bool], place: _Place) -> None:
    value: Value = line.value
    if line.type == "multiselect":
        value = tuple(one.replace("\\,", ",") for one in _SPLIT.split(line.value) if one.strip())
    dialogs = _dialogs_of(line, place) if isinstance(value, str) else {}
    if dialogs:
        found.questions.update(dialogs)
    elif is_asked(line.question) or any(alias.name == line.question for alias in ALIASES):
        found.questions[line.question] = value
    elif isinstance(value, str) and _fits_kernel_line(line):
        found.arguments.append(f"{line.question}={value}")
    else:
        found.questions[line.question] = value
        message = "no dialog that is known asks for it: it will have no effect unless one does"
        found.remarks.append(Remark(line.line, line.question, message))


def _fits_kernel_line(line: PreseedLine) -> bool:
    return bool(
        line.owner == "d-i" and _DEBCONF_NAME.fullmatch(line.question) and _BARE.fullmatch(line.value)
    )


def _dialogs_of(line: PreseedLine, place: _Place) -> Mapping[str, str]:
    """The dialogs that a name which only preseed files use answers, and their values."""
    dialogs: dict[str, str] = {}
    for alias in ALIASES:
        if alias.name != line.question or alias.name == alias.dialogs:
            continue
        value, name = alias.value(line.value), place.dialog(alias.dialogs)
        if isinstance(value, str) and name:
            dialogs[name] = value
    return dialogs


def _key(name: str) -> str:
    return name if _DEBCONF_NAME.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _list(items: Sequence[str]) -> str:
    return "[" + ", ".join(_quoted(item) for item in items) + "]"


def _yaml(value: Value) -> str:
    return _quoted(value) if isinstance(value, str) else _list(value)


def _quoted(text: str) -> str:
    """A text that YAML reads as itself (a JSON string is one), and that no template is found in."""
    if any(mark in text for mark in ("{{", "{%", "{#")):
        text = text.replace("{", '{{ "{" }}')
    return json.dumps(text, ensure_ascii=False)
