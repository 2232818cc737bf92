"""What a stage is: its part of the plan, and what the engine asks of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from autoinstall.build.context import BuildContext

STAGES = ("disk", "netboot", "install", "boot", "configure", "clean", "export", "verify")
"""The stages of a build in their order."""


class Stage(Protocol):
    """One step of a build. All stages validate before the first one runs.

    `clean_up` runs for each stage that was begun, in reverse order, whatever happened; it knows from
    the context whether the build failed and whether the guest is to be kept.
    """

    @property
    def name(self) -> str: ...

    def inputs(self, context: BuildContext) -> Mapping[str, Any]:
        """What the stage's result depends on, as JSON values; without ids, domain names and folders' paths."""

    def validate(self, context: BuildContext) -> None:
        """Raise what can be seen to be wrong before anything is done."""

    def run(self, context: BuildContext) -> None:
        """Do the stage's work."""

    def clean_up(self, context: BuildContext) -> None:
        """Let go of what the stage holds."""
