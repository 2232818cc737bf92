"""The installer's own words that stand on every dialog: its buttons, in the languages a catalogue holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Labels of cdebconf's buttons (templates `debconf/button-*`), without the angle brackets."""

    go_back: frozenset[str] = frozenset({"Go Back"})
    go_on: frozenset[str] = frozenset({"Continue"})
    yes: frozenset[str] = frozenset({"Yes"})
    no: frozenset[str] = frozenset({"No"})
    cancel: frozenset[str] = frozenset({"Cancel"})


ENGLISH = Vocabulary()
