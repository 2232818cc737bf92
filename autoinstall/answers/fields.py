"""The kinds of values in an answers file: each is read from text, and says what it expects where it stands."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError, core_schema

from autoinstall.answers.answer import SecretReference
from autoinstall.answers.concealment import SECRET_HINT, shown
from autoinstall.answers.document import Items, Keys, Text, as_plain
from autoinstall.answers.problem import ProblemList

Schema = dict[str, Any]

TEXT_SCHEMA: Schema = {"type": ["string", "number", "boolean"]}
"""Editors read `10.10` as a number and `yes` as a boolean; this program reads the text that stands there."""

SECRET_SCHEMA: Schema = {
    "type": "object",
    "properties": {"secret": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}},
    "required": ["secret"],
    "additionalProperties": False,
}

_SECRET_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SIZE = re.compile(r"([0-9]{1,15})([KMGT]?)")
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_SECTOR = 512


@dataclass(frozen=True, slots=True)
class Refusal:
    """A value of the file (it knows its place) and why it cannot stand there."""

    value: object
    message: str
    hint: str | None = None


class Refused(PydanticCustomError):
    """One or more values that cannot stand where they stand."""

    def __new__(cls, refusals: tuple[Refusal, ...]) -> Refused:
        return super().__new__(cls, "refused", "wrong values", {"refusals": refusals})


def refuse(value: object, message: str, hint: str | None = None) -> NoReturn:
    """Says in a validator that `value` is wrong; its place is added when all errors are collected."""
    raise Refused((Refusal(value, message, hint),))


def refusals_of(error: ValidationError) -> Iterator[Refusal]:
    """The refusals inside pydantic's error; what a Section has noted by itself is left out."""
    for detail in error.errors(include_url=False):
        if detail["type"] == "refused":
            yield from detail["ctx"]["refusals"]
        elif detail["type"] != "noted":
            yield Refusal(detail["input"], detail["msg"])


@dataclass(frozen=True, slots=True)
class Reads:
    """Annotates a field: `check` reads its value (and refuses a wrong one), `schema` is its JSON Schema."""

    check: Callable[[Any], Any]
    schema: Schema

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, _schema: Any, _handler: Any) -> Schema:
        return dict(self.schema)


def closest(word: str, known: Iterable[str]) -> str | None:
    """A hint with the known word that resembles `word` most, if one does."""
    matches = difflib.get_close_matches(word[:100], list(known), n=1)
    return f"did you mean {matches[0]}?" if matches else None


def kind_of(value: object) -> str:
    """What a value is, for `... is expected, not ...`."""
    if isinstance(value, Items):
        return "a list"
    return "a map" if isinstance(value, Keys) else "a text"


class Section(BaseModel):
    """A map with known keys. A key without a value counts as left out, as does a whole empty section."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, value: Any, info: ValidationInfo) -> Any:
        """Notes unknown and missing keys at their places, so that the other values are checked all the same."""
        if not isinstance(value, Keys):
            return (
                value
                if isinstance(value, dict)
                else refuse(value, f"a map is expected, not {kind_of(value)}")
            )
        problems = _problems_of(info)
        known = cls.keys()
        for key in value:
            if key not in known:
                place = value.key_places[key]
                problems.add(place, shown((*value.path, key)), f"unknown key {key}", closest(key, known))
        given = {key: child for key, child in value.items() if key in known and not _is_left_out(child)}
        missing = [key for key, required in known.items() if required and key not in given]
        for key in missing:
            problems.add(value.place, (*value.path, key), f"the key {key} is missing")
        if missing:
            raise PydanticCustomError("noted", "missing keys are noted already")
        return given

    @classmethod
    def keys(cls) -> dict[str, bool]:
        """The keys of the map as the file writes them, and whether each must be there."""
        return {field.alias or name: field.is_required() for name, field in cls.model_fields.items()}


def _problems_of(info: ValidationInfo) -> ProblemList:
    found = (info.context or {})["problems"]
    assert isinstance(found, ProblemList)
    return found


def _is_left_out(value: object) -> bool:
    return isinstance(value, Text) and value.is_nothing


def _text(value: Any) -> str:
    if not isinstance(value, str):
        refuse(value, f"a text is expected, not {kind_of(value)}")
    return str(value)


def _line(value: Any) -> str:
    text = _text(value)
    if not text.strip() or "\n" in text:
        refuse(value, "one line of text is expected")
    return text


def matching(pattern: str, expected: str, hint: str | None = None) -> Reads:
    """A text that fits a pattern as a whole; `expected` completes the sentence `... is expected`."""
    compiled = re.compile(pattern)

    def check(value: Any) -> str:
        text = _text(value)
        if not compiled.fullmatch(text):
            refuse(value, f"{expected} is expected, not {text!r}", hint)
        return text

    return Reads(check, {"type": ["string", "number"], "pattern": f"^(?:{pattern})$"})


def one_of(*words: str) -> Reads:
    """One of a few words."""

    def check(value: Any) -> str:
        text = _text(value)
        if text not in words:
            hint = closest(text, words) or f"one of {', '.join(words)}"
            refuse(value, f"{text!r} is not known here", hint)
        return text

    return Reads(check, {"enum": list(words)})


def number(least: int, most: int) -> Reads:
    """A whole number within bounds."""

    def check(value: Any) -> int:
        text = _text(value)
        if not re.fullmatch("[0-9]{1,9}", text) or not least <= int(text) <= most:
            expected = f"a whole number from {least} to {most}" if most > least else f"the number {least}"
            refuse(value, f"{expected} is expected, not {text!r}")
        return int(text)

    as_number = {"type": "integer", "minimum": least, "maximum": most}
    return Reads(check, {"anyOf": [as_number, {"type": "string", "pattern": "^[0-9]{1,9}$"}]})


def list_of(kind: Reads) -> Reads:
    """A list whose items are all of one kind, as a tuple; all wrong items are told."""

    def check(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, Items):
            refuse(value, f"a list is expected, not {kind_of(value)}")
        read: list[Any] = []
        refusals: list[Refusal] = []
        for item in value:
            try:
                read.append(kind.check(item))
            except Refused as error:
                refusals.extend((error.context or {})["refusals"])
        if refusals:
            raise Refused(tuple(refusals))
        return tuple(read)

    return Reads(check, {"type": "array", "items": dict(kind.schema)})


def one_or_list_of(kind: Reads) -> Reads:
    """A value, or a list of such values; a tuple in either case."""
    several = list_of(kind)

    def check(value: Any) -> tuple[Any, ...]:
        if isinstance(value, Items):
            return tuple(several.check(value))
        return (kind.check(value),)

    return Reads(check, {"anyOf": [dict(kind.schema), dict(several.schema)]})


def _size(value: Any) -> int:
    text = _text(value)
    match = _SIZE.fullmatch(text)
    size = int(match[1]) * _UNITS[match[2]] if match else 0
    if not size or size % _SECTOR:
        refuse(value, f"a size is expected, not {text!r}", "for one 8G; K, M, G and T are binary")
    return size


def _switch(value: Any) -> bool:
    text = _text(value)
    if text not in ("true", "false"):
        refuse(value, f"true or false is expected, not {text!r}")
    return text == "true"


def secret_reference(value: Any) -> SecretReference:
    """`{secret: NAME}`; nothing else that stands there is ever repeated."""
    if not isinstance(value, Keys):
        refuse(value, "a secret never stands in the file itself", SECRET_HINT)
    name = value.get("secret")
    if list(value) != ["secret"] or not isinstance(name, Text):
        refuse(value, "a reference to a secret is expected", SECRET_HINT)
    if not _SECRET_NAME.fullmatch(name):
        refuse(name, "the name of a secret is made of a-z, 0-9 and _, and begins with a letter", SECRET_HINT)
    return SecretReference(str(name))


ANYTHING = Reads(as_plain, {})
TEXT = Reads(_text, TEXT_SCHEMA)
LINE = Reads(_line, TEXT_SCHEMA)
SIZE = Reads(
    _size,
    {
        "anyOf": [
            {"type": "integer", "minimum": _SECTOR},
            {"type": "string", "pattern": "^[0-9]{1,15}[KMGT]?$"},
        ]
    },
)
SWITCH = Reads(_switch, {"anyOf": [{"type": "boolean"}, {"enum": ["true", "false"]}]})
SECRET = Reads(secret_reference, SECRET_SCHEMA)
