"""Reads and writes preseed files, the lines of debconf-set-selections(1): OWNER QUESTION TYPE VALUE."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from autoinstall.errors import InvalidFileError

_LINE = re.compile(r"\s*(?P<owner>\S+)\s+(?P<question>\S+)\s+(?P<type>\S+)(?:[ \t](?P<value>.*))?", re.DOTALL)
TYPES = (
    *("string", "boolean", "select", "multiselect", "password", "note", "text", "title", "error", "seen"),
    *("terminal", "detect-keyboard", "entropy"),
)


@dataclass(frozen=True, slots=True)
class PreseedLine:
    """One setting; `line` counts from 1 and is its first line in the file. A `seen` flag is a type of its own."""

    owner: str
    question: str
    type: str
    value: str
    line: int = 0

    @property
    def text(self) -> str:
        """As it stands in a preseed file; a line break cannot."""
        value = " ".join(self.value.splitlines())
        return f"{self.owner} {self.question} {self.type} {value}".rstrip()


def read_preseed(text: str, name: str = "preseed") -> list[PreseedLine]:
    """The settings of a preseed file in their order.

    A backslash at a line's end joins it with the next one; lines that begin with # say nothing.
    Raises InvalidFileError for a line that has not its three words, or a type that debconf has not: the words
    themselves are not told, for one may be a password that stands where the type should.
    """
    found = []
    for number, line in _joined(text.removeprefix("\ufeff")):
        match = _LINE.fullmatch(line)
        if match is None:
            raise InvalidFileError(
                f"{name}:{number}:1: a line has an owner, a question, a type and a value",
                kind="invalid-preseed",
                hint="for one: d-i netcfg/get_hostname string unassigned",
            )
        if match["type"] not in TYPES:
            raise InvalidFileError(
                f"{name}:{number}:{match.start('type') + 1}: the third word is no type of debconf's",
                kind="invalid-preseed",
                hint=f"types are {', '.join(TYPES[:7])}",
            )
        value = (match["value"] or "").rstrip(" \t")
        found.append(PreseedLine(match["owner"], match["question"], match["type"], value, number))
    return found


def write_preseed(lines: Iterable[PreseedLine | str]) -> str:
    """A preseed file; a text among the lines is a comment."""
    shown = (f"# {' '.join(line.split())}" if isinstance(line, str) else line.text for line in lines)
    return "".join(f"{line}\n" for line in shown)


def _joined(text: str) -> Iterator[tuple[int, str]]:
    """The number and text of each line that says something, what continues it put behind it."""
    whole, begins = "", 0
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.rstrip("\r")
        if not whole and (not line.strip() or line.lstrip().startswith("#")):
            continue
        begins = begins if whole else number
        if line.endswith("\\"):
            whole += line[:-1]
            continue
        yield begins, whole + line
        whole = ""
    if whole:
        yield begins, whole
