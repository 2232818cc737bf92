"""Edits of a text, line by line. PURE: text in, text out, and whether it was so already.

A `line` is a whole line; blanks at both ends are ignored in finding it. Lines that an edit does not name
stay byte for byte. Each edit done twice is the same as done once.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from autoinstall.errors import JobError

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_BLANKS = " \t\r"
_NEAREST = 3


@dataclass(frozen=True, slots=True)
class Edited:
    """A text after an edit; `already` when nothing had to be changed."""

    text: str
    already: bool


def comment_line(text: str, line: str) -> Edited:
    """Put `#` before the line, behind its indent.

    Raises JobError (`line-not-found`, `line-twice`).
    """
    lines = text.split("\n")
    wanted = line.strip(_BLANKS)
    places = [at for at, found in enumerate(lines) if found.strip(_BLANKS) == wanted]
    if not places and any(wanted in _uncommented(found) for found in lines):
        return Edited(text, True)
    at = _only(places, lines, wanted)
    indent = len(lines[at]) - len(lines[at].lstrip(_BLANKS))
    lines[at] = lines[at][:indent] + "#" + lines[at][indent:]
    return Edited("\n".join(lines), False)


def replace_line(text: str, line: str, replacement: str) -> Edited:
    """Put the replacement's lines, as they are indented, in the line's place.

    Raises JobError (`line-not-found`, `line-twice`).
    """
    lines = text.split("\n")
    wanted = line.strip(_BLANKS)
    block = _block(replacement)
    starts = [at for at in range(len(lines)) if _stands_at(lines, at, block)]
    inside = {at for start in starts for at in range(start, start + len(block))}
    places = [at for at, found in enumerate(lines) if found.strip(_BLANKS) == wanted and at not in inside]
    if not places and starts:
        return Edited(text, True)
    at = _only(places, lines, wanted)
    lines[at : at + 1] = _ended_alike(block, lines[at])
    return Edited("\n".join(lines), False)


def insert_after(text: str, line: str, insert: str) -> Edited:
    """Put the insert's lines, as they are indented, after the line.

    Raises JobError (`line-not-found`, `line-twice`).
    """
    lines = text.split("\n")
    wanted = line.strip(_BLANKS)
    block = _block(insert)
    pending: list[int] = []
    done: list[int] = []
    at = 0
    while at < len(lines):
        if lines[at].strip(_BLANKS) == wanted:
            follows = _stands_at(lines, at + 1, block)
            (done if follows else pending).append(at)
            at += len(block) if follows else 0
        at += 1
    if len(done) == 1 and not pending:
        return Edited(text, True)
    at = _only(pending + done, lines, wanted)
    lines[at + 1 : at + 1] = _ended_alike(block, lines[at])
    return Edited("\n".join(lines), False)


def empty_file(text: str) -> Edited:
    """No text at all."""
    return Edited("", not text)


def nearest_lines(lines: list[str], wanted: str) -> str:
    """The lines most like the wanted one with their numbers, for a message; empty when none is like it."""
    stripped = [found.strip(_BLANKS) for found in lines]
    near = difflib.get_close_matches(wanted, [found for found in stripped if found], n=_NEAREST, cutoff=0.5)
    return "\n".join(f"  line {stripped.index(found) + 1}: {found}" for found in dict.fromkeys(near))


def unified_diff(before: str, after: str, path: str) -> str:
    """What changed in the file, as `diff -u` would say it."""
    lines = difflib.unified_diff(_LINE.findall(before), _LINE.findall(after), f"a{path}", f"b{path}")
    return "".join(
        line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines
    )


def _only(places: list[int], lines: list[str], wanted: str) -> int:
    """The only place of the wanted line."""
    if len(places) == 1:
        return places[0]
    if places:
        numbers = ", ".join(str(at + 1) for at in sorted(places))
        raise JobError(
            f"the line is there {len(places)} times (lines {numbers}): {wanted}",
            kind="line-twice",
            hint="name a line that stands in the file once",
        )
    near = nearest_lines(lines, wanted)
    raise JobError(
        f"no line of the file is: {wanted}" + (f"\nthe nearest lines are\n{near}" if near else ""),
        kind="line-not-found",
        hint="a line is compared whole, blanks at both ends apart",
    )


def _uncommented(line: str) -> set[str]:
    """What the line may have been before it was commented, once or more often."""
    found: set[str] = set()
    bare = line.strip(_BLANKS)
    while bare.startswith("#"):
        bare = bare[1:].strip(_BLANKS)
        found.add(bare)
    return found


def _block(text: str) -> list[str]:
    """The lines of `with` or `insert`; one final newline is no line."""
    return text.removesuffix("\n").split("\n")


def _stands_at(lines: list[str], at: int, block: list[str]) -> bool:
    return [found.strip(_BLANKS) for found in lines[at : at + len(block)]] == [
        wanted.strip(_BLANKS) for wanted in block
    ]


def _ended_alike(block: list[str], neighbour: str) -> list[str]:
    """The block with CR before each line end where the neighbour has it."""
    return [line + "\r" for line in block] if neighbour.endswith("\r") else block
