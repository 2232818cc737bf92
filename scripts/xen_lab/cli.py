"""The command line of `scripts/xen-lab`: up, status, ssh, save, reset, down, clean."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import platformdirs
from filelock import FileLock, Timeout

from autoinstall.errors import AutoinstallError, BusyError, HostError, UsageError
from scripts.lab_mirror.build import own_mirror
from scripts.xen_lab import machine
from scripts.xen_lab.connection import host_url, in_dom0, ssh_command
from scripts.xen_lab.dom0 import make_dom0, sweep
from scripts.xen_lab.places import READY, Lab

NOT_UP = 3

_EPILOG = """\
exit codes: 0 done; 2 usage; 3 the lab is not up; 4 the network, a tool, QEMU or the disk failed; 6 in use;
130, 143 interrupted. `ssh` exits as the command in dom0 does (255: dom0 does not answer)

a build on it:
  scripts/xen-lab up --json    gives `host` and `ssh`, then
  AUTOINSTALL_SSH="$ssh" autoinstall build ANSWERS --host "$host" --toolstack xl     (or xm)
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is the contract of `autoinstall`'s own."""
    arguments = _parser().parse_args(argv)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        command: Callable[[argparse.Namespace], int] = arguments.command
        return command(arguments)
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


def _interrupt(number: int, frame: FrameType | None) -> None:
    """A stopped build stops what it started, as an interrupted one does."""
    raise KeyboardInterrupt(number)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="xen-lab",
        description="A real Xen host (Debian dom0) in QEMU, without hardware virtualisation, on loopback.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    up = _add(commands, "up", _up, "make dom0 where it is missing or stale, and start it")
    up.add_argument(
        "name", nargs="?", default=READY, help=f"the saved state to start from (default: {READY})"
    )
    up.add_argument("--cold", action="store_true", help="boot anew, and save that state")
    up.add_argument("--mirror", metavar="URL", help="default: the machine's own, of its apt sources")
    _add(commands, "status", _status, "whether it is up, and how it is reached")
    ssh = _add(commands, "ssh", _ssh, "run a command in dom0, or a shell")
    ssh.add_argument("words", nargs=argparse.REMAINDER, metavar="COMMAND")
    save = _add(commands, "save", _save, "save the running machine, its guests too")
    save.add_argument("name", nargs="?", default=READY)
    _add(commands, "reset", _reset, "cut its power, and boot it anew with the same disk")
    _add(commands, "down", _down, "end it; what was not saved is gone")
    _add(commands, "clean", _clean, "end it and remove the folder")
    return parser


def _add(commands: Any, name: str, run: Callable[[argparse.Namespace], int], text: str) -> Any:
    command = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    command.set_defaults(command=run)
    default = Path(platformdirs.user_cache_dir("autoinstall")) / "xen-lab"
    command.add_argument("--folder", type=Path, default=default, metavar="DIR", help=f"default: {default}")
    command.add_argument("--json", action="store_true", help="print one JSON document on stdout")
    return command


def _up(arguments: argparse.Namespace) -> int:
    lab = _lab(arguments)
    lab.claim()
    try:
        with FileLock(lab.lock, timeout=0):
            began = time.monotonic()
            if machine.running(lab) is None:
                sweep(lab)
                made_of = make_dom0(lab, (arguments.mirror or own_mirror()).rstrip("/"), _say)
                machine.start(lab, made_of, arguments.name, _say, cold=arguments.cold)
            _say(f"up in {time.monotonic() - began:.1f} s")
    except Timeout:
        raise BusyError(f"another xen-lab is at work in {lab.folder}", hint="wait for it") from None
    _print(arguments, _document(lab))
    return 0


def _status(arguments: argparse.Namespace) -> int:
    document = _document(_lab(arguments))
    _print(arguments, document)
    return 0 if document["state"] == "up" else NOT_UP


def _ssh(arguments: argparse.Namespace) -> int:
    lab = _lab(arguments)
    _require_up(lab)
    words = [word for word in arguments.words if word != "--"]
    command = ssh_command(lab, *words)
    os.execvp(command[0], command)  # its words are the user's own


def _save(arguments: argparse.Namespace) -> int:
    lab = _lab(arguments)
    _require_up(lab)
    if not arguments.name.replace("-", "").isalnum():
        raise UsageError(f"{arguments.name!r} cannot name a state", hint="letters, digits and hyphens do")
    machine.save(lab, arguments.name)
    _print(arguments, {"saved": arguments.name, "bytes": lab.saved_disk(arguments.name).stat().st_size})
    return 0


def _reset(arguments: argparse.Namespace) -> int:
    lab = _lab(arguments)
    machine.reset(lab)
    _print(arguments, {"reset": True})
    return 0


def _down(arguments: argparse.Namespace) -> int:
    _print(arguments, {"stopped": machine.stop(_lab(arguments))})
    return 0


def _clean(arguments: argparse.Namespace) -> int:
    lab = _lab(arguments)
    if lab.folder.exists():
        if not lab.is_ours:
            raise UsageError(f"{lab.folder} was not made by xen-lab: it stays", hint="remove it by hand")
        machine.stop(lab)
        shutil.rmtree(lab.folder)
    _print(arguments, {"removed": str(lab.folder)})
    return 0


def _document(lab: Lab) -> dict[str, Any]:
    """`state` is up, booting (QEMU runs, dom0 does not answer) or down; the rest says how it is reached."""
    qemu = machine.running(lab)
    if qemu is None:
        return {"state": "down", "folder": str(lab.folder)}
    answers = in_dom0(lab, "xl", "list")
    return {
        "state": "up" if answers and answers.status == 0 else "booting",
        "host": host_url(lab),
        "ssh": shlex.join(("ssh", "-F", str(lab.ssh_config))),
        "pid": qemu.pid,
        "folder": str(lab.folder),
        "domains": answers.stdout.splitlines()[1:] if answers else None,
    }


def _require_up(lab: Lab) -> None:
    if machine.running(lab) is None:
        raise HostError("the lab is not up", kind="not-up", hint="xen-lab up")


def _lab(arguments: argparse.Namespace) -> Lab:
    return Lab(arguments.folder.absolute())


def _print(arguments: argparse.Namespace, document: dict[str, Any]) -> None:
    if arguments.json:
        print(json.dumps(document, indent=2))
        return
    for name, value in document.items():
        print(f"{name}: {value if isinstance(value, str) else json.dumps(value)}")


def _say(line: str) -> None:
    print(f"xen-lab: {line}", file=sys.stderr, flush=True)


def _complain(error: AutoinstallError) -> None:
    for line in (error.host_said or "").splitlines():
        print(f"  {line}", file=sys.stderr)
    _say(error.message)
    if error.hint:
        print(f"  hint: {error.hint}", file=sys.stderr)
