"""An answers file as the rest of the program sees it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from autoinstall.answers.answer import AnswerBook, AnswerValue, Place
from autoinstall.answers.document import Items, Keys, Node, Text, as_plain
from autoinstall.answers.sections import DIALOG_SECTIONS, Image, Installer, Login, Machine, Marketplace
from autoinstall.answers.steps import Step
from autoinstall.errors import UsageError


@dataclass(frozen=True, slots=True)
class SecretUse:
    """A secret that the file refers to, and where it first does."""

    name: str
    place: Place
    path: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Answers:
    """A valid answers file: templates rendered, overrides put in, local paths absolute, defaults filled in.

    `installer` and `login` are None where the file lacks them (a build needs both, `drive` needs none);
    `steps` is the file's `guest`. Two files that say the same are equal wherever the words stand.
    """

    name: str
    given_installer: Installer | None
    machine: Machine
    given_login: Login | None
    steps: tuple[Step, ...]
    hygiene: tuple[str, ...]
    image: Image
    marketplace: Marketplace | None
    book: AnswerBook
    document: Keys

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Answers) and self.as_used == other.as_used

    def __hash__(self) -> int:
        return hash(self.name)

    @cached_property
    def as_used(self) -> dict[str, Any]:
        """What the file says in dicts, lists and texts; keys without a value are left out."""
        plain: dict[str, Any] = as_plain(self.document, _means_default)
        return plain

    @property
    def installer(self) -> Installer:
        """What is installed; the defaults where the file says nothing."""
        return self.given_installer or Installer()

    @property
    def login(self) -> Login:
        """Who logs in. Raises UsageError where the file does not say (a file loaded for a build does)."""
        if self.given_login is None:
            raise UsageError("the answers file has no login", hint="add the key login")
        return self.given_login

    @property
    def visible_texts(self) -> tuple[str, ...]:
        """All texts that the file itself shows as answers: a secret equal to one of them hides nothing."""
        return tuple(dict.fromkeys(text for value in self._values() for text in _texts(value)))

    def secrets_used(self) -> tuple[SecretUse, ...]:
        """The secrets of the whole file, each once, at the place of its first use."""
        found: dict[str, SecretUse] = {}
        for use in _uses(self.document):
            found.setdefault(use.name, use)
        if self.given_login is not None:
            name = self.given_login.password.name
            found.setdefault(name, SecretUse(name, self.place_of("login"), ("login", "password")))
        return tuple(found.values())

    def place_of(self, *path: str) -> Place:
        """Where the value under these keys stands, or the nearest map around it."""
        node: Node = self.document
        for key in path:
            child = _child(node, key)
            if child is None:
                break
            node = child
        return node.place

    def _values(self) -> Iterator[AnswerValue]:
        yield from (answer.value for answer in self.book.answers)
        yield from (rule.reply for rule in self.book.rules)


def _means_default(node: Node) -> bool:
    """A key without a value has its default; but in what is said of dialogs it is an empty answer."""
    in_dialogs = len(node.path) > 1 and node.path[0] in DIALOG_SECTIONS
    return isinstance(node, Text) and node.is_nothing and not in_dialogs


def _texts(value: AnswerValue) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return value if isinstance(value, tuple) else ()


def _child(node: Node, key: str) -> Node | None:
    if isinstance(node, Keys):
        return node.get(key)
    if isinstance(node, Items) and key.isdigit() and int(key) < len(node):
        return node[int(key)]
    return None


def _uses(node: Node) -> Iterator[SecretUse]:
    if isinstance(node, Items):
        for item in node:
            yield from _uses(item)
    elif isinstance(node, Keys):
        if list(node) == ["secret"] and isinstance(node["secret"], str) and _may_be_secret(node.path):
            yield SecretUse(str(node["secret"]), node.place, node.path)
        else:
            for child in node.values():
                yield from _uses(child)


def _may_be_secret(path: tuple[str, ...]) -> bool:
    return path[:1] in (("questions",), ("dialogs",)) or path == ("login", "password")
