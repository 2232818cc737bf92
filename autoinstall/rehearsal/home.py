"""A rehearsal's folder: made, described to the driver, and emptied of everything that runs for it.

HOME/bin/xm, bin/xl         the host's commands
HOME/faults.json            what was asked to go wrong (faults-left.json, faults.log: what did)
HOME/domains/, log/         the host's domains and logs
HOME/mirror.json, mirror.pid.json     the mirror, as it describes itself, and its process
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autoinstall.rehearsal.faults import Fault, Faults
from autoinstall.rehearsal.host.domains import Host, replace
from autoinstall.rehearsal.host.processes import Process, carrying, family, kill_all, process_of

PACKAGE_ROOT = Path(__file__).parents[2]

MIRROR_BEGINS_WITHIN = 30.0
ENDS_WITHIN = 3.0
LOOK_EVERY = 0.02

_COMMAND = """#!/bin/sh
: "${{AUTOINSTALL_REHEARSAL_HOME:={home}}}"
export AUTOINSTALL_REHEARSAL_HOME
exec {python} -I -S -c {program} "$@"
"""
_PROGRAM = (
    "import sys; sys.path.insert(0, {root!r}); from autoinstall.rehearsal.host.{name} import main;"
    " sys.exit(main(sys.argv[1:]))"
)
"""Without the site module the interpreter is there in a third of the time; the host needs nothing of it."""


SESSION = "session.json"
"""In the folder: the recorded session whose dialogs are asked in place of the suite's."""


class NotPrepared(Exception):
    """The rehearsal could not be made ready; the text is a whole sentence."""


def prepare(
    home: Path, seed: int, faults: Sequence[Fault], suite: str, session: Path | None = None
) -> dict[str, Any]:
    """Make the folder and start what it needs; what runs there already stays. Raises NotPrepared.

    The dialogs of `session` (a file) are asked instead of the suite's.
    Returns what the driver must know: `path` (folder of the commands), `environment`, `mirror`, `keyring`.
    """
    make_host(home, seed, faults)
    home = home.resolve()
    if session:
        shutil.copyfile(session, home / SESSION)
    mirror = _start_mirror(home, suite)
    return {
        "path": str(home / "bin"),
        "environment": {"AUTOINSTALL_REHEARSAL_HOME": str(home)},
        "mirror": mirror["mirror"],
        "keyring": mirror["keyring"],
    }


def make_host(home: Path, seed: int, faults: Sequence[Fault]) -> None:
    """Make the folder with the host's commands. The same faults as before go on counting, others begin anew."""
    home = home.resolve()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.chmod(0o700)
    Host(home)
    _write_commands(home)
    asked = Faults(home, seed, faults)
    before = Faults.load(home)
    if (before.seed, before.faults) != (asked.seed, asked.faults) or not (home / "faults.json").exists():
        asked.save()


def stop(home: Path) -> None:
    """End all domains and servers of a rehearsal; nothing happens where none run, or where there is no folder."""
    home = home.resolve()
    if not home.is_dir():
        return
    host = Host(home)
    _stop_mirror(home)
    keepers = [record.keeper for record in host.held() if record.keeper]
    for keeper in keepers:
        keeper.kill(15)
    _wait_for_end(keepers)
    for keeper in keepers:
        kill_all(family(keeper.pid) if keeper.alive() else ())
    left = carrying("REHEARSAL_DOMAIN", host.folder)
    for process in left:
        process.kill()
    _wait_for_end(left)
    for path in host.folder.glob("*.socket"):
        path.unlink(missing_ok=True)
    for record in host.held():  # only domains of somebody else are left
        host.remove(record.name)


def _write_commands(home: Path) -> None:
    (home / "bin").mkdir(mode=0o700, exist_ok=True)
    for name in ("xm", "xl"):
        program = _PROGRAM.format(root=str(PACKAGE_ROOT), name=name)
        text = _COMMAND.format(
            home=shlex.quote(str(home)), python=shlex.quote(sys.executable), program=shlex.quote(program)
        )
        fresh = home / "bin" / f".{name}.{os.getpid()}"
        fresh.write_text(text)
        fresh.chmod(0o700)
        fresh.replace(home / "bin" / name)


def _start_mirror(home: Path, suite: str) -> dict[str, Any]:
    """The running mirror's own description; one is started where none runs."""
    described = home / "mirror.json"
    server = _mirror_process(home)
    if server is None or not server.alive():
        described.unlink(missing_ok=True)
        server = _run_mirror(home, suite)
    limit = time.monotonic() + MIRROR_BEGINS_WITHIN
    while not described.exists():
        if not server.alive():
            raise NotPrepared(f"The rehearsal's mirror did not start; see {home / 'log' / 'mirror.log'}.")
        if time.monotonic() >= limit:
            raise NotPrepared(f"The rehearsal's mirror was not ready within {MIRROR_BEGINS_WITHIN:.0f} s.")
        time.sleep(LOOK_EVERY)  # noqa: TID251 - the mirror tells by a file
    document: dict[str, Any] = json.loads(described.read_text())
    return document


def _run_mirror(home: Path, suite: str) -> Process:
    words = home / "log" / "mirror.log"
    words.touch(mode=0o600)
    with words.open("ab") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "autoinstall.rehearsal.mirror", "--home", str(home), "--suite", suite],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=home,
            env={**os.environ, "PYTHONPATH": str(PACKAGE_ROOT)},
            start_new_session=True,
        )
    process = process_of(server.pid)
    replace(home / "mirror.pid.json", json.dumps(process))
    return process


def _mirror_process(home: Path) -> Process | None:
    try:
        return Process(*json.loads((home / "mirror.pid.json").read_text()))
    except FileNotFoundError:
        return None


def _stop_mirror(home: Path) -> None:
    server = _mirror_process(home)
    if server is not None and server.alive():
        server.kill(15)
        _wait_for_end([server])
        kill_all(family(server.pid) if server.alive() else ())
    (home / "mirror.json").unlink(missing_ok=True)
    (home / "mirror.pid.json").unlink(missing_ok=True)


def _wait_for_end(processes: Sequence[Process]) -> None:
    limit = time.monotonic() + ENDS_WITHIN
    while any(process.alive() for process in processes) and time.monotonic() < limit:
        time.sleep(LOOK_EVERY)  # noqa: TID251 - they are no children of ours
