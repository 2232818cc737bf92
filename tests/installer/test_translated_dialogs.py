"""One answers file in four languages: Debian 13's own templates, drawn by the real cdebconf."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoinstall.console.channel import attach
from autoinstall.dialog.recognise import Recogniser
from autoinstall.events import Event, Events
from autoinstall.installer.drive import Installer
from autoinstall.installer.outcome import End, Limits
from tests.rigs import eighteen, translated

pytestmark = pytest.mark.cdebconf

LIMITS = Limits(dialog=60, silence=60, whole=150)

TITLES = {
    "en": "Configure the network",
    "de": "Netzwerk einrichten",
    "fr": "Configurer le réseau",
    "ja": "ネットワークの設定",
}


@pytest.mark.parametrize("language", translated.LANGUAGES)
def test_the_same_answers_are_given_in_every_language(tmp_path: Path, language: str) -> None:
    rig = translated.prepare(tmp_path, language)
    told: list[Event] = []
    events = Events()
    events.subscribe(told.append)
    recogniser = Recogniser(translated.catalogue())
    installer = Installer(eighteen.book(translated.ANSWERS), eighteen.SECRETS, recogniser, events, LIMITS)
    settings = [f"{name}={value}" for name, value in translated.environment(rig, language).items()]
    channel = attach(["/usr/bin/env", "-i", *settings, *rig.argv], recorder=None, cwd=rig.folder)
    try:
        assert installer.drive(channel).end is End.COMPLETE
    finally:
        channel.close()
    assert {
        answer.question: answer.value for answer in rig.answers() if answer.code == 0
    } == translated.EXPECTED
    assert [answer.question for answer in installer.answered if answer.question] == list(translated.EXPECTED)
    assert TITLES[language] in {event.fields.get("title") for event in told if event.name == "dialog"}
