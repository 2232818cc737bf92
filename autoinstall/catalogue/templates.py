"""Reads debconf templates files, built ones and the sources that po-debconf translates.

The format (debconf-devel(7), po-debconf(7)): stanzas divided by blank lines, fields `Name: value`,
continuation lines that begin with a blank, `Name-LANG.ENCODING:` for translations, `-C` for the
values that debconf stores, a leading `_` or `__` in sources, `#` for comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from autoinstall.catalogue.question import Question, Texts
from autoinstall.errors import InvalidFileError

_TYPE = re.compile(r"[a-z][a-z-]*")
_FIELD = re.compile(r"_{0,2}(?P<name>[A-Za-z][A-Za-z_]*)(?P<variant>[-\[][^:\s]+)?[ \t]*:[ \t]*(?P<value>.*)")
_VALUES = "c"


class TemplatesError(InvalidFileError):
    """A text that is no debconf templates file; `line` counts from 1."""

    default_kind = "invalid-templates"

    def __init__(self, line: int, message: str) -> None:
        super().__init__(
            f"line {line}: {message}", hint="see debconf-devel(7) for the format of templates files"
        )
        self.line = line


@dataclass(slots=True)
class _Field:
    line: int
    value: str
    more: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Stanza:
    """One template: its fields by (name, language), both in lower case but the language as written."""

    line: int
    fields: dict[tuple[str, str], _Field] = field(default_factory=dict)

    def value(self, name: str, language: str = "") -> str | None:
        found = self.fields.get((name, language))
        return None if found is None else found.value

    def line_of(self, name: str) -> int:
        found = self.fields.get((name, ""))
        return self.line if found is None else found.line


def parse_templates(text: str) -> dict[str, Question]:
    """The questions of a templates file by name; of two with one name the later one holds, as in debconf.

    Raises TemplatesError for a text that does not follow the format.
    """
    questions = (_question(stanza) for stanza in _stanzas(text))
    return {question.name: question for question in questions}


def split_choices(text: str) -> tuple[str, ...]:
    """The single choices of a `Choices` field; commas divide them, `\\,` is a comma of the choice itself."""
    parts = re.split(r"(?<!\\),", text)
    choices = (part.strip().replace("\\,", ",").replace("\\ ", " ") for part in parts)
    return tuple(choice for choice in choices if choice)


def _stanzas(text: str) -> Iterator[_Stanza]:
    stanza: _Stanza | None = None
    last: _Field | None = None
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        line = line.rstrip("\r")
        if not line.strip(" \t"):
            if stanza is not None:
                yield stanza
            stanza = last = None
        elif line.startswith("#"):
            continue
        elif line[0] in " \t":
            if last is None:
                raise TemplatesError(number, "a continuation line without a field above it")
            last.more.append(line[1:])
        else:
            stanza = stanza or _Stanza(number)
            last = _add_field(stanza, number, line)
    if stanza is not None:
        yield stanza


def _add_field(stanza: _Stanza, number: int, line: str) -> _Field:
    match = _FIELD.fullmatch(line)
    if match is None:
        raise TemplatesError(number, "neither a field (`Name: value`) nor a continuation line")
    key = (match["name"].lower(), _language(match["variant"] or ""))
    if key in stanza.fields:
        raise TemplatesError(
            number, f"a second field {match['name']}{match['variant'] or ''} in one template"
        )
    stanza.fields[key] = _Field(number, match["value"].rstrip())
    return stanza.fields[key]


def _language(variant: str) -> str:
    """`-de.UTF-8` is `de`, `-C` is `c` (the values); `[amd64]` is kept, as no language at all."""
    if variant.startswith("["):
        return variant
    language = variant.removeprefix("-").partition(".")[0]
    return _VALUES if language == "C" else language


def _question(stanza: _Stanza) -> Question:
    name = stanza.value("template") or stanza.value("name")
    if not name:
        raise TemplatesError(stanza.line, "a template without a name (`Template: NAME` is missing)")
    kind = (stanza.value("type") or "").lower()
    if not _TYPE.fullmatch(kind):
        raise TemplatesError(stanza.line_of("type"), f"{name} has no type (`Type: select`, for one)")
    english = _texts(stanza, "", None)
    values = split_choices(stanza.value("choices", _VALUES) or "") or english.choices
    if len(values) != len(english.choices):
        line = stanza.line_of("choices")
        raise TemplatesError(line, f"{name} has {len(values)} values but {len(english.choices)} labels")
    texts = {"en": english}
    for language in _languages(stanza):
        texts[language] = _texts(stanza, language, english)
    return Question(name, kind, values, stanza.value("default"), texts)


def _languages(stanza: _Stanza) -> tuple[str, ...]:
    translated = ("choices", "description", "extended_description")
    found = {
        language: None
        for name, language in stanza.fields
        if name in translated and language not in ("", _VALUES, "en") and not language.startswith("[")
    }
    return tuple(found)


def _texts(stanza: _Stanza, language: str, english: Texts | None) -> Texts:
    """The texts in one language; what is not translated, or lacks labels, stays English as in cdebconf."""
    description = stanza.value("description", language)
    extended = _extended(stanza, language)
    choices = split_choices(stanza.value("choices", language) or "")
    if english is None:
        return Texts(description or "", extended, choices)
    if len(choices) != len(english.choices):
        choices = english.choices
    if description is None:
        return Texts(english.description, extended or english.extended, choices)
    return Texts(description, extended, choices)


def _extended(stanza: _Stanza, language: str) -> str:
    """The long text: continuation lines of Description, or the field of its own in cdebconf's databases."""
    own = stanza.fields.get(("extended_description", language))
    if own is not None:
        return "\n".join(_unescaped([own.value, *own.more]))
    described = stanza.fields.get(("description", language))
    return "" if described is None else "\n".join(line.rstrip() for line in described.more)


def _unescaped(lines: list[str]) -> Iterator[str]:
    for line in lines:
        yield from line.rstrip().replace("\\n", "\n").split("\n")
