"""The driver on the text frontend of Debian's real cdebconf: numbered choices, a prompt, readline."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from autoinstall.answers.answer import AnswerValue, SecretReference
from autoinstall.catalogue.catalogue import Catalogue
from autoinstall.catalogue.shipped import load_file, load_shipped
from autoinstall.console.channel import attach
from autoinstall.dialog.recognise import Recogniser
from autoinstall.events import Event, Events
from autoinstall.installer.drive import Installer
from autoinstall.installer.failure import InstallerError
from autoinstall.installer.outcome import Limits
from tests.rigs import eighteen
from tests.rigs.cdebconf import Ask, CdebconfRig

pytestmark = pytest.mark.cdebconf

LINE = Path(__file__).parent.parent / "rigs" / "unreliable.py"
SEEDS = range(int(os.environ.get("AUTOINSTALL_SEEDS", "1")))
LIMITS = Limits(dialog=120, silence=120, whole=300)
WITHOUT_PASSWORDS = tuple(
    step for step in eighteen.STEPS if not step.questions[0].startswith("passwd/user-password")
)
NETWORK = "debian-installer/netcfg/title"


def drive(
    rig: CdebconfRig,
    argv: list[str],
    term: str = "linux",
    lang: str = "C.UTF-8",
    *,
    answers: dict[str, AnswerValue] | None = None,
    catalogue: Catalogue | None = None,
) -> list[Event]:
    told: list[Event] = []
    events = Events()
    events.subscribe(told.append)
    recogniser = Recogniser(catalogue or load_shipped())
    installer = Installer(eighteen.book(answers), eighteen.SECRETS, recogniser, events, LIMITS)
    environment = (f"{name}={value}" for name, value in rig.environment(term, lang).items())
    channel = attach(["/usr/bin/env", "-i", *environment, *argv], recorder=None, cwd=rig.folder)
    try:
        installer.drive(channel)
    finally:
        channel.close()
    return told


def given(rig: CdebconfRig) -> dict[str, str]:
    return {answer.question: answer.value for answer in rig.answers() if answer.code == 0}


def text_rig(folder: Path, steps: tuple[Ask, ...]) -> CdebconfRig:
    return CdebconfRig.prepare(folder, eighteen.templates(), steps, frontend="text")


@pytest.mark.parametrize("lang", ["C.UTF-8", "C"])
def test_the_answers_of_the_newt_dialogs_answer_the_text_frontend(tmp_path: Path, lang: str) -> None:
    rig = text_rig(tmp_path, eighteen.STEPS)
    told = drive(rig, rig.argv, lang=lang)
    assert given(rig) == eighteen.EXPECTED
    answered = [event.fields for event in told if event.name == "answered"]
    assert [one["question"] for one in answered] == list(eighteen.EXPECTED)
    assert sum(one["retyped"] for one in answered) == 0
    assert eighteen.PASSWORD not in repr(told)


@pytest.mark.screen
def test_inside_gnu_screen_lists_scroll_below_its_status_line(tmp_path: Path) -> None:
    rig = text_rig(tmp_path, eighteen.STEPS)
    with rig.ending_screen():
        drive(rig, rig.argv_in_screen, "vt102", "C")
    assert given(rig) == eighteen.EXPECTED


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "fault", ["lose=40", "delay=0.3", "late=0.5", "kernel=15", "inside=15", "baud=115200"]
)
def test_every_answer_is_right_on_a_line_that_misbehaves(tmp_path: Path, fault: str, seed: int) -> None:
    rig = text_rig(tmp_path, WITHOUT_PASSWORDS)
    drive(rig, [sys.executable, str(LINE), str(seed), fault, "--", *rig.argv])
    expected = {name: value for name, value in eighteen.EXPECTED.items() if "user-password" not in name}
    assert given(rig) == expected


def test_a_password_is_not_typed_where_keys_were_lost(tmp_path: Path) -> None:
    short = eighteen.STEPS[:5]
    password = tuple(step for step in eighteen.STEPS if step.questions == ["passwd/user-password"])
    rig = text_rig(tmp_path, short + password)
    with pytest.raises(InstallerError) as stopped:
        drive(rig, [sys.executable, str(LINE), "1", "lose=6", "--", *rig.argv])
    assert stopped.value.question == "passwd/user-password"
    assert "this console has lost keys" in str(stopped.value)
    assert "passwd/user-password" not in given(rig)


def test_a_password_that_nothing_compares_is_not_typed(tmp_path: Path) -> None:
    alone = """
Template: toy/passphrase
Type: password
Description: Passphrase of the toy:
"""
    rig = CdebconfRig.prepare(
        tmp_path, eighteen.templates() + alone, [Ask(["toy/passphrase"], NETWORK)], frontend="text"
    )
    shown = tmp_path / "toy.templates"
    shown.write_text(alone)
    answers: dict[str, AnswerValue] = {"toy/passphrase": SecretReference("user_password")}
    with pytest.raises(InstallerError) as stopped:
        drive(rig, rig.argv, answers=answers, catalogue=load_file(shown, tmp_path / "kept"))
    assert "shows nothing of a password, and the installer does not ask for this one twice" in str(
        stopped.value
    )
    assert given(rig) == {}


def test_an_empty_checklist_stops(tmp_path: Path) -> None:
    """cdebconf 0.270 answers it with whatever its memory holds (measured)."""
    tasks = Ask(["tasksel/first"], "tasksel/title", value="DNS server", again=True)
    rig = text_rig(tmp_path, (tasks,))
    with pytest.raises(InstallerError) as stopped:
        drive(rig, rig.argv, answers={"tasksel/first": ()})
    assert "cannot answer a checklist with nothing" in str(stopped.value)
    assert given(rig) == {}


def test_an_empty_text_takes_the_place_of_a_default(tmp_path: Path) -> None:
    proxy = Ask(["mirror/http/proxy"], eighteen.MIRROR, value="http://proxy/")
    rig = text_rig(tmp_path, (proxy,))
    drive(rig, rig.argv, answers={"mirror/http/proxy": ""})
    assert given(rig) == {"mirror/http/proxy": ""}


@pytest.mark.parametrize("text", ["?", "<", "!"])
def test_a_text_that_the_frontend_takes_for_a_command_stops(tmp_path: Path, text: str) -> None:
    rig = text_rig(tmp_path, (Ask(["netcfg/get_hostname"], NETWORK),))
    with pytest.raises(InstallerError, match="for a command"):
        drive(rig, rig.argv, answers={"netcfg/get_hostname": text})
    assert given(rig) == {}


@pytest.mark.parametrize("text", ["!lab", "<lab>", "?!", "9", "x" * 200])
def test_any_other_text_arrives_as_it_is(tmp_path: Path, text: str) -> None:
    rig = text_rig(tmp_path, (Ask(["netcfg/get_hostname"], NETWORK),))
    drive(rig, rig.argv, answers={"netcfg/get_hostname": text})
    assert given(rig) == {"netcfg/get_hostname": text}


SLOW = """
import os, select, sys, tty

def say(text):
    os.write(1, text.replace("\\n", "\\r\\n").encode())

def line():
    read = b""
    while (key := os.read(0, 1)) != b"\\r":
        os.write(1, key if key != b"\\x15" else b"\\b \\b" * len(read))
        read = read + key if key != b"\\x15" else b""
    say("\\n")
    return read.decode()

tty.setraw(0)
say("Users\\n-----\\n\\n" + sys.argv[1] + "\\nPrompt: '?' for help> \\n")
first = line()
say("\\n[   12.345678] xvdb: barrier or flush: disabled\\n")
early = os.read(0, 100).decode() if select.select([0], [], [], 5.0)[0] else ""
say("\\n" + sys.argv[2] + "\\nPrompt: '?' for help> \\n")
open("answers", "w").write(repr((first, early, line())))
"""
"""A frontend that works for five seconds after an answer, while the kernel prints."""


def test_nothing_is_typed_where_a_line_of_the_kernel_hides_whether_enter_arrived(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(SLOW)
    catalogue = load_shipped("precise")
    texts = [catalogue[name].english for name in ("passwd/username", "netcfg/get_hostname")]
    printed = [f"{one.extended}\n{one.description}".replace("\n.\n", "\n\n") for one in texts]
    channel = attach([sys.executable, "slow.py", *printed], recorder=None, cwd=tmp_path)
    installer = Installer(eighteen.book(), eighteen.SECRETS, Recogniser(catalogue), Events(), LIMITS)
    installer.drive(channel)
    channel.close()
    assert (tmp_path / "answers").read_text() == repr(("ubuntu", "", "lab1"))
