"""The guest's last act: all is written to its disk, and it powers off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autoinstall.build.context import BuildContext
from autoinstall.build.guest_session import GuestSession


class CleanStage:
    name = "clean"

    def __init__(self, guest: GuestSession) -> None:
        self._guest = guest

    def inputs(self, context: BuildContext) -> Mapping[str, Any]:
        return {"hygiene": context.answers.hygiene}

    def validate(self, context: BuildContext) -> None:
        """Nothing to see beforehand."""

    def run(self, context: BuildContext) -> None:
        how = self._guest.power_off(context)
        context.events.tell("progress", text=f"the guest {how}")

    def clean_up(self, context: BuildContext) -> None:
        self._guest.end(context)
