"""debconf templates files: the texts, types and choices of questions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_VARIABLE = re.compile(r"\$\{([^}]+)\}")
_COMMA = re.compile(r"(?<!\\),\s*")


@dataclass(frozen=True)
class Template:
    """One template, unsubstituted.

    `choices` are the labels, `codes` the values that stand for them (the labels again where the file has no
    Choices-C). `extended` is in debconf's stored form: two newlines between paragraphs, one newline before a line
    that stands by itself.
    """

    name: str
    type: str
    description: str = ""
    extended: str = ""
    choices: str = ""
    codes: str = ""
    default: str = ""


def load(path: Path) -> dict[str, Template]:
    """The templates of a file by name. Raises OSError, and ValueError for a stanza without name or type."""
    stanzas = re.split(r"\n{2,}", path.read_text(encoding="utf-8").strip())
    templates = [_template(_fields(stanza)) for stanza in stanzas]
    return {template.name: template for template in templates}


def substitute(text: str, values: dict[str, str]) -> str:
    """The text with its `${...}` put in; those that have no value become nothing, as in debconf."""
    return _VARIABLE.sub(lambda found: values.get(found[1], ""), text)


def split_choices(text: str) -> tuple[str, ...]:
    """A comma list, where `\\,` is a comma of an item."""
    if not text:
        return ()
    return tuple(item.replace("\\,", ",").replace("\\ ", " ") for item in _COMMA.split(text.strip()))


def join_choices(items: tuple[str, ...]) -> str:
    """The comma list that `split_choices` takes apart."""
    return ", ".join(item.replace(",", "\\,") for item in items)


def _fields(stanza: str) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    name = ""
    for line in stanza.splitlines():
        if line.startswith("#"):
            continue
        if line.startswith(" "):
            fields[name].append(line[1:])
            continue
        name, _, value = line.partition(":")
        fields[name] = [value.strip()]
    return fields


def _template(fields: dict[str, list[str]]) -> Template:
    def text(name: str) -> str:
        return fields.get(name, [""])[0]

    if not text("Template") or not text("Type"):
        raise ValueError(f"A stanza has no name or no type: {fields}")
    description = fields.get("Description", [""])
    return Template(
        name=text("Template"),
        type=text("Type"),
        description=description[0],
        extended=_stored(description[1:]),
        choices=text("Choices"),
        codes=text("Choices-C"),
        default=text("Default"),
    )


def _stored(lines: list[str]) -> str:
    """Join the lines of a long description as cdebconf does when it loads a template."""
    stored = ""
    for line in lines:
        if line == ".":
            stored += "\n\n"
        elif line.startswith(" "):
            stored += line if not stored or stored.endswith("\n") else "\n" + line
        elif not stored or stored.endswith("\n"):
            stored += line
        else:
            stored += " " + line
    return stored
