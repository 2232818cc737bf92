"""A console that is lost in mid-dialog and attached to again, on the real cdebconf, plain and inside GNU screen."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from autoinstall.catalogue.shipped import load_shipped
from autoinstall.console.channel import Channel, attach
from autoinstall.dialog.recognise import Recogniser
from autoinstall.events import Event, Events
from autoinstall.installer.drive import Installer
from autoinstall.installer.outcome import End, Limits
from tests.rigs import eighteen
from tests.rigs.cdebconf import Ask, CdebconfRig, Progress

pytestmark = pytest.mark.cdebconf

HOLDER = Path(__file__).parent.parent / "rigs" / "holder.py"
CLIENT = [sys.executable, str(HOLDER), "attach"]


@contextmanager
def held(rig: CdebconfRig, argv: list[str], term: str, lang: str) -> Iterator[Path]:
    """The frontend on a PTY that outlives its console clients; the socket that they attach to."""
    socket = rig.folder / "console"
    command = [sys.executable, str(HOLDER), "hold", str(socket), *argv]
    holder = subprocess.Popen(
        command,
        cwd=rig.folder,
        env=rig.environment(term, lang),
        start_new_session=True,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"ready\n"
    try:
        yield socket
    finally:
        os.killpg(holder.pid, signal.SIGKILL)
        holder.wait()


WITHOUT_PASSWORDS = tuple(
    step for step in eighteen.STEPS if not step.questions[0].startswith("passwd/user-password")
)
"""Of which the text frontend shows nothing: after a cut none is typed there."""


@pytest.mark.parametrize(
    ("frontend", "steps", "inside_screen", "term", "lang"),
    [
        ("newt", eighteen.STEPS, False, "linux", "C.UTF-8"),
        ("newt", eighteen.STEPS, False, "vt102", "C"),
        pytest.param("newt", eighteen.STEPS, True, "vt102", "C", marks=pytest.mark.screen),
        ("text", WITHOUT_PASSWORDS, False, "linux", "C.UTF-8"),
        pytest.param("text", WITHOUT_PASSWORDS, True, "vt102", "C", marks=pytest.mark.screen),
    ],
)
def test_no_dialog_is_answered_twice_or_wrongly(
    tmp_path: Path, frontend: str, steps: tuple[Ask, ...], inside_screen: bool, term: str, lang: str
) -> None:
    rig = CdebconfRig.prepare(tmp_path, eighteen.templates(), steps, frontend=frontend)
    argv = rig.argv_in_screen if inside_screen else rig.argv
    events, cut = Events(), set[str]()
    current: list[Channel] = []

    def cut_the_console(event: Event) -> None:
        """End the client when every third dialog comes up: the answer is then given over the next console."""
        question = event.fields.get("question")
        if event.name == "dialog" and question not in cut:
            cut.add(str(question))
            if len(cut) % 3 == 0:
                current[-1].close()

    events.subscribe(cut_the_console)
    installer = a_driver(events)
    with held(rig, argv, term, lang) as socket, rig.ending_screen():
        for _ in range(12):
            current.append(attach([*CLIENT, str(socket)], recorder=None))
            if installer.drive(current[-1]).end is End.COMPLETE:
                break
    given = [(one.question, one.value) for one in rig.answers() if one.code == 0]
    assert given == [(name, eighteen.EXPECTED[name]) for step in steps for name in step.questions]
    assert len(current) > 5


def a_driver(events: Events | None = None) -> Installer:
    limits = Limits(dialog=60, silence=60, whole=150)
    return Installer(
        eighteen.book(), eighteen.SECRETS, Recogniser(load_shipped()), events or Events(), limits
    )


def test_another_process_goes_on_at_the_question_that_the_text_frontend_printed(tmp_path: Path) -> None:
    rig = CdebconfRig.prepare(tmp_path, eighteen.templates(), WITHOUT_PASSWORDS[5:8], frontend="text")
    with held(rig, rig.argv, "linux", "C.UTF-8") as socket:
        first = attach([*CLIENT, str(socket)], recorder=None)
        shown = b""
        while not shown.endswith(b"default=237> \r\n\x1b[?2004h"):
            shown += first.read(10.0)
        first.send(b"2")
        first.close()
        second = attach([*CLIENT, str(socket)], recorder=None)
        assert a_driver().drive(second, shown_before=shown.decode()).end is End.CLOSED
    given = {one.question: one.value for one in rig.answers()}
    assert given == {
        step.questions[0]: eighteen.EXPECTED[step.questions[0]] for step in WITHOUT_PASSWORDS[5:8]
    }


@pytest.mark.parametrize("early", [b"\x0c", b"\x0c\x0c\x0c"], ids=["once", "three times"])
@pytest.mark.parametrize(
    "inside_screen", [False, pytest.param(True, marks=pytest.mark.screen)], ids=["plain", "screen"]
)
def test_a_dialog_that_an_early_repaint_hid_is_found(
    tmp_path: Path, early: bytes, inside_screen: bool
) -> None:
    """A driver that was killed may have asked for a repaint while nothing was asked: newt hides what comes then."""
    rig = CdebconfRig.prepare(tmp_path, eighteen.templates(), eighteen.STEPS[2:6])
    environment = [f"{name}={value}" for name, value in rig.environment().items()]
    argv = rig.argv_in_screen if inside_screen else rig.argv
    channel = attach(["/usr/bin/env", "-i", *environment, *argv], recorder=None, cwd=rig.folder)
    installer = Installer(
        eighteen.book(), eighteen.SECRETS, Recogniser(load_shipped()), Events(), Limits(dialog=60, whole=120)
    )
    channel.send(early)
    try:
        installer.drive(channel, shown_before="")
    finally:
        channel.close()
    names = [step.questions[0] for step in eighteen.STEPS[2:6]]
    assert [(one.question, one.value) for one in rig.answers()] == [
        (name, eighteen.EXPECTED[name]) for name in names
    ]


@pytest.mark.parametrize("moment", ["before it", "over it"])
@pytest.mark.parametrize("earlier", [1, 6])
@pytest.mark.parametrize(
    "inside_screen", [False, pytest.param(True, marks=pytest.mark.screen)], ids=["plain", "screen"]
)
def test_an_installation_that_an_early_repaint_holds_up_goes_on(
    tmp_path: Path, moment: str, earlier: int, inside_screen: bool
) -> None:
    """newt waits for a key before the next step of a progress bar: nothing is asked, and nothing goes on."""
    steps = [
        Progress(eighteen.MIRROR, [(percent, None, 0.3) for percent in (0, 30, 60, 100)]),
        eighteen.STEPS[2],
    ]
    rig = CdebconfRig.prepare(tmp_path, eighteen.templates(), steps)
    environment = [f"{name}={value}" for name, value in rig.environment().items()]
    argv = rig.argv_in_screen if inside_screen else rig.argv
    channel = attach(["/usr/bin/env", "-i", *environment, *argv], recorder=None, cwd=rig.folder)
    if moment == "over it":
        heard = b""
        while b"%" not in heard:
            heard += channel.read(5)
    for _ in range(earlier):
        channel.send(b"\x0c")
    try:
        a_driver(Events()).drive(channel, shown_before="")
    finally:
        channel.close()
    assert [one.value for one in rig.answers()] == [eighteen.EXPECTED[steps[1].questions[0]]]
