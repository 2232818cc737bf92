"""`--set PATH=VALUE`: single values of an answers file given on the command line.

PATH joins keys by dots (`machine.memory`, `guest.0.run.command`); a question's or an error's name is
one key (`questions.netcfg/get_hostname`). VALUE is text, a YAML list, or `secret:NAME`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from autoinstall.answers.answer import Place
from autoinstall.answers.document import MAX_LEVELS, Items, Keys, Node, Path, Text, read_document
from autoinstall.answers.problem import ProblemList
from autoinstall.errors import UsageError

OVERRIDE_FILE = "--set"
"""What stands for the file's name in the places of values that came from the command line."""

_NAMED_BY_SLASH = ("questions", "errors")
_ERROR_KEYS = ("reply", "limit")
_SECRET = re.compile(r"secret:(?P<name>[a-z][a-z0-9_]*)")


def apply_overrides(root: Keys, overrides: Sequence[str]) -> Keys:
    """The document with each `PATH=VALUE` put in, the later ones over the earlier.

    Raises UsageError for one that cannot be put in; its message never repeats VALUE.
    """
    for override in overrides:
        path, value = _parsed(override)
        root = _with(root, path, value, path)
    return root


def _parsed(override: str) -> tuple[Path, Node]:
    dotted, equals, text = override.partition("=")
    if not equals or not dotted:
        raise UsageError("--set takes PATH=VALUE", hint="for one: --set machine.memory=512")
    path = _path(dotted)
    if len(path) > MAX_LEVELS:
        raise UsageError(f"--set: PATH has more than {MAX_LEVELS} keys")
    return path, _value(text, path, len(dotted) + 2)


def _path(dotted: str) -> Path:
    section, _, rest = dotted.partition(".")
    if section not in _NAMED_BY_SLASH or not rest:
        return tuple(dotted.split("."))
    name, _, last = rest.rpartition(".")
    if section == "errors" and name and last in _ERROR_KEYS:
        return (section, name, last)
    return (section, rest)


def _value(text: str, path: Path, column: int) -> Node:
    place = Place(OVERRIDE_FILE, 1, column)
    if match := _SECRET.fullmatch(text):
        name = Text(match["name"], place, (*path, "secret"))
        return Keys([("secret", name)], place, path, {"secret": place})
    if text.startswith("secret:"):
        dotted = ".".join(path)
        raise UsageError(
            f"--set {dotted}: the name of a secret is made of a-z, 0-9 and _, and begins with a letter"
        )
    return _list(text, path, place) if text.startswith("[") else Text(text, place, path)


def _list(text: str, path: Path, place: Place) -> Items:
    problems = ProblemList()
    wrapped = read_document(f"list: {text}".encode("utf-8", "surrogateescape"), OVERRIDE_FILE, problems)
    items = wrapped.get("list") if wrapped and len(wrapped) == 1 else None
    if problems.found or not isinstance(items, Items) or not all(isinstance(item, Text) for item in items):
        raise UsageError(
            f"--set {'.'.join(path)}: the value begins with [ but is no YAML list of texts",
            hint="for one: --set 'questions.tasksel/first=[OpenSSH server, Print server]'",
        )
    texts = (Text(str(item), place, (*path, str(index))) for index, item in enumerate(items))
    return Items(texts, place, path)


def _with(node: Node | None, rest: Path, value: Node, whole: Path) -> Keys:
    """The map `node` (or a new one) with `value` put in below the keys `rest` of the whole path."""
    place = Place(OVERRIDE_FILE, 1, 1)
    here = whole[: len(whole) - len(rest)]
    if node is None or (isinstance(node, Text) and node.is_nothing):
        node = Keys([], place, here, {})
    if not isinstance(node, Keys):
        raise UsageError(f"--set {'.'.join(whole)}: {'.'.join(here)} is no map of keys")
    key, below = rest[0], rest[1:]
    changed = value if not below else _below(node.get(key), below, value, whole)
    entries = {**node, key: changed}
    return Keys(entries.items(), node.place, node.path, {key: place, **node.key_places})


def _below(node: Node | None, rest: Path, value: Node, whole: Path) -> Node:
    """What stands below a key, a list being entered by the number of its item."""
    if not isinstance(node, Items):
        return _with(node, rest, value, whole)
    index = rest[0]
    if not index.isascii() or not index.isdigit() or len(index) > 6 or int(index) >= len(node):
        raise UsageError(f"--set {'.'.join(whole)}: the list has the items 0 to {len(node) - 1}, not {index}")
    items = list(node)
    items[int(index)] = value if len(rest) == 1 else _below(items[int(index)], rest[1:], value, whole)
    return Items(items, node.place, node.path)
