"""The domain descriptions of a build, as files that the toolstack reads and the rest of the build reads back."""

from __future__ import annotations

from pathlib import Path

from autoinstall.answers.model import Answers
from autoinstall.build.context import BuildContext
from autoinstall.build.folder import BuildFolder, write_private
from autoinstall.toolstack.description import (
    InstallBoot,
    Machine,
    disk_description,
    install_description,
    kernel_arguments,
)


def domain_name(answers: Answers, build_id: str, purpose: str) -> str:
    """The name of the install, boot or verify domain: as the answers say, else NAME-PURPOSE-ID."""
    given = getattr(answers.machine.names, purpose, None)
    return given or f"{answers.name}-{purpose}-{build_id}"


def descriptions(answers: Answers, build_id: str, folder: BuildFolder) -> dict[str, str]:
    """The texts of the install and the boot description of a build in `folder`. Touches nothing."""
    installer, machine = answers.installer, answers.machine
    boot = InstallBoot(
        folder.kernel,
        folder.initrd,
        kernel_arguments(
            suite=installer.suite,
            priority=installer.priority,
            frontend=installer.frontend,
            arguments=installer.arguments,
            keep_arguments=installer.keep_arguments,
        ),
    )
    return {
        "install": install_description(
            _machine(answers, build_id, folder.disk),
            name=domain_name(answers, build_id, "install"),
            memory=machine.memory,
            on_reboot=machine.on_reboot,
            boot=boot,
        ),
        "boot": disk_description(
            _machine(answers, build_id, folder.disk),
            purpose="boot",
            name=domain_name(answers, build_id, "boot"),
            memory=machine.boot_memory,
        ),
    }


def write_descriptions(context: BuildContext) -> None:
    """Write the install and the boot description into the build folder."""
    for purpose, text in descriptions(context.answers, context.id, context.folder).items():
        _write(context, purpose, text)


def write_verify_description(context: BuildContext, disk: Path) -> None:
    """Write the description of the domain that boots a copy of the exported image."""
    answers = context.answers
    text = disk_description(
        _machine(answers, context.id, disk),
        purpose="verify",
        name=domain_name(answers, context.id, "verify"),
        memory=answers.machine.boot_memory,
    )
    _write(context, "verify", text)


def _write(context: BuildContext, purpose: str, text: str) -> None:
    path = context.folder.description(purpose)
    context.state.will_make(path)
    write_private(path, text)


def _machine(answers: Answers, build_id: str, disk: Path) -> Machine:
    machine = answers.machine
    return Machine(build_id, disk, machine.vcpus, machine.bridge, machine.mac)
