"""Makes the guest's disk, sparse and of exactly the size asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autoinstall.build.context import BuildContext
from autoinstall.build.state import StageState


class DiskStage:
    name = "disk"

    def inputs(self, context: BuildContext) -> Mapping[str, Any]:
        return {"size": context.answers.machine.disk}

    def validate(self, context: BuildContext) -> None:
        context.files.check_room()

    def run(self, context: BuildContext) -> None:
        context.files.create_disk(context.answers.machine.disk)

    def clean_up(self, context: BuildContext) -> None:
        """A failed build's disk stays only where it holds a finished install, or a guest that is kept."""
        installed = context.state.state.stage("install").state in (StageState.DONE, StageState.SKIPPED)
        if context.failed and not context.kept and not installed:
            context.files.remove_disk()
