"""Answers given to one build that waits for them, as `autoinstall answer` takes them: into its own answers file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from autoinstall.answers.document import as_plain, read_document
from autoinstall.answers.problem import ProblemList
from autoinstall.errors import UsageError

_SECRET = re.compile(r"secret:(?P<name>[a-z][a-z0-9_]*)")
_DEBCONF_NAME = re.compile(r"[A-Za-z0-9][\w.+-]*(?:/[\w.+@-]+)+")
_HINT = "for one: 'netcfg/get_domain=example.org', or '=example.org' for the dialog on the screen"

Value = str | list[str] | dict[str, str]


@dataclass(slots=True)
class Supplement:
    """What was given: answers by the questions' names, and rules for dialogs as entries of `dialogs:`."""

    questions: dict[str, Value] = field(default_factory=dict)
    dialogs: list[dict[str, Any]] = field(default_factory=list)

    @property
    def lines(self) -> str:
        """The same as lines of an answers file."""
        lines = []
        if self.questions:
            lines += ["questions:", *(f"  {name}: {_yaml(value)}" for name, value in self.questions.items())]
        if self.dialogs:
            lines.append("dialogs:")
        for entry in self.dialogs:
            match = ", ".join(f"{key}: {_yaml(value)}" for key, value in entry["match"].items())
            lines += [f"  - match: {{{match}}}", f"    reply: {_yaml(entry['reply'])}"]
        return "\n".join(lines) + "\n"

    def added_to(self, text: str) -> str:
        """A build's own answers.yaml with these answers put in; the newer rule stands first, so that it decides."""
        document = _plain(text)
        document["questions"] = {**(document.get("questions") or {}), **self.questions}
        document["dialogs"] = [*self.dialogs, *(document.get("dialogs") or [])]
        heading = "".join(line for line in text.splitlines(keepends=True)[:1] if line.startswith("#"))
        return heading + yaml.safe_dump(
            {key: value for key, value in document.items() if value or key not in ("questions", "dialogs")},
            sort_keys=False,
            allow_unicode=True,
            width=100,
        )


def read_supplement(given: Sequence[str], dialog: Mapping[str, Any] | None) -> Supplement:
    """What `NAME=VALUE` and `=VALUE` say; `dialog` is the one on the screen, as `inspect` tells it.

    VALUE is text, a YAML list or `secret:REFERENCE`. Raises UsageError, whose text never repeats VALUE.
    """
    supplement = Supplement()
    for one in given:
        name, equals, text = one.partition("=")
        if not equals or (name and not _DEBCONF_NAME.fullmatch(name)):
            raise UsageError("an answer is NAME=VALUE, or =VALUE", hint=_HINT)
        value = _value(name, text)
        if name:
            _refuse_open_secret(name, "password" in name, value)
            supplement.questions[name] = value
        elif dialog is None:
            raise UsageError("no dialog was on the screen: name the question", hint=_HINT)
        else:
            _refuse_open_secret("this dialog", dialog["kind"] == "password", value)
            supplement.dialogs.append({"match": _match(dialog), "reply": value})
    return supplement


def _value(name: str, text: str) -> Value:
    if match := _SECRET.fullmatch(text):
        return {"secret": match["name"]}
    if text.startswith("secret:"):
        raise UsageError(f"{name}=secret:...: the name of a secret is made of a-z, 0-9 and _")
    if not text.startswith("["):
        return text
    items = _plain(f"list: {text}").get("list")
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise UsageError(
            f"{name}=...: the value begins with [ but is no YAML list of texts",
            hint="for one: 'tasksel/first=[OpenSSH server, Print server]'",
        )
    return items


def _plain(text: str) -> dict[str, Any]:
    """A YAML map as dicts, lists and texts; empty where it is none."""
    root = read_document(text.encode("utf-8", "surrogateescape"), "", problems := ProblemList())
    return {} if root is None or problems.found else dict(as_plain(root))


def _refuse_open_secret(called: str, is_secret: bool, value: Value) -> None:
    """Everybody on a machine can read the words of a command."""
    if is_secret and isinstance(value, str):
        raise UsageError(
            f"{called} asks for a password, which never stands on a command line",
            kind="open-secret",
            hint="put it into AUTOINSTALL_SECRET_NAME, and give =secret:name",
        )


def _match(dialog: Mapping[str, Any]) -> dict[str, str]:
    """What fits this dialog alone."""
    prompt = dialog.get("prompt")
    texts = {"title": dialog.get("title"), "prompt": prompt, "text": None if prompt else dialog.get("text")}
    folded = {key: " ".join(text.split()) for key, text in texts.items() if text}
    return {**folded, "kind": str(dialog["kind"])}


def _yaml(value: Value) -> str:
    """A value that YAML reads as itself (a JSON string is one, and hides control characters)."""
    if isinstance(value, dict):
        return f"{{secret: {value['secret']}}}"
    return json.dumps(value, ensure_ascii=False)
