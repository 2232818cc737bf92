"""The files that describe domains to the toolstack, in the words that xm and xl share."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import jinja2

from autoinstall.errors import InvalidFileError

_NAMESPACE = uuid.UUID("6a3f8a44-31f6-5c0e-9d2f-0c1f4a4e7b11")

_OLD_SEPARATOR = frozenset(
    ("etch", "lenny", "squeeze", "wheezy", "hardy", "lucid", "natty", "oneiric", "precise", "quantal")
) | {"raring", "saucy", "trusty"}
"""Suites whose installer keeps for the installed system what stands after `--`; later ones, after `---`."""


_NAME = re.compile(r"""^(?:[ \t]*name[ \t]*=[ \t]*(["'])(?P<xen>.*?)\1|-name (?P<qemu>\S+)$)""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Machine:
    """What all domains of a build share: its disk (a raw file) and its network.

    `bridge` and `mac` are taken as they stand; a `mac` of None leaves the choice to the toolstack.
    `media` are files that its domain sees as CD-ROMs.
    """

    build_id: str
    disk: Path
    vcpus: int
    bridge: str
    mac: str | None
    media: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class InstallBoot:
    """How the installer is booted: kernel, ramdisk and the kernel's command line."""

    kernel: Path
    ramdisk: Path
    extra: str


def install_description(
    machine: Machine, *, name: str, memory: int, on_reboot: str, boot: InstallBoot
) -> str:
    """The description of the domain that runs the installer; `memory` in MiB, `on_reboot` restart or destroy.

    Raises InvalidFileError where a value cannot stand between quotes.
    """
    return _render("install", machine, name=name, memory=memory, on_reboot=on_reboot, **asdict(boot))


def disk_description(machine: Machine, *, purpose: str, name: str, memory: int) -> str:
    """The description of a domain that boots the disk by pygrub; `purpose` is boot or verify.

    Raises InvalidFileError where a value cannot stand between quotes.
    """
    return _render(purpose, machine, name=name, memory=memory, on_reboot="restart")


def name_in(description: str) -> str:
    """The domain's name that a description gives (the last one given, as xm, xl and QEMU read it).

    Raises InvalidFileError where it gives none.
    """
    names = [match["xen"] or match["qemu"] for match in _NAME.finditer(description)]
    if not names:
        raise InvalidFileError("the domain description gives no name", kind="description-without-name")
    return str(names[-1])


def uuid_of(build_id: str, purpose: str) -> str:
    """The UUID of a build's domain: always the same for one build and purpose, never that of another."""
    return str(uuid.uuid5(_NAMESPACE, f"{build_id}/{purpose}"))


def kernel_arguments(
    *, suite: str, priority: str, frontend: str, arguments: Sequence[str], keep_arguments: Sequence[str]
) -> str:
    """The installer's kernel command line: what the installer reads, then what the installed system keeps."""
    words = [] if priority == "high" else [f"priority={priority}"]
    if frontend != "newt":
        words.append(f"DEBIAN_FRONTEND={frontend}")
    words.extend(arguments)
    if keep_arguments:
        words.extend(("--" if suite in _OLD_SEPARATOR else "---", *keep_arguments))
    return " ".join(words)


def quotable(text: str) -> bool:
    """Whether a text can stand between double quotes for xm (Python) and xl alike, without any escape."""
    return text.isprintable() and not set(text) & set("\"'\\")


def _render(template: str, machine: Machine, **values: object) -> str:
    media = [
        f"file:{_single('a medium', str(medium))},xvd{letter}:cdrom,r"
        for letter, medium in zip("bcdefgh", machine.media, strict=False)
    ]
    disk = _single("a disk's path", str(machine.disk))
    vif = f"bridge={_single('a bridge', machine.bridge)}"
    if machine.mac:
        vif += f",mac={_single('a MAC address', machine.mac)}"
    return (
        _environment()
        .get_template(f"domain-{template}.cfg.j2")
        .render(
            {
                **asdict(machine),
                **values,
                "purpose": template,
                "uuid": uuid_of(machine.build_id, template),
                "disks": [f"file:{disk},xvda,w", *media],
                "vif": vif,
            }
        )
    )


def _single(what: str, text: str) -> str:
    """The text, which must be one part of a list that commas divide."""
    if "," in text:
        raise InvalidFileError(f"{text}: a comma cannot stand in {what}", kind="unquotable")
    return text


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("autoinstall.toolstack"),
        autoescape=jinja2.select_autoescape(),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["quoted"] = _quoted
    return environment


def _quoted(value: object) -> str:
    text = str(value)
    if not quotable(text):
        raise InvalidFileError(
            f"{text!r} cannot stand in a domain description",
            kind="unquotable",
            hint="quotes, backslashes and control characters are not allowed in names, paths and arguments",
        )
    return f'"{text}"'
