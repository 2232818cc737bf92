"""The guest's last act: it is rid of what no copy should have, all is written to its disk, and it powers off."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from autoinstall.build.context import BuildContext
from autoinstall.build.finished_hygiene import HYGIENE_STEP
from autoinstall.build.guest_session import GuestSession
from autoinstall.build.installed_user import installed_user
from autoinstall.errors import UsageError
from autoinstall.guest.cleaning import clean
from autoinstall.guest.shell import Shell
from autoinstall.guest.steps import StepState
from autoinstall.image.hygiene import INSTALLER_USER

_USER_NAME = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
"""As adduser(8) takes it."""


class CleanStage:
    name = "clean"

    def __init__(self, guest: GuestSession) -> None:
        self._guest = guest

    def inputs(self, context: BuildContext) -> Mapping[str, Any]:
        return {"hygiene": context.answers.hygiene}

    def validate(self, context: BuildContext) -> None:
        answers = context.answers
        if INSTALLER_USER not in answers.hygiene:
            return
        user = installed_user(answers)
        if user is not None and not _USER_NAME.fullmatch(user):
            raise _refused(f"{user!r} is no name of a user", "see passwd/username in the answers file")
        if user == answers.login.user:
            raise _refused(
                f"{user} is to be removed, and nobody else could log in to verify the image",
                "`login: {user: root, ...}`, or leave installer-user out",
            )

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


def _refused(message: str, hint: str) -> UsageError:
    return UsageError(f"hygiene: {INSTALLER_USER}: {message}", kind="hygiene", hint=hint)
