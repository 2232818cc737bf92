"""Boots the installed disk by its own boot loader, and logs in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autoinstall.build.context import BuildContext
from autoinstall.build.descriptions import write_descriptions
from autoinstall.build.guest_session import GuestSession
from autoinstall.errors import BusyError


class BootStage:
    name = "boot"

    def __init__(self, guest: GuestSession) -> None:
        self._guest = guest

    def inputs(self, context: BuildContext) -> Mapping[str, Any]:
        machine, login = context.answers.machine, context.answers.login
        return {
            "memory": machine.boot_memory,
            "login": [login.user, login.become_root],
        }

    def validate(self, context: BuildContext) -> None:
        write_descriptions(context)

    def run(self, context: BuildContext) -> None:
        if context.domains.find("install"):
            raise BusyError(
                "the install domain still has the disk",
                kind="disk-in-use",
                hint="two domains on one disk destroy it: end the install domain first",
            )
        self._guest.shell(context)

    def clean_up(self, context: BuildContext) -> None:
        self._guest.end(context)
