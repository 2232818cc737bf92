"""Lets through to the emulator only the control sequences that a screen can safely obey.

A guest's output is untrusted. pyte 0.8.2 draws the bodies of device control strings and of sequences
with intermediate bytes as text, raises on surplus parameters (`CSI ;;;;;;H`), lets DECCOLM change
the screen's width, and is quadratic on combining characters; none of that reaches it.
ECMA-48 section 5 has the grammar.
"""

from __future__ import annotations

import re
import unicodedata

from wcwidth import wcwidth

LONGEST_SEQUENCE = 256
"""Characters of a control sequence beyond which it is given up as no sequence at all."""

MOST_COMBINING = 8
"""Combining characters in a row that are kept; no language of the installer stacks more."""

_SEQUENCE = re.compile(
    r"\x1b(?:"
    r"\[(?P<parameters>[0-?]*)(?P<intermediate>[ -/]*)(?P<final>[@-~])"
    r"|(?P<string>[\]PX^_])"
    r"|(?P<charset>[()][ -~])"
    r"|(?P<other_escape>[ -/]+[0-~])"
    r"|(?P<single>[0-~])"
    r")"
)
_INCOMPLETE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[ -/]*)?\Z")
_STRING_END = re.compile(r"\x07|\x1b\\|\x18|\x1a|\x9c")
_C1 = re.compile(r"[\x80-\x9f]")

_PARAMETERS_TAKEN = {"H": 2, "f": 2, "r": 2, "m": 16, "h": 16, "l": 16}
_WIDTH_CHANGING = {"?3", "3"}


class ControlFilter:
    """Filters a decoded stream in pieces; what comes out does not depend on where the pieces were cut."""

    def __init__(self) -> None:
        self._held = ""
        self._in_string = False
        self._combining = 0

    def filter(self, text: str) -> str:
        """The text with only harmless control sequences left in it; an unfinished one is held back."""
        text = self._held + text
        self._held = ""
        passed: list[str] = []
        at = 0
        while at < len(text):
            if self._in_string:
                at = self._skip_string(text, at)
                continue
            escape = text.find("\x1b", at)
            if escape < 0:
                passed.append(self._plain(text[at:]))
                break
            passed.append(self._plain(text[at:escape]))
            sequence = _SEQUENCE.match(text, escape)
            if sequence:
                at = sequence.end()
                self._in_string = sequence["string"] is not None
                passed.append(_obeyed(sequence))
            elif _INCOMPLETE.match(text, escape) and len(text) - escape <= LONGEST_SEQUENCE:
                self._held = text[escape:]
                break
            else:
                at = _after_broken(text, escape)
        return "".join(passed)

    def _skip_string(self, text: str, at: int) -> int:
        end = _STRING_END.search(text, at)
        if end:
            self._in_string = False
            return end.end()
        if text.endswith("\x1b"):
            self._held = "\x1b"
        return len(text)

    def _plain(self, text: str) -> str:
        if text.isascii():
            if text:
                self._combining = 0
            return text
        return self._with_few_combining(_C1.sub("", text))

    def _with_few_combining(self, text: str) -> str:
        kept = []
        for character in text:
            if unicodedata.combining(character) or wcwidth(character) == 0:
                self._combining += 1
                if self._combining > MOST_COMBINING:
                    continue
            else:
                self._combining = 0
            kept.append(character)
        return "".join(kept)


def _after_broken(text: str, escape: int) -> int:
    """Where to go on after an introducer that begins no sequence: behind it and its parameters."""
    broken = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[ -/]*)").match(text, escape)
    return broken.end() if broken else escape + 1


def _obeyed(sequence: re.Match[str]) -> str:
    """The sequence as the emulator shall see it, or nothing."""
    final = sequence["final"]
    if final is None:
        return sequence[0] if sequence["charset"] or sequence["single"] else ""
    parameters = sequence["parameters"]
    if sequence["intermediate"] or len(parameters) > LONGEST_SEQUENCE or re.search(r"[<=>:]", parameters):
        return ""
    if final in "hl" and _WIDTH_CHANGING & set(parameters.split(";")):
        return ""
    private = "?" if parameters.startswith("?") else ""
    if private and final not in "hlJKm":
        return ""
    numbers = parameters.replace("?", "").split(";")
    taken = [number[-4:] for number in numbers[: _PARAMETERS_TAKEN.get(final, 1)]]
    return f"\x1b[{private}{';'.join(taken)}{final}"
