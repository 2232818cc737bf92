"""Texts that do not fit: questions longer than their windows, answers longer than their entries. Real cdebconf."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoinstall.answers.answer import Answer, AnswerBook, AnswerValue, Place, SecretReference
from autoinstall.catalogue.catalogue import Catalogue
from autoinstall.catalogue.templates import parse_templates
from autoinstall.console.channel import attach
from autoinstall.dialog.recognise import Recogniser
from autoinstall.events import Events
from autoinstall.installer.drive import Installer
from autoinstall.installer.outcome import Limits
from tests.rigs import eighteen
from tests.rigs.cdebconf import Ask, CdebconfRig

pytestmark = pytest.mark.cdebconf

TITLE = "Template: t/title\nType: title\nDescription: Long texts\n"
QUESTIONS = {
    "t/bool": ("boolean", "Default: false\nDescription: Go on with it?"),
    "t/string": ("string", "Description: A name:"),
    "t/select": ("select", "Choices: one, two, three\nDescription: A number:"),
    "t/multi": ("multiselect", "Choices: one, two, three\nDescription: Numbers:"),
    "t/note": ("note", "Description: Just so you know"),
    "t/password": ("password", "Description: A secret:"),
}
ANSWERS: dict[str, AnswerValue] = {
    "t/bool": "true",
    "t/string": "abc",
    "t/select": "two",
    "t/multi": ("three",),
    "t/password": SecretReference("user_password"),
}
EXPECTED = {
    "t/bool": "true",
    "t/string": "abc",
    "t/select": "two",
    "t/multi": "three",
    "t/note": "",
    "t/password": eighteen.PASSWORD,
}


def template(name: str, lines: int) -> str:
    kind, rest = QUESTIONS[name]
    body = "\n .\n".join(
        f" Line number {line} about {name} is much too long for a window of this height."
        for line in range(lines)
    )
    return f"Template: {name}\nType: {kind}\n{rest}\n{body}\n"


def answered(
    folder: Path, templates: str, steps: list[Ask], answers: dict[str, AnswerValue], term: str, lang: str
) -> dict[str, str]:
    rig = CdebconfRig.prepare(folder, templates, steps)
    book = AnswerBook(tuple(Answer(name, value, Place("long.yaml", 1, 1)) for name, value in answers.items()))
    recogniser = Recogniser(Catalogue(parse_templates(templates)))
    installer = Installer(
        book, eighteen.SECRETS, recogniser, Events(), Limits(dialog=60, silence=60, whole=120)
    )
    environment = (f"{name}={value}" for name, value in rig.environment(term, lang).items())
    channel = attach(["/usr/bin/env", "-i", *environment, *rig.argv], recorder=None, cwd=folder)
    installer.drive(channel)
    channel.close()
    return {one.question: one.value for one in rig.answers() if one.code == 0}


@pytest.mark.parametrize(("term", "lang"), [("linux", "C.UTF-8"), ("linux", "C"), ("vt102", "C")])
def test_questions_longer_than_their_windows(tmp_path: Path, term: str, lang: str) -> None:
    templates = "\n".join([TITLE, *(template(name, 14) for name in QUESTIONS)])
    steps = [Ask([name], "t/title", again=True) for name in QUESTIONS]
    assert answered(tmp_path, templates, steps, ANSWERS, term, lang) == EXPECTED


@pytest.mark.parametrize("length", [68, 69, 70, 71, 100, 250])
def test_an_answer_longer_than_its_entry_is_typed_and_read_in_pieces(tmp_path: Path, length: int) -> None:
    text = "".join(chr(ord("a") + index * 7 % 26) for index in range(length))
    templates = f"{TITLE}\n{template('t/string', 2)}"
    steps = [Ask(["t/string"], "t/title", value="what stood there before", again=True)]
    assert answered(tmp_path, templates, steps, {"t/string": text}, "linux", "C.UTF-8") == {"t/string": text}


def test_a_long_answer_of_one_letter_cannot_be_miscounted(tmp_path: Path) -> None:
    text = "a" * 150
    templates = f"{TITLE}\n{template('t/string', 2)}"
    steps = [Ask(["t/string"], "t/title", again=True)]
    assert answered(tmp_path, templates, steps, {"t/string": text}, "linux", "C.UTF-8") == {"t/string": text}
