"""The programs that the lab is made with, and the packages that bring them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from autoinstall.errors import HostError
from scripts.lab_mirror.debian_13 import OFFICIAL_KEYRING

_PACKAGES = {
    "apt-get": "apt",
    "apt-cache": "apt",
    "dpkg-deb": "dpkg",
    "gpg": "gnupg",
    "gpgconf": "gnupg",
    "depmod": "kmod",
}
_FOR_LIVE = {
    "debootstrap": "debootstrap",
    "mke2fs": "e2fsprogs",
    "unshare": "util-linux",
    "chroot": "coreutils",
}


def require_tools(*, live: bool) -> None:
    """Raise HostError that names what is missing and the one line that brings it.

    Programs in the system administrator's folders are found although a user's PATH lacks them.
    """
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    wanted = {**_PACKAGES, **(_FOR_LIVE if live else {})}
    missing = {program: package for program, package in wanted.items() if not shutil.which(program)}
    if not Path(OFFICIAL_KEYRING).exists():
        missing[OFFICIAL_KEYRING] = "debian-archive-keyring"
    if missing:
        packages = " ".join(sorted(set(missing.values())))
        raise HostError(
            f"missing here: {', '.join(sorted(missing))}",
            kind="tool-missing",
            hint=f"apt-get install {packages}",
        )
    if live and os.geteuid() != 0:
        raise HostError(
            "only root can prepare a root for live-installer (debootstrap)",
            kind="not-root",
            hint="run it as root (sudo), or leave --live out",
        )
