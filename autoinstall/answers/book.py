"""What an answers file says about dialogs: `questions`, `dialogs` and `errors`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from autoinstall.answers.answer import (
    AcceptDefault,
    Answer,
    AnswerBook,
    AnswerValue,
    DialogRule,
    ErrorPolicy,
    ErrorReply,
    TextPattern,
)
from autoinstall.answers.concealment import SECRET_HINT, conceals, shown
from autoinstall.answers.document import Items, Keys, Node, Text
from autoinstall.answers.fields import Refused, closest, kind_of, secret_reference
from autoinstall.answers.problem import ProblemList

DIALOG_KINDS = ("select", "multiselect", "string", "password", "boolean", "note", "error", "progress")
DEFAULT_LIMIT = 3
"""How often an error is answered by its policy when the file gives no limit."""

_PATTERNS = ("title", "prompt", "text")
_RULE_KEYS = ("match", "reply")
_VALUE_HINT = "a text, true or false, a list, {secret: NAME} or {default: true}"


def read_book(root: Keys, problems: ProblemList) -> AnswerBook:
    """The answers, rules and policies of a file; what is wrong is added to `problems` and left out."""
    reader = _Reader(problems)
    return AnswerBook(
        answers=tuple(reader.answers(root)),
        rules=tuple(reader.rules(root)),
        errors=tuple(reader.policies(root)),
    )


class _Reader:
    def __init__(self, problems: ProblemList) -> None:
        self._problems = problems

    def answers(self, root: Keys) -> Iterator[Answer]:
        section = self._section(root, "questions")
        for name, node in section.items():
            value = self._value(node)
            if value is not None:
                yield Answer(name, value, node.place)

    def policies(self, root: Keys) -> Iterator[ErrorPolicy]:
        for name, node in self._section(root, "errors").items():
            if isinstance(node, Text):
                reply, limit = self._error_reply(node), DEFAULT_LIMIT
            elif isinstance(node, Keys):
                self._known_keys(node, ("reply", "limit"))
                reply, limit = self._error_reply(node.get("reply")), self._limit(node.get("limit"))
            else:
                self._wrong(
                    node, "one of retry, back, continue, stop is expected", "{reply: retry, limit: 2}"
                )
                continue
            yield ErrorPolicy(name, reply, limit, node.place)

    def rules(self, root: Keys) -> Iterator[DialogRule]:
        node = root.get("dialogs")
        if node is None or (isinstance(node, Text) and node.is_nothing):
            return
        if not isinstance(node, Items):
            self._wrong(node, f"a list is expected, not {kind_of(node)}")
            return
        for item in node:
            rule = self._rule(item)
            if rule is not None:
                yield rule

    def _rule(self, node: Node) -> DialogRule | None:
        if not isinstance(node, Keys):
            self._wrong(node, "a map with match and reply is expected")
            return None
        self._known_keys(node, _RULE_KEYS)
        missing = [key for key in _RULE_KEYS if key not in node]
        for key in missing:
            self._problems.add(node.place, (*node.path, key), f"the key {key} is missing")
        match = node.get("match")
        if match is not None and (not isinstance(match, Keys) or not match):
            self._wrong(match, "a map of title, prompt, text or kind is expected")
        if missing or not isinstance(match, Keys):
            return None
        self._known_keys(match, (*_PATTERNS, "kind"))
        kind = self._kind(match.get("kind"))
        value = self._rule_reply(node["reply"], kind)
        if value is None:
            return None
        title, prompt, text = (self._pattern(match.get(key)) for key in _PATTERNS)
        return DialogRule(title, prompt, text, kind, value, node.place)

    def _rule_reply(self, node: Node, kind: str | None) -> AnswerValue | None:
        if kind == "password" and not isinstance(node, Keys):
            self._wrong(node, "a secret never stands in the file itself", SECRET_HINT)
            return None
        return self._value(node)

    def _value(self, node: Node) -> AnswerValue | None:
        """What is to be answered, or None where it cannot be read."""
        if isinstance(node, Keys):
            return self._reference(node)
        if conceals(node.path):
            self._wrong(node, "a secret never stands in the file itself", SECRET_HINT)
            return None
        if isinstance(node, Text):
            return self._line(node)
        items = [self._item(item) for item in node]
        return None if None in items else tuple(item for item in items if item is not None)

    def _reference(self, node: Keys) -> AnswerValue | None:
        if list(node) == ["default"] and node["default"] == "true":
            return AcceptDefault()
        if "secret" not in node and not conceals(node.path):
            self._wrong(node, "this is no answer", _VALUE_HINT)
            return None
        try:
            return secret_reference(node)
        except Refused as error:
            for refusal in (error.context or {})["refusals"]:
                self._wrong(refusal.value, refusal.message, refusal.hint)
            return None

    def _line(self, node: Text) -> str | None:
        """Keys of a line end or a tab would leave the dialog before its answer is complete."""
        if "\n" in node or "\t" in node:
            self._wrong(node, "an answer is one line without tabs")
            return None
        return str(node)

    def _item(self, node: Node) -> str | None:
        if isinstance(node, Text):
            return self._line(node)
        self._wrong(node, f"a text is expected in the list, not {kind_of(node)}")
        return None

    def _pattern(self, node: Node | None) -> TextPattern | None:
        if node is None:
            return None
        if isinstance(node, Text):
            return TextPattern(str(node))
        expression = node.get("regex") if isinstance(node, Keys) else None
        if not isinstance(expression, Text) or len(node) != 1:
            self._wrong(node, "a text or {regex: EXPRESSION} is expected")
            return None
        try:
            re.compile(expression)
        except (re.error, OverflowError, RecursionError) as error:
            self._wrong(expression, f"this is no regular expression of Python: {error}")
        return TextPattern(str(expression), regex=True)

    def _kind(self, node: Node | None) -> str | None:
        return None if node is None else self._word(node, DIALOG_KINDS)

    def _error_reply(self, node: Node | None) -> ErrorReply:
        word = None if node is None else self._word(node, tuple(ErrorReply))
        return ErrorReply(word or ErrorReply.STOP)

    def _word(self, node: Node, words: Sequence[str]) -> str | None:
        if isinstance(node, Text) and node in words:
            return str(node)
        near = closest(node, words) if isinstance(node, Text) else None
        self._wrong(node, f"one of {', '.join(words)} is expected", near)
        return None

    def _limit(self, node: Node | None) -> int:
        if node is None:
            return DEFAULT_LIMIT
        if isinstance(node, Text) and re.fullmatch("[1-9][0-9]{0,2}", node):
            return int(node)
        self._wrong(node, "a whole number from 1 to 999 is expected")
        return DEFAULT_LIMIT

    def _section(self, root: Keys, name: str) -> Keys:
        node = root.get(name)
        if isinstance(node, Keys):
            return node
        if node is not None and not (isinstance(node, Text) and node.is_nothing):
            self._wrong(node, f"a map of keys is expected, not {kind_of(node)}")
        return Keys([], root.place, (name,), {})

    def _known_keys(self, node: Keys, known: Sequence[str]) -> None:
        for key in node:
            if key not in known:
                place = node.key_places[key]
                self._problems.add(place, (*node.path, key), f"unknown key {key}", closest(key, known))

    def _wrong(self, node: Node, message: str, hint: str | None = None) -> None:
        self._problems.add(node.place, shown(node.path), message, hint)
