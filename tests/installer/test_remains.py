"""Rows with characters of two bytes in the C locale: newt blanks too little, and remains of older rows stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoinstall.answers.answer import AnswerBook
from autoinstall.catalogue.catalogue import Catalogue
from autoinstall.catalogue.templates import parse_templates
from autoinstall.console.channel import attach
from autoinstall.dialog.recognise import Recogniser
from autoinstall.events import Events
from autoinstall.installer.drive import Installer
from autoinstall.installer.failure import InstallerError
from autoinstall.installer.outcome import End, Limits
from tests.rigs import eighteen
from tests.rigs.cdebconf import Ask, CdebconfRig

pytestmark = pytest.mark.cdebconf

NAME = "localechooser/countrylist/Asia"
COUNTRIES = (
    *("Afghanistan", "Bahrain", "Cambodia", "Hong Kong", "India", "Japan", "Kuwait", "Laos", "Macao"),
    *("Nepal", "Oman", "Pakistan", "Qatar", "Saudi Arabia", "Singapore", "South Korea", "Sri Lanka"),
    *("Taiwan", "Tajikistan", "Thailand", "Timor-Leste", "Turkmenistan", "Türkiye", "United Arab Emirates"),
    *("Uzbekistan", "Vietnam", "Yemen"),
)
TEMPLATES = f"""\
Template: {NAME}
Type: select
Choices: {", ".join(COUNTRIES)}
Description: Country, territory or area:
 The selected location will be used to set your time zone and also for example to help select the system
 locale. Normally this should be the country where you live.
 .
 Listed are locations for: Asia. Use the <Go Back> option to select a different continent or region if your
 location is not listed.
"""
LIMITS = Limits(dialog=30, silence=30, whole=60)


def drive(rig: CdebconfRig, argv: list[str], environment: dict[str, str], answer: str) -> Installer:
    book: AnswerBook = eighteen.book({NAME: answer})
    recogniser = Recogniser(Catalogue(parse_templates(TEMPLATES)))
    installer = Installer(book, {}, recogniser, Events(), LIMITS)
    settings = [f"{name}={value}" for name, value in environment.items()]
    channel = attach(["/usr/bin/env", "-i", *settings, *argv], recorder=None, cwd=rig.folder)
    try:
        assert installer.drive(channel).end is End.CLOSED
    finally:
        channel.close()
    return installer


@pytest.fixture
def rig(tmp_path: Path) -> CdebconfRig:
    return CdebconfRig.prepare(tmp_path, TEMPLATES, [Ask([NAME], value="Afghanistan")])


@pytest.mark.screen
@pytest.mark.parametrize("answer", ["Türkiye", "Uzbekistan", "Turkmenistan"])
def test_a_row_with_remains_is_painted_anew_and_chosen(rig: CdebconfRig, answer: str) -> None:
    installer = drive(rig, rig.argv_in_screen, rig.environment("vt102", "C"), answer)
    assert [given.value for given in rig.answers()] == [answer]
    assert [given.answer for given in installer.answered] == [answer]


def test_a_row_that_is_not_there_is_said_so_although_the_list_ends_in_doubt(rig: CdebconfRig) -> None:
    with pytest.raises(InstallerError) as stopped:
        drive(rig, rig.argv, rig.environment(), "Transnistria")
    assert stopped.value.kind == "unanswerable"
    offered = ", ".join(repr(country) for country in sorted(COUNTRIES))
    assert sorted((stopped.value.hint or "").removeprefix("it offers: ").split(", ")) == offered.split(", ")
    assert rig.answers() == ()
