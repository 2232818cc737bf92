"""The domain descriptions of a build, as files that the toolstack reads and the rest of the build reads back."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from autoinstall.answers.model import Answers
from autoinstall.build.context import BuildContext
from autoinstall.build.domain_files import DomainPlaces
from autoinstall.build.folder import write_private
from autoinstall.errors import UsageError
from autoinstall.toolstack.description import (
    InstallBoot,
    Machine,
    disk_description,
    install_description,
    kernel_arguments,
)
from autoinstall.toolstack.qemu_description import (
    ARCHITECTURES,
    qemu_disk_description,
    qemu_install_description,
)


def domain_name(answers: Answers, build_id: str, purpose: str) -> str:
    """The name of the install, boot or verify domain: as the answers say, else NAME-PURPOSE-ID."""
    given = getattr(answers.machine.names, purpose, None)
    return given or f"{answers.name}-{purpose}-{build_id}"


def descriptions(
    answers: Answers, build_id: str, places: DomainPlaces, *, for_qemu: bool = False
) -> dict[str, str]:
    """The texts of the install and the boot description of a build. Touches nothing.

    Raises UsageError where the toolstack has no machine of the architecture.
    """
    installer, machine = answers.installer, answers.machine
    if for_qemu:
        _require_architecture(installer.architecture)
    of_install = qemu_install_description if for_qemu else install_description
    of_disk = qemu_disk_description if for_qemu else disk_description
    boot = InstallBoot(
        places.kernel,
        places.initrd,
        kernel_arguments(
            suite=installer.suite,
            priority=installer.priority,
            frontend=installer.frontend,
            arguments=installer.arguments,
            keep_arguments=installer.keep_arguments,
        ),
    )
    return {
        "install": of_install(
            _machine(answers, build_id, places.disk, places.media),
            name=domain_name(answers, build_id, "install"),
            memory=machine.memory,
            on_reboot=machine.on_reboot,
            boot=boot,
        ),
        "boot": of_disk(
            _machine(answers, build_id, places.disk),
            purpose="boot",
            name=domain_name(answers, build_id, "boot"),
            memory=machine.boot_memory,
        ),
    }


def write_descriptions(context: BuildContext) -> None:
    """Write the install and the boot description into the build folder."""
    texts = descriptions(context.answers, context.id, context.files.places, for_qemu=context.is_qemu)
    for purpose, text in texts.items():
        _write(context, purpose, text)


def write_verify_description(context: BuildContext, media: tuple[Path, ...] = ()) -> None:
    """Write the description of the domain that boots the exported image: a copy, for QEMU an overlay (qcow2).

    `media`: what it sees as CD-ROMs, at their places on its host.
    """
    answers = context.answers
    machine = replace(
        _machine(answers, context.id, context.files.places.copy, media), mac=verify_mac(answers, context.id)
    )
    name, memory = domain_name(answers, context.id, "verify"), answers.machine.boot_memory
    text = (
        qemu_disk_description(machine, purpose="verify", name=name, memory=memory, disk_format="qcow2")
        if context.is_qemu
        else disk_description(machine, purpose="verify", name=name, memory=memory)
    )
    _write(context, "verify", text)


def verify_mac(answers: Answers, build_id: str) -> str:
    """A network card that the installed system has never seen, out of Xen's range: clones get new cards too."""
    last = hashlib.sha256(f"{build_id} verify".encode()).digest()[:3]
    mac = "00:16:3e:" + last.hex(":")
    return mac if mac != (answers.machine.mac or "").lower() else f"{mac[:-2]}{last[2] ^ 1:02x}"


def _write(context: BuildContext, purpose: str, text: str) -> None:
    path = context.folder.description(purpose)
    context.state.will_make(path)
    write_private(path, text)


def _machine(answers: Answers, build_id: str, disk: Path, media: tuple[Path, ...] = ()) -> Machine:
    machine = answers.machine
    return Machine(build_id, disk, machine.vcpus, machine.bridge, machine.mac, media)


def _require_architecture(architecture: str) -> None:
    if architecture not in ARCHITECTURES:
        raise UsageError(
            f"--toolstack qemu has no machine for {architecture}",
            kind="no-toolstack",
            hint="its machines are PCs: " + ", ".join(ARCHITECTURES),
        )
