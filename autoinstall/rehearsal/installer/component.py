"""What a step of the installer is, and how its questions are walked through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autoinstall.rehearsal.installer.debconf import Debconf
from autoinstall.rehearsal.installer.installation import Installation


@dataclass(frozen=True)
class Component:
    """One step.

    `entry` is its line in the main menu, `title` what its dialogs are titled (the entry where empty). `run` gives
    False when a person went back out of it. `in_initrd`: there before the further components are loaded.
    """

    entry: str
    run: Callable[[Installation], bool]
    title: str = ""
    in_initrd: bool = False


State = Callable[[], "State | None"]
"""Looks at what was answered and queues what comes next; gives the state to go on with instead, or None."""


def walk(debconf: Debconf, states: Sequence[State]) -> bool:
    """Go through states as the shell scripts of d-i do: forwards after an answer, back after Go Back.

    False when it went back out of the first one.
    """
    at = 0
    while 0 <= at < len(states):
        other = states[at]()
        if other is not None:
            at = states.index(other)
            continue
        at += 1 if debconf.go() else -1
    return at >= 0
