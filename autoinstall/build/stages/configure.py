"""Makes the installed guest ready, step by step; each step proves itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autoinstall.build.context import BuildContext
from autoinstall.build.guest_session import GuestSession
from autoinstall.errors import JobError
from autoinstall.guest.shell import Shell
from autoinstall.guest.shutdown import sync
from autoinstall.guest.steps import Step, StepResult, apply_steps


class ConfigureStage:
    name = "configure"

    def __init__(self, guest: GuestSession) -> None:
        self._guest = guest

    def inputs(self, context: BuildContext) -> Mapping[str, Any]:
        return {"guest": context.guest_steps.inputs()}

    def validate(self, context: BuildContext) -> None:
        context.guest_steps.check()

    def run(self, context: BuildContext) -> None:
        left: list[Step] = list(context.guest_steps.make())

        def report(result: StepResult) -> None:
            left.pop(0)
            _tell(context, result.name, result.state.value, result.diff, result.evidence)

        def work(shell: Shell) -> None:
            try:
                apply_steps(shell, tuple(left), report)
            except JobError as error:
                _tell(context, left[0].name, "failed", "", error.message)
                raise

        self._guest.over_cuts(context, work)
        self._guest.over_cuts(context, sync)

    def clean_up(self, context: BuildContext) -> None:
        self._guest.end(context)


def _tell(context: BuildContext, name: str, state: str, diff: str, evidence: str) -> None:
    context.events.tell("step", name=name, state=state, diff=diff, evidence=evidence)
