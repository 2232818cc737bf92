"""The installer's own texts, drawn, against the recorded screens of the real frontend."""

from __future__ import annotations

import os
import tty

import pytest

from autoinstall.rehearsal.installer.debconf import PRIORITIES, Debconf
from autoinstall.rehearsal.installer.precise.locale import COUNTRY_TEXTS
from autoinstall.rehearsal.newt import Form, Frontend, Outcome, Style
from autoinstall.rehearsal.newt.wording import HELP_LINE
from tests.rehearsal.installer_person import TEMPLATES
from tests.rehearsal.newt_screens import Recorded, Terminal, recorded_screens

QUESTIONS = {
    "01": "localechooser/languagelist",
    "02": "localechooser/shortlist/en",
    "03": "console-setup/ask_detect",
    "04": "keyboard-configuration/layout",
    "05": "keyboard-configuration/variant",
    "06": "netcfg/choose_interface",
    "07": "netcfg/get_hostname",
    "08": "netcfg/get_domain",
    "09": "netcfg/dhcp_failed",
    "10": "netcfg/dhcp_options",
    "11": "mirror/http/countries",
    "12": "mirror/http/mirror",
    "13": "mirror/http/hostname",
    "14": "mirror/http/directory",
    "15": "mirror/http/proxy",
    "16": "mirror/bad",
    "17": "passwd/user-fullname",
    "18": "passwd/username",
    "19": "passwd/user-password",
    "20": "passwd/user-password-again",
    "21": "user-setup/password-mismatch",
    "22": "user-setup/password-weak",
    "23": "user-setup/encrypt-home",
    "24": "tzsetup/detected",
    "25": "tzsetup/country/US",
    "26": "partman-auto/init_automatically_partition",
    "27": "partman-auto/select_disk",
    "28": "partman/confirm_nooverwrite",
    "29": "partman/confirm",
    "30": "pkgsel/update-policy",
    "31": "tasksel/first",
    "32": "grub-installer/only_debian",
    "33": "grub-installer/bootdev",
    "34": "grub-installer/grub-install-failed",
    "35": "clock-setup/utc",
    "36": "finish-install/reboot_in_progress",
    "37": "lowmem/low",
    "38": "debian-installer/main-menu",
    "41": "netcfg/get_ipaddress",
    "42": "netcfg/get_netmask",
    "43": "netcfg/get_gateway",
    "44": "netcfg/get_nameservers",
    "45": "netcfg/confirm_static",
    "46": "netcfg/bad_ipaddress",
    "47": "netcfg/gateway_unreachable",
}

_ITEMS = (
    "The partition tables of the following devices are changed:\n   Virtual disk 1 (xvda)\n\n"
    "The following partitions are going to be formatted:\n"
    "   partition #1 of Virtual disk 1 (xvda) as ext4\n   partition #5 of Virtual disk 1 (xvda) as swap"
)
VARIABLES = {
    "02": COUNTRY_TEXTS,
    "24": {"ZONE": "Europe/Madrid"},
    "28": {"ITEMS": _ITEMS},
    "29": {"ITEMS": _ITEMS},
    "34": {"BOOTDEV": "/dev/xvda"},
    "45": {
        "interface": "eth0",
        "ipaddress": "192.0.2.10",
        "netmask": "255.255.255.0",
        "gateway": "192.0.2.1",
        "pointopoint": "<none>",
        "nameservers": "192.0.2.1",
    },
}
OWN_CHOICES = ("06", "11", "12", "26", "27", "38")
"""Lists that are made while the installer runs: the recorded ones are taken."""


def form_of(recorded: Recorded) -> Form:
    """The installer's form for the question of a recorded screen, with its values."""
    number = recorded.name[:2]
    question = QUESTIONS[number]
    forms: list[Form] = []

    def ask(_name: str, form: Form) -> Outcome:
        forms.append(form)
        return Outcome(back=False, value=form.default)

    debconf = Debconf(TEMPLATES, ask)
    debconf.set("debconf/priority", PRIORITIES[0])
    mark, _, debconf.title = recorded.form.title.partition(" ")
    debconf.backup, debconf.align = recorded.form.backup, recorded.form.align
    debconf.subst(question, **VARIABLES.get(number, {}))
    if number in OWN_CHOICES:
        debconf.offer(question, recorded.form.choices)
    default = recorded.form.default
    if isinstance(default, str):
        codes = dict(zip(debconf.choices(question), debconf.codes(question), strict=True))
        debconf.set(question, codes.get(default, default))
    debconf.input({"[?]": "medium", "[!]": "high", "[!!]": "critical"}[mark], question)
    debconf.go()
    return forms[0]


def drawn(form: Form) -> str:
    """What the screen shows once the form is up."""
    typing, reading = os.openpty()
    tty.setraw(reading)
    terminal = Terminal(Style.LINUX_UTF8)
    shown = ""

    def write(data: bytes) -> None:
        nonlocal shown
        terminal.feed(data)
        if HELP_LINE.encode() in data and not shown:
            shown = terminal.shown().text
            os.write(typing, b"\r")

    try:
        Frontend(reading, reading, Style.LINUX_UTF8, write).ask(form)
    finally:
        os.close(typing)
        os.close(reading)
    return shown


@pytest.mark.parametrize("recorded", recorded_screens(), ids=lambda recorded: recorded.name)
def test_the_installers_question_is_drawn_as_recorded(recorded: Recorded) -> None:
    terminal = Terminal(Style.LINUX_UTF8)
    terminal.feed(recorded.drawn(Style.LINUX_UTF8))
    assert drawn(form_of(recorded)) == terminal.shown().text
