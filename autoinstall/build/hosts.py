"""Which toolstack runs a build's domains, and the rehearsal in a real host's place."""

from __future__ import annotations

import shutil

from autoinstall.build.context import BuildContext
from autoinstall.build.rehearsal_host import Mischief, prepare
from autoinstall.build.state import StageState
from autoinstall.errors import UsageError
from autoinstall.toolstack.differences import BY_NAME, XM
from autoinstall.toolstack.domain import Toolstack
from autoinstall.toolstack.host import LocalHost
from autoinstall.toolstack.qemu import QemuToolstack
from autoinstall.toolstack.ssh import SshHost
from autoinstall.toolstack.xen import XenToolstack

REHEARSAL = "rehearsal"
_NAMES = (*BY_NAME, QemuToolstack.name, REHEARSAL)


def chosen_toolstack(given: str | None, host: SshHost | None = None) -> str:
    """The toolstack asked for; without one xl, else xm, whichever is on PATH (of the host). Raises UsageError."""
    if host:
        return _toolstack_there(given, host)
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


def _toolstack_there(given: str | None, host: SshHost) -> str:
    if given not in (None, *BY_NAME):
        raise UsageError(
            f"--toolstack {given} runs on this machine only",
            kind="no-toolstack",
            hint="leave --host out, or take " + " or ".join(BY_NAME),
        )
    found = given or next((name for name in ("xl", "xm") if name in host.facts.toolstacks), None)
    if found is None:
        raise UsageError(
            f"neither xl nor xm is on PATH of {host.address.url}",
            kind="no-toolstack",
            hint="is this the Xen host (dom0)?",
        )
    return found


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
        context.running_toolstack = toolstack_of(context)
        context.running_toolstack.rows()
        context.files.make_ready()

    def let_go(self, context: BuildContext) -> None:
        """End what still lives of a failed build, and the rehearsal, unless the guest is kept."""
        if context.kept:
            return
        if context.failed and context.running_toolstack:
            context.domains.destroy()
        exported = context.state.state.stage("export").state in (StageState.DONE, StageState.SKIPPED)
        context.files.tidy(keep_disk=not exported and context.files.has_disk())
        if context.rehearsal:
            context.rehearsal.stop()
        if isinstance(context.running_toolstack, QemuToolstack):
            context.running_toolstack.tidy()


def toolstack_of(context: BuildContext) -> Toolstack:
    """The toolstack that a build's state names."""
    if context.is_qemu:
        context.state.will_make(context.folder.qemu)
        return QemuToolstack(context.folder.qemu, listener=context.commands.append)
    if context.rehearsal:
        rehearsed = LocalHost(context.rehearsal.environment, sudo=False)
        return XenToolstack(XM, rehearsed, listener=context.commands.append)
    differences = BY_NAME[context.state.state.toolstack]
    return XenToolstack(differences, context.host, listener=context.commands.append)
