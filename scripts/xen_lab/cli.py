"""The command line of `scripts/xen-lab`: up, status, ssh, save, reset, down, clean."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from filelock import FileLock, Timeout

from autoinstall.errors import BusyError, HostError, UsageError
from scripts.lab.command import LabCommand, print_document, say
from scripts.lab_mirror.build import own_mirror
from scripts.xen_lab import machine
from scripts.xen_lab.connection import host_url, in_dom0, ssh_command
from scripts.xen_lab.dom0 import make_dom0, sweep
from scripts.xen_lab.places import READY, Lab

NOT_UP = 3

_NAME = Lab.program
_EPILOG = """\
exit codes: 0 done; 2 usage; 3 the lab is not up; 4 the network, a tool, QEMU or the disk failed; 6 in use;
130, 143 interrupted. `ssh` exits as the command in dom0 does (255: dom0 does not answer)

a build on it:
  scripts/xen-lab up --json    gives `host` and `ssh`, then
  AUTOINSTALL_SSH="$ssh" autoinstall build ANSWERS --host "$host" --toolstack xl     (or xm)
"""

_say = partial(say, _NAME)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command."""
    program = LabCommand(
        _NAME,
        "A real Xen host (Debian dom0) in QEMU, without hardware virtualisation, on loopback.",
        _EPILOG,
    )
    up = program.add("up", _up, "make dom0 where it is missing or stale, and start it")
    up.add_argument(
        "name", nargs="?", default=READY, help=f"the saved state to start from (default: {READY})"
    )
    up.add_argument("--cold", action="store_true", help="boot anew, and save that state")
    up.add_argument("--mirror", metavar="URL", help="default: the machine's own, of its apt sources")
    program.add("status", _status, "whether it is up, and how it is reached")
    ssh = program.add("ssh", _ssh, "run a command in dom0, or a shell")
    ssh.add_argument("words", nargs=argparse.REMAINDER, metavar="COMMAND")
    save = program.add("save", _save, "save the running machine, its guests too")
    save.add_argument("name", nargs="?", default=READY)
    program.add("reset", _reset, "cut its power, and boot it anew with the same disk")
    program.add("down", _down, "end it; what was not saved is gone")
    program.add("clean", _clean, "end it and remove the folder")
    return program.run(argv)


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
    print_document(arguments, _document(lab))
    return 0


def _status(arguments: argparse.Namespace) -> int:
    document = _document(_lab(arguments))
    print_document(arguments, document)
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
    print_document(
        arguments, {"saved": arguments.name, "bytes": lab.saved_disk(arguments.name).stat().st_size}
    )
    return 0


def _reset(arguments: argparse.Namespace) -> int:
    lab = _lab(arguments)
    machine.reset(lab)
    print_document(arguments, {"reset": True})
    return 0


def _down(arguments: argparse.Namespace) -> int:
    print_document(arguments, {"stopped": machine.stop(_lab(arguments))})
    return 0


def _clean(arguments: argparse.Namespace) -> int:
    lab = _lab(arguments)
    if lab.folder.exists():
        lab.require_ours()
        machine.stop(lab)
        shutil.rmtree(lab.folder)
    print_document(arguments, {"removed": str(lab.folder)})
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
