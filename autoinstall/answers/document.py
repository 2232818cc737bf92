"""A YAML document as texts, lists and maps that know where they stand; nothing is turned into a number or a date.

The YAML of an answers file is the plain part of the language: anchors, aliases, merge keys, tags,
further documents, control characters and more than 20 levels are errors.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import yaml

from autoinstall.answers.answer import Place
from autoinstall.answers.concealment import shown
from autoinstall.answers.problem import ProblemList

MAX_LEVELS = 20
MAX_BYTES = 1 << 20

Path = tuple[str, ...]

_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_MAX_UNPRINTABLE = 20
_QUOTATION = re.compile(r"""(?P<quote>['"])(?!<)[^\\]{2,}?(?P=quote)""")


class Text(str):
    """A scalar's text; `plain` is false where it stood in quotes or in a block."""

    __slots__ = ("path", "place", "plain")
    place: Place
    path: Path
    plain: bool

    def __new__(cls, text: str, place: Place, path: Path, plain: bool = False) -> Text:
        made = super().__new__(cls, text)
        made.place, made.path, made.plain = place, path, plain
        return made

    @property
    def is_nothing(self) -> bool:
        """Whether YAML calls this value null: nothing at all, `~` or `null`, without quotes."""
        return self.plain and self in ("", "~", "null")


class Items(list["Node"]):
    """A sequence."""

    def __init__(self, items: Iterable[Node], place: Place, path: Path) -> None:
        super().__init__(items)
        self.place, self.path = place, path


class Keys(dict[str, "Node"]):
    """A mapping; `key_places` says where each key begins, `place` where the first one does."""

    def __init__(
        self, entries: Iterable[tuple[str, Node]], place: Place, path: Path, key_places: dict[str, Place]
    ) -> None:
        super().__init__(entries)
        self.place, self.path, self.key_places = place, path, key_places


Node = Text | Items | Keys


def as_plain(node: Node, leaves_out: Callable[[Node], bool] = lambda _node: False) -> Any:
    """The node as Python's own dicts, lists and strings, without the keys whose values are to be left out."""
    if isinstance(node, Text):
        return str(node)
    if isinstance(node, Items):
        return [as_plain(item, leaves_out) for item in node]
    return {key: as_plain(value, leaves_out) for key, value in node.items() if not leaves_out(value)}


def texts_of(node: Node) -> Iterator[Text]:
    """All texts of the document that are values, in the order of the file."""
    if isinstance(node, Text):
        yield node
    else:
        for child in node if isinstance(node, Items) else node.values():
            yield from texts_of(child)


def unprintable_in(text: str) -> str | None:
    """The first control character or lone surrogate of a text, as `U+001B`; line ends and tabs are none."""
    match = _UNPRINTABLE.search(text)
    return f"U+{ord(match.group()):04X}" if match else None


def read_document(content: bytes, file: str, problems: ProblemList) -> Keys | None:
    """The document of `content`, or None where it is none at all; what is wrong is added to `problems`."""
    text = _decoded(content, file, problems)
    if text is None:
        return None
    reader = _Reader(text, file, problems)
    try:
        root = reader.document()
    except _Stopped:
        return None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = reader.place_of(mark) if mark else Place(file, 1, 1)
        problems.add(
            place, (), f"this is no YAML: {_without_quotations(error.problem or error.context or '')}"
        )
        return None
    except (ValueError, OverflowError):
        # PyYAML lets chr() and int() fail on escapes and versions out of their range.
        problems.add(reader.here, (), "this is no YAML: a number is out of range")
        return None
    if (isinstance(root, Text) and root.is_nothing) or root is None:
        problems.add(Place(file, 1, 1), (), "the file is empty", "it begins with `version: 1`")
        return None
    if not isinstance(root, Keys):
        problems.add(root.place, (), "a map of keys is expected", "it begins with `version: 1`")
        return None
    return root


def _decoded(content: bytes, file: str, problems: ProblemList) -> str | None:
    if len(content) > MAX_BYTES:
        problems.add(Place(file, 1, 1), (), f"the file is larger than {MAX_BYTES >> 20} MiB")
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8-sig", "replace")
        problems.add(_place_after(before, file), (), "the file is not UTF-8 text here")
        return None
    for match in list(_UNPRINTABLE.finditer(text))[:_MAX_UNPRINTABLE]:
        code = f"U+{ord(match.group()):04X}"
        problems.add(
            _place_after(text[: match.start()], file), (), f"a control character ({code}) stands here"
        )
    return _UNPRINTABLE.sub("\ufffd", text)


def _without_quotations(message: str) -> str:
    """PyYAML's message without what it quotes of the file, which may be a password; single characters stay."""
    return _QUOTATION.sub("...", message)


def _place_after(text: str, file: str) -> Place:
    lines = re.split("\r\n|\r|\n", text)
    return Place(file, len(lines), len(lines[-1]) + 1)


class _Stopped(Exception):
    """The document cannot be followed further."""


class _Reader:
    """Builds nodes out of YAML events, as deep as MAX_LEVELS."""

    def __init__(self, text: str, file: str, problems: ProblemList) -> None:
        # Any: the published types of PyYAML leave the parser out.
        self._loader: Any = yaml.BaseLoader(text)
        self._file = file
        self._problems = problems

    def place_of(self, mark: yaml.Mark) -> Place:
        return Place(self._file, mark.line + 1, mark.column + 1)

    @property
    def here(self) -> Place:
        return self.place_of(self._loader.get_mark())

    def document(self) -> Node | None:
        """The first document; a second one is a problem."""
        loader = self._loader
        loader.get_event()
        if loader.check_event(yaml.StreamEndEvent):
            return None
        loader.get_event()
        root = self._node(())
        loader.get_event()
        if not loader.check_event(yaml.StreamEndEvent):
            start = loader.peek_event().start_mark
            self._problems.add(
                self.place_of(start), (), "a second document begins here", "one file, one document"
            )
        return root

    def _node(self, path: Path) -> Node:
        event = self._loader.get_event()
        place = self.place_of(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            self._refuse(place, path, "aliases (`*NAME`) are not read", "write the value out")
            return Text("", place, path)
        if event.anchor is not None:
            self._refuse(
                place, path, "anchors (`&NAME`) are not read", "write each value out where it stands"
            )
        if event.tag is not None:
            self._refuse(
                place, path, "tags (`!NAME`) are not read", "every value is read as the text that it is"
            )
        if isinstance(event, yaml.ScalarEvent):
            return self._text(event, place, path)
        if len(path) >= MAX_LEVELS:
            self._refuse(place, path, f"more than {MAX_LEVELS} levels of lists and maps")
            raise _Stopped
        return (
            self._items(place, path)
            if isinstance(event, yaml.SequenceStartEvent)
            else self._keys(place, path)
        )

    def _text(self, event: yaml.ScalarEvent, place: Place, path: Path) -> Text:
        if code := unprintable_in(event.value):
            self._refuse(place, path, f"the value holds a control character ({code})")
        return Text(event.value, place, path, plain=event.style is None)

    def _items(self, place: Place, path: Path) -> Items:
        items: list[Node] = []
        while not self._loader.check_event(yaml.SequenceEndEvent):
            items.append(self._node((*path, str(len(items)))))
        self._loader.get_event()
        return Items(items, place, path)

    def _keys(self, place: Place, path: Path) -> Keys:
        entries: dict[str, Node] = {}
        places: dict[str, Place] = {}
        while not self._loader.check_event(yaml.MappingEndEvent):
            key = self._key(path)
            name = "?" if key is None else str(key)
            value = self._node((*path, name))
            if key is None:
                continue
            if name in entries:
                self._refuse(key.place, (*path, name), "this key stands here a second time")
            else:
                entries[name], places[name] = value, key.place
        self._loader.get_event()
        return Keys(entries.items(), place, path, places)

    def _key(self, path: Path) -> Text | None:
        """The next key, or None where it is none that can be read."""
        key = self._node((*path, "?"))
        if not isinstance(key, Text):
            self._refuse(key.place, path, "a key is a text, not a list or a map")
            return None
        if key.plain and key == "<<":
            self._refuse(key.place, (*path, key), "merge keys (`<<`) are not read", "write the keys out")
            return None
        return key

    def _refuse(self, place: Place, path: Path, message: str, hint: str | None = None) -> None:
        self._problems.add(place, shown(path), message, hint)
