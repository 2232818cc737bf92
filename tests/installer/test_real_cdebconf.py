"""The driver on Debian's real cdebconf: every kind of dialog, three drawings, and GNU screen around it."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoinstall.catalogue.shipped import load_shipped
from autoinstall.console.channel import attach
from autoinstall.dialog.recognise import Recogniser
from autoinstall.events import Event, Events
from autoinstall.installer.drive import Installer
from autoinstall.installer.outcome import End, Limits
from tests.rigs import eighteen
from tests.rigs.cdebconf import CdebconfRig

pytestmark = pytest.mark.cdebconf

LIMITS = Limits(dialog=60, silence=60, whole=150)


def drive(
    rig: CdebconfRig,
    argv: list[str],
    environment: dict[str, str],
    events: Events | None = None,
    size: tuple[int, int] = (80, 24),
) -> Installer:
    installer = Installer(
        eighteen.book(), eighteen.SECRETS, Recogniser(load_shipped()), events or Events(), LIMITS
    )
    with_environment = [
        "/usr/bin/env",
        "-i",
        *(f"{name}={value}" for name, value in environment.items()),
        *argv,
    ]
    columns, lines = size
    channel = attach(with_environment, recorder=None, cwd=rig.folder, columns=columns, lines=lines)
    try:
        assert installer.drive(channel).end is End.COMPLETE
    finally:
        channel.close()
    return installer


def given(rig: CdebconfRig) -> dict[str, str]:
    return {answer.question: answer.value for answer in rig.answers() if answer.code == 0}


@pytest.mark.parametrize(("term", "lang"), [("linux", "C.UTF-8"), ("linux", "C"), ("vt102", "C")])
def test_eighteen_dialogs_in_each_drawing(tmp_path: Path, term: str, lang: str) -> None:
    rig = CdebconfRig.prepare(tmp_path, eighteen.templates(), eighteen.STEPS)
    installer = drive(rig, rig.argv, rig.environment(term, lang))
    assert given(rig) == eighteen.EXPECTED
    assert [answer.question for answer in installer.answered] == list(eighteen.EXPECTED)


@pytest.mark.parametrize("lang", ["C.UTF-8", "C"])
@pytest.mark.parametrize("size", [(100, 30), (132, 50)])
def test_eighteen_dialogs_on_a_larger_screen(tmp_path: Path, size: tuple[int, int], lang: str) -> None:
    rig = CdebconfRig.prepare(tmp_path, eighteen.templates(), eighteen.STEPS)
    drive(rig, rig.argv, rig.environment("linux", lang), size=size)
    assert given(rig) == eighteen.EXPECTED


@pytest.mark.screen
def test_eighteen_dialogs_inside_gnu_screen(tmp_path: Path) -> None:
    rig = CdebconfRig.prepare(tmp_path, eighteen.templates(), eighteen.STEPS)
    with rig.ending_screen():
        drive(rig, rig.argv_in_screen, rig.environment("vt102", "C"))
    assert given(rig) == eighteen.EXPECTED


def test_no_password_is_told(tmp_path: Path) -> None:
    rig = CdebconfRig.prepare(tmp_path, eighteen.templates(), eighteen.STEPS)
    told: list[Event] = []
    events = Events()
    events.subscribe(told.append)
    drive(rig, rig.argv, rig.environment(), events)
    assert eighteen.PASSWORD not in repr(told)
    answers = {event.fields["question"]: event.fields["answer"] for event in told if event.name == "answered"}
    assert answers["passwd/user-password"] == "***"
    assert answers["tasksel/first"] == ["OpenSSH server", "Manual package selection"]
