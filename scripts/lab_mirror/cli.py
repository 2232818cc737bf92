"""The command line of `scripts/lab-mirror`: build, serve, status, stop, clean."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from autoinstall.errors import UsageError
from scripts.lab.command import LabCommand, print_document, say
from scripts.lab_mirror import build as building
from scripts.lab_mirror import service
from scripts.lab_mirror.places import Lab, Variant

_PROGRAM = Path(__file__).parents[1] / "lab-mirror"
_NAME = Lab.program
_EPILOG = """\
exit codes: 0 done; 2 usage; 3 not built yet; 4 the network, the mirror, a tool or the disk failed;
5 a checksum or signature is wrong; 6 the port or the folder is in use; 130, 143 interrupted

an installation by it, in QEMU with its user network:
  lab-mirror build --live && lab-mirror serve --live --background --json
gives kernel, initrd, the disk of the prepared root (a CD drive of the guest) and the proxy for the
installer's proxy dialog; the mirror's host and directory in its dialogs are those of this machine's apt sources
"""

_say = partial(say, _NAME)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command."""
    program = LabCommand(
        _NAME,
        "A complete mirror of the Debian 13 installer on loopback, made of the machine's own mirror.",
        _EPILOG,
    )
    build = program.add("build", _build, "make everything, or what has changed since")
    build.add_argument("--mirror", metavar="URL", help="default: the machine's own, of its apt sources")
    serve = program.add("serve", _serve, "serve an archive on 127.0.0.1")
    serve.add_argument("--port", type=int, default=0, help="default: any free one")
    serve.add_argument("--background", action="store_true", help="return as soon as it answers")
    for command in (build, serve):
        _add_variant(command)
    program.add("status", _status, "what is built, and what is served where")
    program.add("stop", _stop, "end the servers")
    program.add("clean", _clean, "end the servers and remove the folder")
    return program.run(argv)


def _add_variant(command: argparse.ArgumentParser) -> None:
    choice = command.add_mutually_exclusive_group()
    choice.add_argument(
        "--archive",
        type=Variant,
        choices=list(Variant),
        help="official: all of Debian's packages; small (the default): few, uncompressed, signed by the lab",
    )
    choice.add_argument(
        "--live",
        dest="archive",
        action="store_const",
        const=Variant.LIVE,
        help="a prepared root that live-installer copies, in place of debootstrap (needs root to build)",
    )


def _build(arguments: argparse.Namespace) -> int:
    lab, variant = _lab(arguments), arguments.archive or Variant.SMALL
    began = time.monotonic()
    building.build(lab, [variant], arguments.mirror, _say)
    _say(f"built in {time.monotonic() - began:.1f} s: {lab.folder}")
    print_document(arguments, building.document(lab, variant, service.running(lab, variant)))
    return 0


def _serve(arguments: argparse.Namespace) -> int:
    lab, variant = _lab(arguments), arguments.archive or Variant.SMALL
    mirror = building.mirror_of(lab, variant)
    if not 0 <= arguments.port <= 65535:
        raise UsageError(f"there is no port {arguments.port}")
    if not arguments.background:
        service.serve(lab, variant, mirror, arguments.port)
        return 0
    command = (sys.executable, str(_PROGRAM), "serve", "--folder", str(lab.folder))
    options = ("--archive", str(variant), "--port", str(arguments.port))
    print_document(
        arguments, building.document(lab, variant, service.start(lab, variant, (*command, *options)))
    )
    return 0


def _status(arguments: argparse.Namespace) -> int:
    lab = _lab(arguments)
    print_document(arguments, {"folder": str(lab.folder), "archives": _archives(lab)})
    return 0


def _stop(arguments: argparse.Namespace) -> int:
    lab = _lab(arguments)
    stopped = [str(variant) for variant in Variant if service.stop(lab, variant)]
    print_document(arguments, {"stopped": stopped})
    return 0


def _clean(arguments: argparse.Namespace) -> int:
    lab = _lab(arguments)
    if lab.folder.exists():
        lab.require_ours()
        for variant in Variant:
            service.stop(lab, variant)
        shutil.rmtree(lab.folder)
    print_document(arguments, {"removed": str(lab.folder)})
    return 0


def _archives(lab: Lab) -> dict[str, Any]:
    """The variants that are built, each with where it is served (null: nowhere)."""
    found: dict[str, Any] = {}
    for variant in Variant:
        if lab.archive(variant).is_dir():
            found[str(variant)] = service.running(lab, variant)
    return found


def _lab(arguments: argparse.Namespace) -> Lab:
    return Lab(arguments.folder.absolute())
