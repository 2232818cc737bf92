"""The name and the address that OpenNebula would give to the guest that verifies the image, on a CONTEXT disk."""

from __future__ import annotations

from pathlib import Path

from autoinstall.answers.steps import Profile
from autoinstall.build.context import BuildContext
from autoinstall.build.descriptions import verify_mac
from autoinstall.guest.file_steps import PutFile
from autoinstall.guest.profiles import shipped_vmcontext
from autoinstall.guest.verification import CONTEXT_SCRIPTS, Identity
from autoinstall.image.context_disk import write_context_disk

_PACKAGE = "opennebula-context"
_FILE = "context.iso"
IDENTITY = Identity("from-context", "192.168.0.10")


def given_identity(context: BuildContext) -> Identity | None:
    """What the guest must take from its CONTEXT disk; None where nothing in it is known to read one: the package
    does, and our own script wherever it was put."""
    package = any(isinstance(step, Profile) and step.name == _PACKAGE for step in context.answers.steps)
    script = shipped_vmcontext()
    ours = any(
        isinstance(step, PutFile) and step.path in CONTEXT_SCRIPTS and step.data == script
        for step in context.guest_steps.make()
    )
    return IDENTITY if package or ours else None


def bring_context_disk(context: BuildContext) -> tuple[Path, ...]:
    """The CONTEXT disk where the verify domain finds it, if it gets one. Raises HostError."""
    identity = given_identity(context)
    if identity is None:
        return ()
    network = identity.address.rpartition(".")[0]
    path = context.folder.image / _FILE
    context.state.will_make(path)
    write_context_disk(
        path,
        {
            "ETH0_MAC": verify_mac(context.answers, context.id),
            "ETH0_IP": identity.address,
            "ETH0_NETWORK": f"{network}.0",
            "ETH0_MASK": "255.255.255.0",
            "NETWORK": "YES",
            "SET_HOSTNAME": identity.hostname,
        },
    )
    return (context.files.bring(path),)


def remove_context_disk(context: BuildContext) -> None:
    """It is no part of the image; one that the build did not make stays."""
    path = context.folder.image / _FILE
    if str(path) in context.state.state.files:
        path.unlink(missing_ok=True)
        context.state.forget_files([path])
