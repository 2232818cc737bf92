"""Starts and ends the rehearsal: a program of its own that puts an `xm` and an `xl` on PATH."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import autoinstall
from autoinstall import process
from autoinstall.errors import HostError, UsageError
from autoinstall.process import Completed

PREPARE_SECONDS = 120.0
STOP_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Mischief:
    """How the rehearsal misbehaves: its faults as the command line writes them, and the seed of its chances.

    `session` are the dialogs of a recorded session, as JSON, that it asks instead of its own.
    """

    faults: Sequence[str] = ()
    seed: int | None = None
    session: str | None = None


@dataclass(frozen=True)
class RehearsalHost:
    """A prepared host: what its commands need in their environment, its mirror's URL, that mirror's keyring."""

    home: Path
    mirror: str
    keyring: Path
    environment: dict[str, str] = field(default_factory=dict)

    def stop(self) -> None:
        """End all that lives of it: domains and servers. Raises HostError where it cannot."""
        _succeed(_command("stop", "--home", str(self.home), seconds=STOP_SECONDS), "end the rehearsal")


def prepare(home: Path, *, suite: str, mischief: Mischief) -> RehearsalHost:
    """Make a rehearsal host ready below `home`, or go on with the one that is there.

    Raises UsageError for a suite or fault that it does not know, HostError where it cannot work here.
    """
    words = ["prepare", "--home", str(home), "--suite", suite]
    if mischief.seed is not None:
        words += ["--seed", str(mischief.seed)]
    for fault in mischief.faults:
        words += ["--fault", fault]
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".json") as session:
        if mischief.session is not None:
            session.write(mischief.session)
            session.flush()
            words += ["--session", session.name]
        said = _succeed(_command(*words, seconds=PREPARE_SECONDS), "prepare the rehearsal")
    told = json.loads(said.stdout)
    environment = dict(told["environment"])
    environment["PATH"] = f"{told['path']}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return RehearsalHost(home, told["mirror"], Path(told["keyring"]), environment)


def _command(*words: str, seconds: float) -> Completed:
    # The program is found where we are, also when we run from a source tree that is not installed.
    ours = str(Path(autoinstall.__file__).parent.parent)
    given = os.environ.get("PYTHONPATH")
    paths = os.pathsep.join((ours, given)) if given else ours
    argv = (sys.executable, "-m", "autoinstall.rehearsal", *words)
    return process.run(argv, timeout=seconds, environment={"PYTHONPATH": paths})


def _succeed(done: Completed, doing: str) -> Completed:
    if done.status == 0:
        return done
    error = UsageError if done.status == 2 else HostError
    raise error(
        f"could not {doing}: {done.stderr.strip() or f'exit status {done.status}'}",
        kind="rehearsal",
        hint="`autoinstall rehearse --faults` lists the faults; of other suites a recorded session can be rehearsed "
        "(`rehearse --from RECORDING`)",
        host_said=done.said or None,
    )
