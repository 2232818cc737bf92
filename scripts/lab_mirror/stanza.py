"""Stanzas of Debian control files: Packages, dpkg's status, a package's control file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stanza:
    """The fields of one package in their order; a value's further lines follow it as `\\n` and the line."""

    fields: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.fields["Package"]

    def get(self, field: str) -> str:
        """A field's value, empty where the stanza has no such field."""
        return self.fields.get(field, "")

    @property
    def text(self) -> str:
        """The stanza as it stands in a file, without a final newline."""
        return "\n".join(f"{name}: {value}" for name, value in self.fields.items())

    def with_fields(self, **fields: str) -> Stanza:
        """The same stanza with fields replaced where they stand, or added at the end."""
        return Stanza({**self.fields, **fields})

    def without(self, *names: str) -> Stanza:
        return Stanza({name: value for name, value in self.fields.items() if name not in names})


def stanzas_in(text: str) -> Iterator[Stanza]:
    """The stanzas of a control file that name a package."""
    for paragraph in re.split(r"\n(?:[ \t]*\n)+", text):
        fields = _fields(paragraph)
        if "Package" in fields:
            yield Stanza(fields)


def packages_in(relation: str) -> list[str]:
    """The packages that a relation (`Depends`, `Provides`) names: of alternatives the first, no versions."""
    alternatives = (group.split("|")[0] for group in relation.split(","))
    names = (re.sub(r"[(\[:].*", "", first, flags=re.DOTALL).strip() for first in alternatives)
    return [name for name in names if name]


def _fields(paragraph: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    last = ""
    for line in paragraph.split("\n"):
        if line[:1] in (" ", "\t") and last:
            fields[last] += "\n" + line
        elif ":" in line and not line.startswith("#"):
            last, _, value = line.partition(":")
            fields[last] = value.strip()
    return fields
