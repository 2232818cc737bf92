"""The guest's last act: it is rid of what no copy should have, all is written to its disk, and it powers off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autoinstall.answers.installed_user import installed_user
from autoinstall.build.context import BuildContext
from autoinstall.build.finished_hygiene import HYGIENE_STEP
from autoinstall.build.guest_session import GuestSession
from autoinstall.guest.cleaning import clean
from autoinstall.guest.shell import Shell
from autoinstall.guest.steps import StepState


class CleanStage:
    name = "clean"

    def __init__(self, guest: GuestSession) -> None:
        self._guest = guest

    def inputs(self, context: BuildContext) -> Mapping[str, Any]:
        return {"hygiene": context.answers.hygiene}

    def validate(self, context: BuildContext) -> None:
        """Nothing to see beforehand."""

    def run(self, context: BuildContext) -> None:
        if context.answers.hygiene:
            self._guest.over_cuts(context, lambda shell: self._clean(context, shell))
        how = self._guest.power_off(context)
        context.events.tell("progress", text=f"the guest {how}")

    def _clean(self, context: BuildContext, shell: Shell) -> None:
        """Each item is told with the paths that it was found at: the finished disk has to show that they are gone."""
        for item, paths in clean(shell, context.answers.hygiene, installed_user(context.answers)).items():
            state = StepState.DONE if paths else StepState.ALREADY
            context.events.tell(
                "step",
                name=f"{HYGIENE_STEP}{item}",
                state=state.value,
                diff="",
                evidence="",
                paths=list(paths),
            )

    def clean_up(self, context: BuildContext) -> None:
        self._guest.end(context)
