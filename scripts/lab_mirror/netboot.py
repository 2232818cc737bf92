"""The installer's kernel and initrd out of the archive's own package of them, and what the initrd says of itself."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autoinstall.errors import InvalidFileError
from autoinstall.image.package import extract_file
from scripts.lab_mirror import cpio
from scripts.lab_mirror.debian_13 import NETBOOT_FOLDER, NETBOOT_PACKAGE, OFFICIAL_KEYRING
from scripts.lab_mirror.download import Downloads
from scripts.lab_mirror.places import Lab
from scripts.lab_mirror.private_apt import PrivateApt
from scripts.lab_mirror.stanza import Stanza, stanzas_in
from scripts.lab_mirror.step import Steps, recipe

_RECIPE = recipe("netboot.py")

STATUS = "var/lib/dpkg/status"
MODULES = "usr/lib/modules/"
_KEYRING = OFFICIAL_KEYRING.removeprefix("/")
_KEYRINGS = _KEYRING.rpartition("/")[0] + "/"


@dataclass(frozen=True, slots=True)
class Initrd:
    """What is read of the installer's initrd: its kernel's version, its components, its kernel modules, its keys."""

    kernel: str
    status: str
    modules: tuple[cpio.Entry, ...]
    keyring: bytes

    @property
    def components(self) -> list[Stanza]:
        return list(stanzas_in(self.status))


def make_netboot(lab: Lab, apt: PrivateApt, downloads: Downloads, steps: Steps) -> str:
    """The kernel and the initrd; gives what they were made of."""
    package = apt.package(NETBOOT_PACKAGE)

    def work() -> None:
        lab.netboot.mkdir(parents=True, exist_ok=True)
        file = downloads.fetch(package)
        extract_file(file, f"{NETBOOT_FOLDER}/linux", lab.kernel)
        extract_file(file, f"{NETBOOT_FOLDER}/initrd.gz", lab.official_initrd)
        file.unlink()

    outputs = [lab.kernel, lab.official_initrd]
    return steps.make("kernel and initrd", [_RECIPE, package.get("SHA256")], outputs, work)


def read_initrd(path: Path) -> Initrd:
    """Read the installer's initrd. Raises InvalidFileError where it is none."""
    status, modules = "", []
    keyrings: dict[str, cpio.Entry] = {}
    with gzip.open(path) as stream:
        for entry in cpio.entries_in(stream):
            if entry.path == STATUS:
                status = entry.content.decode("utf-8", "replace")
            elif entry.path.startswith(_KEYRINGS):
                keyrings[entry.path] = entry
            elif entry.path.startswith(MODULES):
                modules.append(entry)
    kernels = {entry.path.split("/")[3] for entry in modules if entry.path.count("/") > 3}
    keyring = _linked(keyrings, _KEYRING)
    if len(kernels) != 1 or not status or not keyring:
        raise InvalidFileError(
            f"{path} is no initrd of the Debian installer: it lacks a kernel's modules, {STATUS} or {_KEYRING}",
            kind="invalid-initrd",
        )
    return Initrd(kernels.pop(), status, tuple(modules), keyring)


def _linked(entries: Mapping[str, cpio.Entry], path: str) -> bytes:
    """The content of a file that may be a link to one beside it; empty where there is none."""
    entry = entries.get(path)
    if entry is not None and not entry.is_file:
        entry = entries.get(_KEYRINGS + entry.content.decode("utf-8", "replace"))
    return entry.content if entry else b""
