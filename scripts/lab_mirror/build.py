"""The build: from the machine's own mirror to archives, initrds and a base root, each step only when needed."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from autoinstall.answers.host_mirror import host_mirror
from autoinstall.errors import BusyError, HostError, InvalidFileError, UsageError
from autoinstall.image.digest import digest_of
from autoinstall.image.disk import require_room
from scripts.lab_mirror import archives, components
from scripts.lab_mirror.base_root import make_base_root
from scripts.lab_mirror.catalogue import make_catalogue
from scripts.lab_mirror.debian_13 import ARCHITECTURE, OFFICIAL_KEYRING, SUITE
from scripts.lab_mirror.download import Downloads
from scripts.lab_mirror.initrd import make_initrd
from scripts.lab_mirror.netboot import Initrd, make_netboot, read_initrd
from scripts.lab_mirror.places import Lab, Variant
from scripts.lab_mirror.private_apt import PrivateApt
from scripts.lab_mirror.request import MIRROR_FOLDER
from scripts.lab_mirror.signing import LabKey
from scripts.lab_mirror.step import Say, Steps
from scripts.lab_mirror.toolbox import require_tools

_ROOM = 2 << 30
"""Bytes: downloads 0.4 GB, the packages uncompressed 0.8, the base root 0.8 while it is made."""

_GUEST_SEES_US_AT = "10.0.2.2"
"""The host's loopback as guests of QEMU's user network reach it."""


def build(lab: Lab, variants: Sequence[Variant], mirror: str | None, say: Say) -> None:
    """Make what the variants need. Raises AutoinstallError's kin, each with a hint."""
    source = mirror or own_mirror()
    os.umask(0o022)  # the modes of what is made become those of the guest's folders
    require_tools(live=Variant.LIVE in variants)
    lab.claim()
    _require_room(lab)
    try:
        with FileLock(lab.folder / "build.lock", timeout=0):
            _Build(lab, source.rstrip("/"), say).make(variants)
    except Timeout:
        raise BusyError(
            f"another build is at work in {lab.folder}", hint="wait for it, or name another --folder"
        ) from None


def own_mirror() -> str:
    """The machine's own Debian mirror. Raises UsageError where its apt sources name none."""
    found = host_mirror(Path("/etc/apt"))
    if found is None:
        raise UsageError("this machine's apt sources name no Debian mirror", hint="name one: --mirror URL")
    return found.uri


def document(lab: Lab, variant: Variant, server: dict[str, Any] | None) -> dict[str, Any]:
    """What a build or an installation needs to know of a variant; addresses are those that the guest uses.

    `mirror_url`, `proxy`, `url`, `port` and `pid` are null unless it is served.
    """
    live = lab.base_root if variant is Variant.LIVE else None
    address = f"http://{_GUEST_SEES_US_AT}:{server['port']}" if server else None
    return {
        "archive": str(variant),
        "mirror_url": address,
        "mirror_directory": MIRROR_FOLDER,
        "proxy": f"{address}/" if address else None,
        "kernel": str(lab.kernel),
        "initrd": str(lab.initrd(variant)),
        "overlay": str(lab.overlay(variant)),
        "live_disk": str(live) if live else None,
        "keyring": str(lab.keyring),
        "catalogue": str(lab.catalogue),
        "sha256": {
            "kernel": digest_of(lab.kernel).hex,
            "initrd": digest_of(lab.initrd(variant)).hex,
        },
        **{name: server[name] if server else None for name in ("url", "port", "pid")},
    }


def mirror_of(lab: Lab, variant: Variant) -> str:
    """The mirror that a built lab stands on. Raises InvalidFileError where the variant has not been built."""
    try:
        about = json.loads(lab.about.read_text())
        if variant in about["built"]:
            return str(about["mirror"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise InvalidFileError(
        f"{lab.folder} has no {variant} archive",
        kind="not-built",
        hint=f"lab-mirror build --folder {lab.folder}" + (" --live" if variant is Variant.LIVE else ""),
    )


def _require_room(lab: Lab) -> None:
    """Raise HostError where the build would fill the disk; a lab that is there already needs less."""
    needed = _ROOM // 4 if lab.about.exists() else _ROOM
    try:
        require_room(lab.folder, needed)
    except HostError as error:
        hint = "free some space, or choose another place: --folder DIR"
        raise HostError(error.message, kind=error.kind, hint=hint) from None


class _Build:
    def __init__(self, lab: Lab, mirror: str, say: Say) -> None:
        self._lab = lab
        self._mirror = mirror
        self._say = say
        self._steps = Steps(lab.stamps, say)
        self._apt = PrivateApt(lab.apt, mirror, SUITE, ARCHITECTURE, OFFICIAL_KEYRING)
        self._downloads = Downloads(lab.downloads, mirror)
        self._key = LabKey(lab.key)

    def make(self, variants: Sequence[Variant]) -> None:
        self._lab.sweep()
        self._say(f"package lists of {SUITE} from {self._mirror} ...")
        in_release = self._apt.update()
        index = components.mirrors_index(self._mirror, in_release, self._say)
        netboot = make_netboot(self._lab, self._apt, self._downloads, self._steps)
        initrd = read_initrd(self._lab.official_initrd)
        self._make_key(initrd)
        lab, steps = self._lab, self._steps
        offered = components.make_components(lab, self._apt, self._downloads, initrd, index, steps)
        make_catalogue(lab, self._apt, self._downloads, offered, steps)
        if Variant.OFFICIAL in variants:
            archives.make_official(lab, self._key, in_release, offered, steps)
        make_initrd(lab, Variant.SMALL, initrd, (), netboot, steps)
        if any(one is not Variant.OFFICIAL for one in variants):
            pool = archives.make_pool(lab, self._key, self._apt, self._downloads, steps, offered)
            small = archives.make_small(lab, Variant.SMALL, self._key, pool, steps)
            if Variant.LIVE in variants:
                self._make_live(initrd, netboot, pool, small)
        self._write_about(variants)

    def _make_key(self, initrd: Initrd) -> None:
        self._steps.make("key", [], [self._key.public], self._key.make)
        self._lab.keyring.write_bytes(initrd.keyring + self._key.public.read_bytes())

    def _make_live(self, initrd: Initrd, netboot: str, pool: str, small: str) -> None:
        lab, steps = self._lab, self._steps
        archives.make_small(lab, Variant.LIVE, self._key, pool, steps)
        preloaded = archives.pooled_components(lab, Variant.LIVE)
        make_initrd(lab, Variant.LIVE, initrd, preloaded, f"{netboot} {pool}", steps)
        make_base_root(lab, self._mirror, small, steps)

    def _write_about(self, variants: Sequence[Variant]) -> None:
        built = {*variants, Variant.SMALL} if Variant.LIVE in variants else set(variants)
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            built |= {Variant(one) for one in json.loads(self._lab.about.read_text())["built"]}
        self._lab.about.write_text(
            json.dumps({"mirror": self._mirror, "suite": SUITE, "built": sorted(built)}) + "\n"
        )
