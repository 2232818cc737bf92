"""How a step, or the whole installer, ends otherwise than by success."""

from __future__ import annotations


class StepFailed(Exception):
    """A step ended without success; the main menu says so and offers itself."""


class Ended(Exception):
    """The installer is over: `how` is a name of `power.Ending`."""

    def __init__(self, how: str) -> None:
        super().__init__(how)
        self.how = how


class Panicked(Exception):
    """The guest's kernel is dead: nothing of it ever writes or reads again."""
