"""Never a wrong answer: the real cdebconf behind a line that loses, delays and prints over.

The outcome of a fault on the line is always eighteen right answers; of a question that nobody foresaw, a
stop that explains itself. One seed and milder faults are the default; AUTOINSTALL_SEEDS=20 runs the whole
(`make never-wrong`, an hour).
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from autoinstall.catalogue.shipped import load_shipped
from autoinstall.console.channel import attach
from autoinstall.dialog.recognise import Recogniser
from autoinstall.events import Events
from autoinstall.installer.drive import Installer
from autoinstall.installer.failure import InstallerError
from autoinstall.installer.outcome import End, Limits
from tests.rigs import eighteen
from tests.rigs.cdebconf import Ask, CdebconfRig

pytestmark = pytest.mark.cdebconf

LINE = Path(__file__).parent.parent / "rigs" / "unreliable.py"
WHOLE = "AUTOINSTALL_SEEDS" in os.environ
SEEDS = range(int(os.environ.get("AUTOINSTALL_SEEDS", "1")))
LIMITS = Limits(dialog=180, silence=120, whole=400)
FAULTS = {
    "lost keys": "lose=40",
    "late keys": "delay=0.3" if WHOLE else "delay=0.1",
    "late dialogs": "late=3" if WHOLE else "late=0.5",
    "kernel lines after paints": "kernel=6" if WHOLE else "kernel=15",
    "kernel lines inside paints": "inside=6" if WHOLE else "inside=15",
    "a line of 115200 baud": "baud=115200",
}
SURPRISE = """
Template: surprise/firmware
Type: boolean
Default: false
Description: Force UEFI installation?
 This machine has more than one way to boot.
"""


def answer(folder: Path, steps: tuple[Ask, ...], seed: int, fault: str) -> tuple[CdebconfRig, Installer]:
    rig = CdebconfRig.prepare(folder, eighteen.templates() + SURPRISE, steps)
    environment = (f"{name}={value}" for name, value in rig.environment().items())
    line = [sys.executable, str(LINE), str(seed), fault, "--", *rig.argv]
    installer = Installer(eighteen.book(), eighteen.SECRETS, Recogniser(load_shipped()), Events(), LIMITS)
    channel = attach(["/usr/bin/env", "-i", *environment, *line], recorder=None, cwd=rig.folder)
    try:
        assert installer.drive(channel).end is End.COMPLETE
    finally:
        channel.close()
    return rig, installer


def given(rig: CdebconfRig) -> dict[str, str]:
    return {one.question: one.value for one in rig.answers() if one.code == 0}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_every_answer_is_right(tmp_path: Path, fault: str, seed: int) -> None:
    rig, _ = answer(tmp_path, eighteen.STEPS, seed, fault)
    assert given(rig) == eighteen.EXPECTED


@pytest.mark.parametrize("seed", SEEDS)
def test_swapped_questions_get_their_own_answers(tmp_path: Path, seed: int) -> None:
    steps = list(eighteen.STEPS)
    first = seed % 8 + 1
    steps[first], steps[first + 1] = steps[first + 1], steps[first]
    rig, _ = answer(tmp_path, tuple(steps), seed, "lose=1000")
    assert given(rig) == eighteen.EXPECTED


@pytest.mark.parametrize("seed", SEEDS)
def test_a_question_that_nobody_foresaw_stops_and_is_explained(tmp_path: Path, seed: int) -> None:
    surprise = Ask(["surprise/firmware"], "debian-installer/clock-setup/title")
    place = 2 + seed * 3 % 14
    steps = (*eighteen.STEPS[:place], surprise, *eighteen.STEPS[place:])
    with pytest.raises(InstallerError) as stopped:
        answer(tmp_path, steps, seed, "lose=1000")
    assert stopped.value.kind == "unknown-dialog"
    assert "Force UEFI installation?" in stopped.value.message
    assert any("Force UEFI installation?" in line for line in stopped.value.screen)
    assert stopped.value.proposal == (
        "dialogs:\n"
        '  - match: {title: "Configure the clock", prompt: "Force UEFI installation?", kind: boolean}\n'
        '    reply: "No"    # or: "Go Back", "Yes"\n'
    )
    rig = CdebconfRig(tmp_path)
    answered = given(rig)
    assert answered == {name: eighteen.EXPECTED[name] for name in answered}
    assert len(answered) == place


def test_an_answer_missing_for_a_known_question_stops_at_it(tmp_path: Path) -> None:
    without = {name: value for name, value in eighteen.ANSWERS.items() if name != "netcfg/get_hostname"}
    rig = CdebconfRig.prepare(tmp_path, eighteen.templates(), eighteen.STEPS)
    environment = (f"{name}={value}" for name, value in rig.environment().items())
    installer = Installer(
        replace(eighteen.book(without)), eighteen.SECRETS, Recogniser(load_shipped()), Events(), LIMITS
    )
    channel = attach(["/usr/bin/env", "-i", *environment, *rig.argv], recorder=None, cwd=rig.folder)
    with pytest.raises(InstallerError) as stopped:
        installer.drive(channel)
    channel.close()
    assert (stopped.value.kind, stopped.value.question) == ("unanswered", "netcfg/get_hostname")
    assert stopped.value.proposal == 'questions:\n  netcfg/get_hostname: "ubuntu"\n'
    assert "netcfg/get_hostname" not in given(rig)


def test_kernel_lines_that_leave_the_cursor_at_the_bottom_are_painted_over(tmp_path: Path) -> None:
    """There newt leaves it after its last dialog, and nothing need be painted; after the kernel's lines it must."""
    step = next(step for step in eighteen.STEPS if step.questions == ["passwd/user-fullname"])
    rig, _ = answer(tmp_path, (step, eighteen.STEPS[-1]), 1, "bottom")
    assert rig.answers()[0].value == eighteen.EXPECTED["passwd/user-fullname"]
