"""A whole installation on the lab's real Xen: the mirror on loopback, the lab, and the build between them."""

from __future__ import annotations

import argparse
import os
import secrets
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import platformdirs

from autoinstall.errors import AutoinstallError
from scripts.lab_mirror import build as mirror_building
from scripts.lab_mirror import service
from scripts.lab_mirror.places import Lab as Mirror
from scripts.lab_mirror.places import Variant
from scripts.xen_lab import machine
from scripts.xen_lab.blkfront import make_overlay
from scripts.xen_lab.connection import host_url
from scripts.xen_lab.dom0 import make_dom0
from scripts.xen_lab.places import READY, Lab

PROJECT = Path(__file__).parents[2]
ANSWERS = PROJECT / "answers" / "debian-13-xen.yaml"
PASSWORDS = ("AUTOINSTALL_SECRET_ROOT_PASSWORD", "AUTOINSTALL_SECRET_USER_PASSWORD")
BOOT_VARIABLE, BOOT_SECONDS = "AUTOINSTALL_BOOT_SECONDS", "3600"
"""The patience with a guest that boots in a machine that is itself emulated."""


def main(argv: Sequence[str] | None = None) -> int:
    """Make the mirror and the lab, build on it; the exit code is the build's, or that of what could not be made."""
    arguments, options = _parser().parse_known_args(argv)
    cache = Path(platformdirs.user_cache_dir("autoinstall"))
    mirror, lab = Mirror(cache / "lab-mirror"), Lab((arguments.folder or cache / "xen-lab").absolute())
    ours: list[str] = []
    try:
        mirror_building.build(mirror, [Variant.LIVE], None, _say)
        served = _serve(mirror, ours)
        _start(lab, ours)
        overlay = lab.folder / "xen-blkfront.cpio.gz"
        make_overlay(mirror, mirror_building.mirror_of(mirror, Variant.LIVE), overlay)
        command = _command(arguments, lab, served, overlay, options)
        _say("autoinstall " + shlex.join(command))
        return subprocess.run(
            [sys.executable, "-m", "autoinstall", *command], env=_environment(lab), cwd=PROJECT, check=False
        ).returncode
    except AutoinstallError as error:
        for line in (error.host_said or "").splitlines():
            print(f"  {line}", file=sys.stderr)
        _say(error.message + (f"\n  hint: {error.hint}" if error.hint else ""))
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    finally:
        if "mirror" in ours:
            service.stop(mirror, Variant.LIVE)
        if "lab" in ours and not arguments.keep_lab:
            machine.stop(lab)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="xen-image",
        description="An image of Debian 13, installed by the real installer in a guest of real Xen, which runs in "
        "QEMU without hardware virtualisation: up to an hour. Further options are those of `autoinstall build`.",
    )
    default = Path("build") / f"xen-image-{time.strftime('%Y%m%d-%H%M%S')}"
    parser.add_argument(
        "--work", type=Path, default=default, help="the build folder (default: a new one in build/)"
    )
    parser.add_argument(
        "--folder", type=Path, metavar="DIR", help="the lab's folder (default: that of xen-lab)"
    )
    parser.add_argument("--keep-lab", action="store_true", help="leave the lab running")
    return parser


def _serve(mirror: Mirror, ours: list[str]) -> dict[str, Any]:
    """The mirror, served; one that was served already stays so afterwards."""
    server = service.running(mirror, Variant.LIVE)
    if server is None:
        ours.append("mirror")
        command = (
            sys.executable,
            str(PROJECT / "scripts" / "lab-mirror"),
            "serve",
            "--folder",
            str(mirror.folder),
        )
        server = service.start(
            mirror, Variant.LIVE, (*command, "--archive", str(Variant.LIVE), "--port", "0")
        )
    return mirror_building.document(mirror, Variant.LIVE, server)


def _start(lab: Lab, ours: list[str]) -> None:
    lab.claim()
    if machine.running(lab) is None:
        made_of = make_dom0(lab, mirror_building.own_mirror().rstrip("/"), _say)
        machine.start(lab, made_of, READY, _say)
        ours.append("lab")


def _command(
    arguments: argparse.Namespace, lab: Lab, mirror: dict[str, Any], overlay: Path, options: Sequence[str]
) -> list[str]:
    """The build: the shipped answers, the mirror as the proxy, its key and the driver of disks in the initrd."""
    changes = {
        "installer.overlays": f"[{mirror['overlay']}, {overlay}]",
        "machine.media": f"[{mirror['live_disk']}]",
        "questions.mirror/http/proxy": mirror["proxy"],
    }
    work = arguments.work.absolute()
    work.parent.mkdir(parents=True, exist_ok=True)
    command = ["build", str(ANSWERS.relative_to(PROJECT)), "--toolstack", "xl", "--host", host_url(lab)]
    command += ["--work", str(work)]
    for path, value in changes.items():
        command += ["--set", f"{path}={value}"]
    return [*command, *options]


def _environment(lab: Lab) -> dict[str, str]:
    """The passwords are handed over in the environment; those that are not set are made up and forgotten."""
    made_up = {name: secrets.token_urlsafe(12) for name in PASSWORDS if name not in os.environ}
    if made_up:
        _say(f"{', '.join(made_up)} not set: made up, and never shown")
    ssh = shlex.join(("ssh", "-F", str(lab.ssh_config)))
    return {BOOT_VARIABLE: BOOT_SECONDS, **os.environ, **made_up, "AUTOINSTALL_SSH": ssh}


def _say(line: str) -> None:
    print(f"xen-image: {line}", file=sys.stderr, flush=True)
