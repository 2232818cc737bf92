"""The installer's own words that stand on every dialog, in the languages a catalogue holds."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Labels of cdebconf's buttons (templates `debconf/button-*`), without the angle brackets.

    Of its text frontend: what stands below a note, what stands before an error's heading, and the prompts of all
    passwords (blanks left out), by which alone their entries are known.
    """

    go_back: frozenset[str] = frozenset({"Go Back"})
    go_on: frozenset[str] = frozenset({"Continue"})
    yes: frozenset[str] = frozenset({"Yes"})
    no: frozenset[str] = frozenset({"No"})
    cancel: frozenset[str] = frozenset({"Cancel"})
    press_enter: frozenset[str] = frozenset({"[Press enter to continue]"})
    error_marks: frozenset[str] = frozenset({"!! ERROR: "})
    passwords: frozenset[str] = frozenset()

    def __or__(self, other: Vocabulary) -> Vocabulary:
        """The words of both."""
        names = (one.name for one in fields(self))
        return Vocabulary(**{name: getattr(self, name) | getattr(other, name) for name in names})


ENGLISH = Vocabulary()
