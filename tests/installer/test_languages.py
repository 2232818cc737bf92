"""One answers file in four languages: real templates of Debian 12's initrd, drawn by the real cdebconf."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from autoinstall.answers.answer import (
    Answer,
    AnswerBook,
    AnswerValue,
    ErrorPolicy,
    ErrorReply,
    Place,
    SecretReference,
)
from autoinstall.answers.secret import Secret
from autoinstall.catalogue.catalogue import Catalogue
from autoinstall.catalogue.initrd import templates_in_initrd
from autoinstall.catalogue.templates import parse_templates
from autoinstall.console.channel import attach
from autoinstall.dialog.recognise import Recogniser
from autoinstall.events import Event, Events
from autoinstall.installer.drive import Installer
from autoinstall.installer.outcome import End, Limits
from tests.rigs.cdebconf import Ask, CdebconfRig

pytestmark = [pytest.mark.cdebconf, pytest.mark.qemu]

INITRD = Path("/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64/initrd.gz")
LIMITS = Limits(dialog=60, silence=60, whole=150)
PASSWORD = "correct horse"
MODULES = "usb-storage (USB storage), mmc-block (MMC cards), virtio (virtual disks)"
NETWORK, MIRROR = "debian-installer/netcfg/title", "debian-installer/choose-mirror/title"

STEPS = (
    Ask(["keyboard-configuration/xkb-keymap"], "debian-installer/console-setup-udeb/title", value="us"),
    Ask(["hw-detect/load_firmware"], value="true"),
    Ask(["hw-detect/select_modules"], substitutions={"list": MODULES}, value="virtio (virtual disks)"),
    Ask(["netcfg/get_hostname"], NETWORK, value="debian"),
    Ask(["netcfg/bad_ipaddress"], NETWORK),
    Ask(["netcfg/wireless_wpa"], NETWORK, substitutions={"iface": "wlan0"}),
    Ask(["netcfg/confirm_static"], NETWORK, value="false"),
    Ask(["mirror/http/countries"], MIRROR, value="US"),
    Ask(["mirror/http/proxy"], MIRROR, value=""),
    Ask(["debconf/priority"], value="high"),
)

ANSWERS: dict[str, AnswerValue] = {
    "keyboard-configuration/xkb-keymap": "British English",
    "hw-detect/load_firmware": "no",
    "hw-detect/select_modules": ("usb-storage (USB storage)", "mmc-block (MMC cards)"),
    "netcfg/get_hostname": "lab1",
    "netcfg/wireless_wpa": SecretReference("wpa"),
    "netcfg/confirm_static": "true",
    "mirror/http/countries": "Germany",
    "mirror/http/proxy": "http://10.0.2.2:3142/",
    "debconf/priority": "medium",
}

EXPECTED = {
    "keyboard-configuration/xkb-keymap": "gb",
    "hw-detect/load_firmware": "false",
    "hw-detect/select_modules": "usb-storage (USB storage), mmc-block (MMC cards)",
    "netcfg/get_hostname": "lab1",
    "netcfg/bad_ipaddress": "",
    "netcfg/wireless_wpa": PASSWORD,
    "netcfg/confirm_static": "true",
    "mirror/http/countries": "DE",
    "mirror/http/proxy": "http://10.0.2.2:3142/",
    "debconf/priority": "medium",
}


@cache
def texts() -> tuple[str, ...]:
    with INITRD.open("rb") as stream:
        return tuple(text for _, text in templates_in_initrd(stream))


@cache
def recogniser() -> Recogniser:
    questions = {name: one for text in texts() for name, one in parse_templates(text).items()}
    return Recogniser(Catalogue(questions), ("en",))


def book() -> AnswerBook:
    answers = enumerate(ANSWERS.items(), start=2)
    return AnswerBook(
        tuple(Answer(name, value, Place("one.yaml", line, 3)) for line, (name, value) in answers),
        errors=(ErrorPolicy("netcfg/bad_ipaddress", ErrorReply.CONTINUE, 1, Place("one.yaml", 40, 3)),),
    )


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "Configure the network"),
        ("de", "Netzwerk einrichten"),
        ("fr", "Configurer le réseau"),
        ("ja", "ネットワークの設定"),
    ],
)
def test_the_same_answers_are_given_in_every_language(tmp_path: Path, language: str, title: str) -> None:
    rig = CdebconfRig.prepare(tmp_path, "\n\n".join(texts()), STEPS)
    told: list[Event] = []
    events = Events()
    events.subscribe(told.append)
    installer = Installer(book(), {"wpa": Secret("wpa", PASSWORD)}, recogniser(), events, LIMITS)
    environment = {**rig.environment(), "LANGUAGE": language}
    settings = [f"{name}={value}" for name, value in environment.items()]
    channel = attach(["/usr/bin/env", "-i", *settings, *rig.argv], recorder=None, cwd=rig.folder)
    try:
        outcome = installer.drive(channel)
    finally:
        channel.close()
    assert outcome.end is End.CLOSED
    assert {answer.question: answer.value for answer in rig.answers() if answer.code == 0} == EXPECTED
    # The long text of the last one has a window of its own before it.
    assert [answer.question for answer in installer.answered] == [
        *list(EXPECTED)[:-1],
        None,
        "debconf/priority",
    ]
    assert title in {event.fields.get("title") for event in told if event.name == "dialog"}
