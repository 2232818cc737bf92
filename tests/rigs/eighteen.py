"""Eighteen dialogs of Ubuntu 12.04 in a row, of every kind, asked by the real cdebconf; and their answers."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources

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
from tests.rigs.cdebconf import Ask

PASSWORD = "p4ss 'w\"ord{{x}}$HOME"
SECRETS = {"user_password": Secret("user_password", PASSWORD)}

LOCATION = {
    "TXT1": "Country, territory or area:",
    "TXT2": "The selected location will be used to set your time zone and also for example to help select the "
    "system locale. Normally this should be the country where you live.",
    "TXT3": "This is a shortlist of locations based on the language you selected. "
    'Choose "other" if your location is not listed.',
}
ITEMS = (
    "The partition tables of the following devices are changed:\\n   Virtual disk 1 (xvda)\\n\\n"
    "The following partitions are going to be formatted:\\n   partition #1 of Virtual disk 1 (xvda) as ext4\\n"
    "   partition #5 of Virtual disk 1 (xvda) as swap"
)
LAYOUTS = (
    "Afghani, Albanian, Belgian, Czech, English (Cameroon), English (Ghana), English (UK), English (US), Esperanto, "
    "Estonian, Faroese, Filipino, Finnish, French, Ukrainian"
)
USERS = "debian-installer/user-setup-udeb/title"
MIRROR = "debian-installer/choose-mirror/title"
FINISH = "debian-installer/finish-install/title"


def templates() -> str:
    """The shipped templates of 12.04, as the frontend is given them."""
    return (resources.files("autoinstall.catalogue") / "precise.templates").read_text("utf-8")


def mirror_and_user(username: str) -> tuple[Ask, ...]:
    """The mirror by hand, found bad once, and the first user, whose proposed name is `username`."""
    return (
        Ask(["mirror/http/countries"], MIRROR, value="US"),
        Ask(["mirror/http/hostname"], MIRROR, "critical", value="mirror"),
        Ask(["mirror/bad"], MIRROR, "critical"),
        Ask(["mirror/http/proxy"], MIRROR, value=""),
        Ask(["passwd/user-fullname"], USERS, "critical", value=""),
        Ask(["passwd/username"], USERS, "critical", value=username),
        Ask(["passwd/user-password"], USERS, "critical"),
        Ask(["passwd/user-password-again"], USERS, "critical"),
    )


_ONCE: tuple[Ask, ...] = (
    Ask(["localechooser/languagelist"], "localechooser/title/language", "critical", value="en"),
    Ask(
        ["localechooser/shortlist/en"],
        "localechooser/title/location",
        "critical",
        "backup",
        LOCATION,
        value="US",
    ),
    Ask(["console-setup/ask_detect"], "debian-installer/console-setup-udeb/title", value="false"),
    Ask(
        ["keyboard-configuration/layout"],
        "debian-installer/console-setup-udeb/title",
        substitutions={"CHOICES": LAYOUTS},
        value="English (US)",
    ),
    Ask(["netcfg/get_hostname"], "debian-installer/netcfg/title"),
    *mirror_and_user("ubuntu"),
    Ask(["user-setup/password-weak"], USERS, "critical", value="false"),
    Ask(
        ["partman/confirm_nooverwrite"],
        "debian-installer/partman-base/title",
        "critical",
        "align escape",
        {"ITEMS": ITEMS},
        value="false",
    ),
    Ask(
        ["tasksel/first"],
        "tasksel/title",
        capabilities="",
        value="DNS server, LAMP server, Manual package selection",
    ),
    Ask(["clock-setup/utc"], FINISH, value="true"),
    Ask(["finish-install/reboot_in_progress"], FINISH, "critical"),
)


STEPS = tuple(replace(step, again=True) for step in _ONCE)

EXPECTED = {
    "localechooser/languagelist": "en",
    "localechooser/shortlist/en": "IE",
    "console-setup/ask_detect": "false",
    "keyboard-configuration/layout": "French",
    "netcfg/get_hostname": "lab1",
    "mirror/http/countries": "manual",
    "mirror/http/hostname": "old-releases.ubuntu.com",
    "mirror/bad": "",
    "mirror/http/proxy": "http://10.0.2.2:3142/",
    "passwd/user-fullname": "Ubuntu User",
    "passwd/username": "ubuntu",
    "passwd/user-password": PASSWORD,
    "passwd/user-password-again": PASSWORD,
    "user-setup/password-weak": "true",
    "partman/confirm_nooverwrite": "true",
    "tasksel/first": "OpenSSH server, Manual package selection",
    "clock-setup/utc": "false",
    "finish-install/reboot_in_progress": "",
}

ANSWERS: dict[str, AnswerValue] = {
    "localechooser/languagelist": "English",
    "localechooser/shortlist/en": "Ireland",
    "console-setup/ask_detect": "no",
    "keyboard-configuration/layout": "French",
    "netcfg/get_hostname": "lab1",
    "mirror/http/countries": "manual",
    "mirror/http/hostname": "old-releases.ubuntu.com",
    "mirror/http/proxy": "http://10.0.2.2:3142/",
    "passwd/user-fullname": "Ubuntu User",
    "passwd/username": "ubuntu",
    "passwd/user-password": SecretReference("user_password"),
    "user-setup/password-weak": "true",
    "partman/confirm_nooverwrite": "true",
    "tasksel/first": ("OpenSSH server", "Manual package selection"),
    "clock-setup/utc": "false",
}


def book(answers: dict[str, AnswerValue] | None = None) -> AnswerBook:
    """The answers as a file would give them, one a line; `mirror/bad` is confirmed twice at the most."""
    given = ANSWERS if answers is None else answers
    return AnswerBook(
        answers=tuple(
            Answer(name, value, Place("eighteen.yaml", line, 3))
            for line, (name, value) in enumerate(given.items(), 2)
        ),
        errors=(ErrorPolicy("mirror/bad", ErrorReply.CONTINUE, 2, Place("eighteen.yaml", 40, 3)),),
    )


def shown(value: AnswerValue) -> str:
    """An answer for messages of tests."""
    return json.dumps(value, default=str)
