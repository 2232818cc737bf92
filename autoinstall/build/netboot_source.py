"""Where a build's kernel and initrd come from, and who must vouch for them; the rehearsal's stand-ins included."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from urllib.parse import urlsplit

from autoinstall.answers.sections import Installer, Verify
from autoinstall.build.rehearsal_host import RehearsalHost
from autoinstall.image.netboot import NetbootSource, Verification, is_local

PARTS = {"kernel": "netboot/xen/vmlinuz", "initrd": "netboot/xen/initrd.gz"}
"""The parts that boot an installer, and where the rehearsal's mirror has its stand-ins for them."""


def source_of(installer: Installer, rehearsal: RehearsalHost | None) -> NetbootSource:
    """The source that the answers name; a rehearsal has its own mirror and key in place of a remote one."""
    mirror, verification = installer.mirror, _verification(installer.verify)
    if rehearsal and is_remote(mirror):
        mirror, verification = rehearsal.mirror, Verification(keyring=rehearsal.keyring)
    return NetbootSource(
        mirror, installer.distribution, installer.suite, installer.architecture, verification
    )


def reference_of(installer: Installer, part: str, rehearsal: RehearsalHost | None) -> str:
    """What stands for the kernel or the initrd: a rehearsal takes a stand-in for what lies elsewhere."""
    reference: str = getattr(installer, part)
    if rehearsal is None or is_local(reference):
        return reference
    elsewhere = is_remote(reference) if "://" in reference else is_remote(installer.mirror)
    return PARTS[part] if elsewhere else reference


def has_stand_ins(installer: Installer, rehearsal: RehearsalHost | None) -> bool:
    """Whether the rehearsal's own kernel or initrd is used in place of the one that the answers name."""
    return any(
        rehearsal is not None
        and not is_local(getattr(installer, part))
        and source_of(installer, rehearsal).mirror == rehearsal.mirror
        for part in PARTS
    )


def is_remote(url: str) -> bool:
    """Whether a URL leads to another machine."""
    host = urlsplit(url).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"


def _verification(verify: Verify | str) -> Verification:
    if isinstance(verify, str):
        return Verification()
    pins = {"kernel": verify.sha256.kernel, "initrd": verify.sha256.initrd} if verify.sha256 else None
    return Verification(keyring=Path(verify.keyring) if verify.keyring else None, pins=pins)
