"""The command line of `scripts/lab-mirror`: build, serve, status, stop, clean."""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import platformdirs

from autoinstall.errors import AutoinstallError, HostError, UsageError
from scripts.lab_mirror import build as building
from scripts.lab_mirror import service
from scripts.lab_mirror.places import Lab, Variant

_PROGRAM = Path(__file__).parents[1] / "lab-mirror"
_EPILOG = """\
exit codes: 0 done; 2 usage; 3 not built yet; 4 the network, the mirror, a tool or the disk failed;
5 a checksum or signature is wrong; 6 the port or the folder is in use; 130, 143 interrupted

an installation by it, in QEMU with its user network:
  lab-mirror build --live && lab-mirror serve --live --background --json
gives kernel, initrd, the disk of the prepared root (a CD drive of the guest) and the proxy for the
installer's proxy dialog; the mirror's host and directory in its dialogs are those of this machine's apt sources
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is the contract of `autoinstall`'s own."""
    arguments = _parser().parse_args(argv)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        command: Callable[[argparse.Namespace], None] = arguments.command
        command(arguments)
    except AutoinstallError as error:
        _complain(error)
        return error.exit_code
    except OSError as error:
        _complain(
            HostError(f"{error.filename or 'the system'}: {error.strerror}", hint="see `df` and `ls -l`")
        )
        return HostError.exit_code
    except KeyboardInterrupt as stopped:
        return 128 + (stopped.args[0] if stopped.args else signal.SIGINT)
    return 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    """A stopped build stops what it started, as an interrupted one does."""
    raise KeyboardInterrupt(number)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lab-mirror",
        description="A complete mirror of the Debian 13 installer on loopback, made of the machine's own mirror.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    build = _add(commands, "build", _build, "make everything, or what has changed since")
    build.add_argument("--mirror", metavar="URL", help="default: the machine's own, of its apt sources")
    serve = _add(commands, "serve", _serve, "serve an archive on 127.0.0.1")
    serve.add_argument("--port", type=int, default=0, help="default: any free one")
    serve.add_argument("--background", action="store_true", help="return as soon as it answers")
    for command in (build, serve):
        _add_variant(command)
    _add(commands, "status", _status, "what is built, and what is served where")
    _add(commands, "stop", _stop, "end the servers")
    _add(commands, "clean", _clean, "end the servers and remove the folder")
    return parser


def _add(commands: Any, name: str, run: Callable[[argparse.Namespace], None], text: str) -> Any:
    command = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    command.set_defaults(command=run)
    default = Path(platformdirs.user_cache_dir("autoinstall")) / "lab-mirror"
    command.add_argument("--folder", type=Path, default=default, metavar="DIR", help=f"default: {default}")
    command.add_argument("--json", action="store_true", help="print one JSON document on stdout")
    return command


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


def _build(arguments: argparse.Namespace) -> None:
    lab, variant = _lab(arguments), arguments.archive or Variant.SMALL
    began = time.monotonic()
    building.build(lab, [variant], arguments.mirror, _say)
    _say(f"built in {time.monotonic() - began:.1f} s: {lab.folder}")
    _print(arguments, building.document(lab, variant, service.running(lab, variant)))


def _serve(arguments: argparse.Namespace) -> None:
    lab, variant = _lab(arguments), arguments.archive or Variant.SMALL
    mirror = building.mirror_of(lab, variant)
    if not 0 <= arguments.port <= 65535:
        raise UsageError(f"there is no port {arguments.port}")
    if not arguments.background:
        service.serve(lab, variant, mirror, arguments.port)
        return
    command = (sys.executable, str(_PROGRAM), "serve", "--folder", str(lab.folder))
    options = ("--archive", str(variant), "--port", str(arguments.port))
    _print(arguments, building.document(lab, variant, service.start(lab, variant, (*command, *options))))


def _status(arguments: argparse.Namespace) -> None:
    lab = _lab(arguments)
    _print(arguments, {"folder": str(lab.folder), "archives": _archives(lab)})


def _stop(arguments: argparse.Namespace) -> None:
    lab = _lab(arguments)
    stopped = [str(variant) for variant in Variant if service.stop(lab, variant)]
    _print(arguments, {"stopped": stopped})


def _clean(arguments: argparse.Namespace) -> None:
    lab = _lab(arguments)
    if lab.folder.exists():
        if not lab.is_ours:
            raise UsageError(f"{lab.folder} was not made by lab-mirror: it stays", hint="remove it by hand")
        for variant in Variant:
            service.stop(lab, variant)
        shutil.rmtree(lab.folder)
    _print(arguments, {"removed": str(lab.folder)})


def _archives(lab: Lab) -> dict[str, Any]:
    """The variants that are built, each with where it is served (null: nowhere)."""
    found: dict[str, Any] = {}
    for variant in Variant:
        if lab.archive(variant).is_dir():
            found[str(variant)] = service.running(lab, variant)
    return found


def _lab(arguments: argparse.Namespace) -> Lab:
    return Lab(arguments.folder.absolute())


def _print(arguments: argparse.Namespace, document: dict[str, Any]) -> None:
    if arguments.json:
        print(json.dumps(document, indent=2))
        return
    for name, value in document.items():
        print(f"{name}: {value if isinstance(value, str) else json.dumps(value)}")


def _say(line: str) -> None:
    print(f"lab-mirror: {line}", file=sys.stderr, flush=True)


def _complain(error: AutoinstallError) -> None:
    for line in (error.host_said or "").splitlines():
        print(f"  {line}", file=sys.stderr)
    _say(error.message)
    if error.hint:
        print(f"  hint: {error.hint}", file=sys.stderr)
