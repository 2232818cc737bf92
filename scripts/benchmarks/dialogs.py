"""Eighteen dialogs of every kind on the real cdebconf: how soon the driver reacts, and how long all of it takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pexpect

from autoinstall.answers.answer import AnswerValue, SecretReference
from scripts.benchmarks import enter_presser
from scripts.benchmarks.figure import Figure, NotMeasured, Statistic
from tests.rigs import eighteen
from tests.rigs.cdebconf import LIBRARY, CdebconfRig

RELAY = Path(__file__).with_name("relay.py")
REACTION_MS, REACTION_P99_MS = 50, 200
TIMES_ENTER = 2

PROMPTS = (
    "Language:",
    "territory or area:",
    "Detect keyboard layout?",
    "origin for the keyboard:",
    "Hostname:",
    "mirror country:",
    "mirror hostname:",
    "Bad archive mirror",
    "HTTP proxy information",
    "Full name for the new user:",
    "Username for your account:",
    "password for the new user:",
    "Re-enter password",
    "Use weak password?",
    "Write the changes to disks?",
    "Choose software to install:",
    "system clock set to UTC?",
    "Installation complete",
)
"""What each dialog of the sequence shows and none before it does."""


def measure(runs: int) -> list[Figure]:
    """Reactions pooled over all runs; both sequences once a run, in turn. Raises NotMeasured without cdebconf."""
    require_cdebconf()
    reactions: list[float] = []
    driven: list[float] = []
    usual: list[float] = []
    bare: list[float] = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            log = _drive_eighteen(Path(folder))
            reactions += _reactions(log)
            driven.append(log[-1][0])
            usual.append(_press_enter(Path(folder), enter_presser.PEXPECTS_DELAY))
            bare.append(_press_enter(Path(folder), None))
    ratios = [ours / theirs for ours, theirs in zip(driven, usual, strict=True)]
    return [
        Figure("reaction: last painted byte to first key", "ms", reactions, REACTION_MS),
        Figure("reaction: last painted byte to first key", "ms", reactions, REACTION_P99_MS, Statistic.P99),
        Figure("18 dialogs: driven", "s", driven),
        Figure("18 dialogs: Enter alone, by a usual pexpect script", "s", usual),
        Figure("18 dialogs: Enter alone, without pexpect's 50 ms", "s", bare),
        Figure("18 dialogs: driven / usual script", "", ratios, TIMES_ENTER),
    ]


def require_cdebconf() -> None:
    """Raises NotMeasured without Debian's cdebconf."""
    if not (LIBRARY / "frontend" / "newt.so").exists():
        raise NotMeasured("it needs Debian's cdebconf (apt-get install cdebconf)")


Log = list[tuple[float, str]]
"""The relay's notes: seconds since its start, and what passed (output, key, enter, end)."""


def _drive_eighteen(folder: Path) -> Log:
    rig = CdebconfRig.prepare(folder / "rig", eighteen.templates(), eighteen.STEPS)
    return drive(folder, rig, rig.environment(), answers_file(eighteen.ANSWERS), eighteen.EXPECTED)


def drive(
    folder: Path,
    rig: CdebconfRig,
    environment: Mapping[str, str],
    answers: Mapping[str, Any],
    expected: Mapping[str, str],
    options: Sequence[str] = (),
) -> Log:
    """Answer a sequence by `autoinstall drive` through the relay; what the relay noted."""
    file, log = folder / "answers.json", folder / "relay.log"
    file.write_text(json.dumps(answers))
    clean = ["/usr/bin/env", "-i", *(f"{name}={value}" for name, value in environment.items())]
    relay = [sys.executable, str(RELAY), str(log), str(rig.folder), *clean, *rig.argv]
    done = subprocess.run(
        [sys.executable, "-m", "autoinstall", "drive", str(file), "--quiet", *options, "--", *relay],
        env={**os.environ, "AUTOINSTALL_SECRET_USER_PASSWORD": eighteen.PASSWORD},
        capture_output=True,
        text=True,
        check=False,
    )
    given = {answer.question: answer.value for answer in rig.answers() if answer.code == 0}
    if done.returncode or given != expected:
        raise NotMeasured(f"the sequence was not answered as it should be: {done.stderr.strip()}")
    notes = (line.split() for line in log.read_text().splitlines())
    return [(float(seconds), what) for seconds, what, _ in notes]


def answers_file(answers: Mapping[str, AnswerValue]) -> dict[str, Any]:
    """A sequence's answers as an answers file (JSON is YAML)."""
    return {
        "version": 1,
        "name": "eighteen",
        "questions": {name: _written(value) for name, value in answers.items()},
        "errors": {"mirror/bad": {"reply": "continue", "limit": 2}},
    }


def _written(value: AnswerValue) -> object:
    if isinstance(value, SecretReference):
        return {"secret": value.name}
    return list(value) if isinstance(value, tuple) else value


def _reactions(log: Log) -> Iterator[float]:
    """Milliseconds from the last output before the first key of each dialog; an Enter begins the next dialog."""
    painted: float | None = None
    first = True
    for seconds, what in log:
        if what == "output":
            painted = seconds
        elif what in ("key", "enter"):
            if first and painted is not None:
                yield (seconds - painted) * 1000
            first = what == "enter"


def _press_enter(folder: Path, delay: float | None) -> float:
    rig = CdebconfRig.prepare(folder / "rig", eighteen.templates(), eighteen.STEPS)
    try:
        taken = enter_presser.seconds(rig.argv, rig.folder, rig.environment(), PROMPTS, delay=delay)
    except pexpect.ExceptionPexpect as failure:
        raise NotMeasured(f"Enter alone did not get through: {str(failure).splitlines()[0]}") from None
    answered = [answer.question for answer in rig.answers()]
    if answered != list(eighteen.EXPECTED):
        raise NotMeasured(f"Enter alone answered {answered}")
    return taken
