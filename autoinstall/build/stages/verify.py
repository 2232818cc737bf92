"""Boots a throw-away copy of the exported image and proves the guest's steps again: what is shipped is what works."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autoinstall.answers.installed_user import installed_user
from autoinstall.answers.steps import Profile, PutFile
from autoinstall.build.context import BuildContext
from autoinstall.build.descriptions import write_verify_description
from autoinstall.build.guest_session import GuestSession
from autoinstall.build.new_identity import bring_context_disk, given_identity, remove_context_disk
from autoinstall.errors import HostError, VerificationError
from autoinstall.guest.shell import Shell
from autoinstall.guest.steps import Check, prove
from autoinstall.guest.verification import CONTEXT_SCRIPTS, Expected, boot_checks
from autoinstall.image.export import image_info
from autoinstall.image.hygiene import INSTALLER_USER


class VerifyStage:
    name = "verify"

    def __init__(self, guest: GuestSession) -> None:
        self._guest = guest

    def inputs(self, context: BuildContext) -> Mapping[str, Any]:
        return {}

    def validate(self, context: BuildContext) -> None:
        """Nothing to see beforehand."""

    def run(self, context: BuildContext) -> None:
        context.images = context.images or _exported_before(context)
        if context.domains.find("verify") is None:
            context.files.make_copy(context.images[0])
            write_verify_description(context, bring_context_disk(context))
        wrong = [check for check in self._prove(context) if check.ok is False]
        how = self._guest.power_off(context)
        context.events.tell("progress", text=f"the verified guest {how}")
        if wrong:
            raise VerificationError(
                "the exported image does not hold what was done: "
                + "; ".join(_said(check) for check in wrong),
                kind="check-failed",
                hint="does the guest undo its changes when it boots? verify.cast shows that boot",
            )

    def clean_up(self, context: BuildContext) -> None:
        self._guest.end(context)
        if not context.kept:
            context.files.remove_copy()
            remove_context_disk(context)

    def _prove(self, context: BuildContext) -> list[Check]:
        steps = context.guest_steps.make()
        checks: list[Check] = []

        def look(shell: Shell) -> None:
            checks[:] = [*prove(shell, steps), *boot_checks(shell, _expected(context))]

        self._guest.over_cuts(context, look)
        login = Check("login", True, f"{context.answers.login.user} logged in and became root")
        for check in (login, *checks):
            context.events.tell("check", name=check.name, ok=check.ok, evidence=check.evidence)
        return checks


def _expected(context: BuildContext) -> Expected:
    answers = context.answers
    told = {answer.name: answer.value for answer in answers.book.answers if isinstance(answer.value, str)}
    made, forgotten = installed_user(answers), INSTALLER_USER in answers.hygiene
    put = {step.to for step in answers.steps if isinstance(step, PutFile)}
    profiles = {step.name for step in answers.steps if isinstance(step, Profile)}
    return Expected(
        told.get("netcfg/get_hostname"),
        (answers.login.user, *([made] if made and not forgotten else [])),
        (made,) if made and forgotten else (),
        "opennebula-howto" in profiles or not put.isdisjoint(CONTEXT_SCRIPTS),
        given_identity(context),
    )


def _exported_before(context: BuildContext) -> Any:
    """The images of an earlier process, summed up again."""
    files = [Path(path) for path in context.state.state.files]
    images = tuple(
        image_info(path, context.answers.machine.disk)
        for image_format in context.answers.image.format
        for path in files
        if path.suffix == f".{image_format}" and path.exists()
    )
    if not images:
        raise HostError(
            "the exported image is gone",
            kind="file-missing",
            hint="build it anew, from a checkpoint with --reuse",
        )
    return images


def _said(check: Check) -> str:
    return f"{check.name} ({check.evidence})"
