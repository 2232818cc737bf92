"""Makes the guest's disk, sparse and of exactly the size asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autoinstall.build.context import BuildContext
from autoinstall.build.state import StageState
from autoinstall.image.disk import create_disk, require_room


class DiskStage:
    name = "disk"

    def inputs(self, context: BuildContext) -> Mapping[str, Any]:
        return {"size": context.answers.machine.disk}

    def validate(self, context: BuildContext) -> None:
        require_room(context.folder.root)

    def run(self, context: BuildContext) -> None:
        _remove_own_disk(context)
        disk = context.folder.disk
        context.state.will_make(disk)
        create_disk(disk, context.answers.machine.disk)

    def clean_up(self, context: BuildContext) -> None:
        """A failed build's disk stays only where it holds a finished install, or a guest that is kept."""
        installed = context.state.state.stage("install").state in (StageState.DONE, StageState.SKIPPED)
        if context.failed and not context.kept and not installed:
            _remove_own_disk(context)


def _remove_own_disk(context: BuildContext) -> None:
    disk = context.folder.disk
    if str(disk) in context.state.state.files:
        disk.unlink(missing_ok=True)
        context.state.forget_files([disk])
