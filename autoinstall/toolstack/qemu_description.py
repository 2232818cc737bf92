"""The files that describe QEMU guests: options of qemu-system-x86_64 as a shell would read them, one a line."""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Sequence
from pathlib import Path

from autoinstall.errors import InvalidFileError
from autoinstall.toolstack.description import InstallBoot, Machine, uuid_of

ARCHITECTURES = ("amd64", "i386")

_NETWORK_CARD = "virtio-net-pci,netdev=network,romfile=,addr=0x3"
_DISK = "virtio-blk-pci,drive=disk,addr=0x4"
_RANDOM = "virtio-rng-pci,addr=0x5"
"""Places on the bus are given, so that the guest's names for its devices (ens3) stay those of its installation."""


def qemu_install_description(
    machine: Machine, *, name: str, memory: int, on_reboot: str, boot: InstallBoot
) -> str:
    """The description of the guest that runs the installer; `memory` in MiB, `on_reboot` restart or destroy.

    Raises InvalidFileError where a path cannot stand in an option.
    """
    options = [
        *_machine(machine, "install", name, memory, "raw"),
        ("-kernel", str(boot.kernel)),
        ("-initrd", str(boot.ramdisk)),
        ("-append", boot.extra),
    ]  # fmt: skip
    if on_reboot == "destroy":
        options.append(("-no-reboot",))
    return _text(machine, "install", options)


def qemu_disk_description(
    machine: Machine, *, purpose: str, name: str, memory: int, disk_format: str = "raw"
) -> str:
    """The description of a guest that boots its disk; `purpose` is boot or verify.

    Raises InvalidFileError where a path cannot stand in an option.
    """
    return _text(machine, purpose, _machine(machine, purpose, name, memory, disk_format))


def options_in(description: str) -> tuple[str, ...]:
    """The options of a description. Raises InvalidFileError where a quote is left open."""
    try:
        return tuple(shlex.split(description, comments=True))
    except ValueError as error:
        raise InvalidFileError(
            f"the guest's description cannot be read: {error}", kind="invalid-description"
        ) from error


def option_of(options: Sequence[str], name: str) -> str | None:
    """The value of an option (`-name`); the last one holds, as with QEMU."""
    given = [value for option, value in itertools.pairwise(options) if option == name]
    return given[-1] if given else None


def _machine(
    machine: Machine, purpose: str, name: str, memory: int, disk_format: str
) -> list[tuple[str, ...]]:
    card = _NETWORK_CARD + (f",mac={machine.mac}" if machine.mac else "")
    disk = f"file={_path(machine.disk)},format={disk_format},if=none,id=disk,cache=unsafe,discard=unmap"
    return [
        ("-name", name),
        ("-uuid", uuid_of(machine.build_id, purpose)),
        ("-machine", "pc"),
        ("-m", str(memory)),
        ("-smp", str(machine.vcpus)),
        ("-nodefaults",),
        ("-display", "none"),
        ("-vga", "none"),
        ("-netdev", "user,id=network"),
        ("-device", card),
        ("-drive", disk),
        ("-device", _DISK),
        ("-device", _RANDOM),
        *(("-drive", f"file={_path(medium)},format=raw,if=ide,media=cdrom,readonly=on")
          for medium in machine.media),
    ]  # fmt: skip


def _path(path: Path) -> str:
    text = str(path)
    if "," in text or not text.isprintable():
        raise InvalidFileError(f"{text!r}: this path cannot stand in an option of QEMU", kind="unquotable")
    return text


def _text(machine: Machine, purpose: str, options: Sequence[Sequence[str]]) -> str:
    heading = f"# {purpose} guest of build {machine.build_id}, written by autoinstall: options of QEMU\n"
    return heading + "".join(shlex.join(option) + "\n" for option in options)
