"""Which toolstack runs a build's domains, and the rehearsal in a real host's place."""

from __future__ import annotations

import shutil

from autoinstall.build.context import BuildContext
from autoinstall.build.rehearsal_host import Mischief, prepare
from autoinstall.errors import UsageError
from autoinstall.toolstack.differences import BY_NAME, XM
from autoinstall.toolstack.domain import Toolstack
from autoinstall.toolstack.qemu import QemuToolstack
from autoinstall.toolstack.xen import XenToolstack

REHEARSAL = "rehearsal"
_NAMES = (*BY_NAME, QemuToolstack.name, REHEARSAL)


def chosen_toolstack(given: str | None) -> str:
    """The toolstack asked for; without one xl, else xm, whichever is on PATH. Raises UsageError."""
    if given is None:
        found = next((name for name in ("xl", "xm") if shutil.which(name)), None)
        if found is None:
            raise UsageError(
                "neither xl nor xm is on PATH",
                kind="no-toolstack",
                hint="run it on a Xen host, or say --toolstack rehearsal",
            )
        return found
    if given not in _NAMES:
        raise UsageError(
            f"there is no toolstack {given}",
            kind="no-toolstack",
            hint="there are " + ", ".join(_NAMES),
        )
    return given


class BuildHost:
    """The host of one build: made ready before its stages, let go of after them."""

    def __init__(self, mischief: Mischief) -> None:
        self._mischief = mischief

    def make_ready(self, context: BuildContext) -> None:
        """Give the context its toolstack, and have it answer once: better now than after an hour of downloads.

        Raises UsageError or HostError where the host, or the rehearsal, cannot be had.
        """
        if context.is_rehearsal:
            home = context.folder.rehearsal
            context.state.will_make(home)
            suite = context.answers.installer.suite
            context.rehearsal = prepare(home, suite=suite, mischief=self._mischief)
        context.running_toolstack = _toolstack_of(context)
        context.running_toolstack.rows()

    def let_go(self, context: BuildContext) -> None:
        """End what still lives of a failed build, and the rehearsal, unless the guest is kept."""
        if context.kept:
            return
        if context.failed and context.running_toolstack:
            context.domains.destroy()
        if context.rehearsal:
            context.rehearsal.stop()
        if isinstance(context.running_toolstack, QemuToolstack):
            context.running_toolstack.tidy()


def _toolstack_of(context: BuildContext) -> Toolstack:
    if context.is_qemu:
        context.state.will_make(context.folder.qemu)
        return QemuToolstack(context.folder.qemu, listener=context.commands.append)
    return XenToolstack(
        XM if context.is_rehearsal else BY_NAME[context.state.state.toolstack],
        environment=context.rehearsal.environment if context.rehearsal else None,
        sudo=False if context.is_rehearsal else None,
        listener=context.commands.append,
    )
