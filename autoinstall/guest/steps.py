"""Steps that make the guest ready: each does its work, proves it by reading back, and can be checked later."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from autoinstall.errors import JobError
from autoinstall.guest.shell import Shell


class StepState(StrEnum):
    """What became of a step: it changed something, or all was so already."""

    DONE = "done"
    ALREADY = "already"


@dataclass(frozen=True, slots=True)
class StepResult:
    """A finished step: its name, its state, the unified diff of its file, and what proves it."""

    name: str
    state: StepState
    diff: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at on a later boot; `ok` is None where it could not be, for the reason given."""

    name: str
    ok: bool | None
    evidence: str


class Step(Protocol):
    """One entry of `guest:`. `name` says which in one line; done twice it is the same as done once."""

    @property
    def name(self) -> str: ...

    def apply(self, shell: Shell) -> StepResult:
        """Do it and prove it. Raises JobError."""

    def prove(self, shell: Shell) -> Check | None:
        """Look whether it still holds, changing nothing; None for a step that leaves nothing to look at."""


def apply_steps(shell: Shell, steps: Iterable[Step], report: Callable[[StepResult], None]) -> None:
    """Do the steps in order, reporting each as it ends.

    Raises the first failed step's JobError, the step's name before its message; later steps are not begun.
    """
    for step in steps:
        try:
            report(step.apply(shell))
        except JobError as failure:
            raise JobError(
                f"{step.name}: {failure.message}",
                kind=failure.kind,
                hint=failure.hint,
                host_said=failure.host_said,
            ) from failure


def prove(shell: Shell, steps: Iterable[Step]) -> Iterator[Check]:
    """Check every step on a later boot without changing anything; a step that no longer holds is a Check, no error."""
    for step in steps:
        try:
            check = step.prove(shell)
        except JobError as failure:
            if failure.kind in LOST:
                raise
            check = Check(step.name, False, failure.message)
        if check:
            yield check


LOST = frozenset({"console-lost", "console-garbled", "kernel-panic", "guest-lacks-tool"})
"""Failures of the console, which say nothing about the step."""
