"""Makes the installed guest ready, step by step; each step proves itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autoinstall.build.context import BuildContext
from autoinstall.build.guest_session import GuestSession
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
            context.events.tell("step", name=result.name, state=result.state.value, diff=result.diff,
                                evidence=result.evidence)  # fmt: skip

        self._guest.over_cuts(context, lambda shell: apply_steps(shell, tuple(left), report))
        self._guest.over_cuts(context, sync)

    def clean_up(self, context: BuildContext) -> None:
        self._guest.end(context)
