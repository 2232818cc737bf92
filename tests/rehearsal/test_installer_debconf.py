"""The installer's own debconf: which questions are asked, in which direction it goes, and what comes of an answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autoinstall.rehearsal.installer import commandline
from autoinstall.rehearsal.installer.component import State, walk
from autoinstall.rehearsal.installer.debconf import Debconf
from autoinstall.rehearsal.installer.templates import join_choices, split_choices
from autoinstall.rehearsal.newt import Outcome
from tests.rehearsal.installer_person import BACK, TEMPLATES, Person, said


def test_a_select_shows_labels_and_keeps_codes() -> None:
    person = Person(**{"update-policy": [said("Manage system with Landscape")]})
    debconf = Debconf(TEMPLATES, person)
    debconf.title = "Configuring tasksel"
    debconf.input("high", "pkgsel/update-policy")
    assert debconf.go()
    assert debconf.get("pkgsel/update-policy") == "landscape"
    assert person.forms[0].default == "No automatic updates"
    assert person.forms[0].title == "[!] Configuring tasksel"


def test_a_multiselect_keeps_what_was_ticked() -> None:
    person = Person(first=[Outcome(back=False, value=("OpenSSH server", "Mail server"))])
    debconf = Debconf(TEMPLATES, person)
    debconf.input("high", "tasksel/first")
    debconf.go()
    assert debconf.chosen("tasksel/first") == ("OpenSSH server", "Mail server")


@pytest.mark.parametrize(
    ("threshold", "priority", "asked"),
    [
        ("high", "critical", True),
        ("high", "high", True),
        ("high", "medium", False),
        ("critical", "high", False),
    ],
)
def test_the_priority_decides_what_is_asked(threshold: str, priority: str, asked: bool) -> None:
    person = Person()
    debconf = Debconf(TEMPLATES, person)
    debconf.preseed({"debconf/priority": threshold})
    assert debconf.input(priority, "netcfg/get_domain") is asked
    assert debconf.go()
    assert bool(person.asked) is asked


def test_what_was_preseeded_is_not_asked_until_it_is_unseen() -> None:
    person = Person()
    debconf = Debconf(TEMPLATES, person)
    debconf.preseed({"netcfg/get_hostname": "seeded"})
    debconf.input("high", "netcfg/get_hostname")
    debconf.go()
    assert person.asked == []
    debconf.unsee("netcfg/get_hostname")
    debconf.input("high", "netcfg/get_hostname")
    debconf.go()
    assert person.forms[0].default == "seeded"


def states_of(debconf: Debconf, *names: str | None) -> list[State]:
    def state(name: str | None) -> Callable[[], None]:
        return lambda: None if name is None else void(debconf.input("critical", name))

    return [state(name) for name in names]


def void(_value: object) -> None:
    return None


def test_go_back_walks_over_states_that_ask_nothing() -> None:
    person = Person(username=[BACK, said("b")])
    debconf = Debconf(TEMPLATES, person)
    assert walk(debconf, states_of(debconf, "passwd/user-fullname", None, "passwd/username"))
    assert person.asked == [
        "passwd/user-fullname",
        "passwd/username",
        "passwd/user-fullname",
        "passwd/username",
    ]


def test_go_back_out_of_the_first_question_leaves() -> None:
    debconf = Debconf(TEMPLATES, Person(**{"user-fullname": [BACK]}))
    assert not walk(debconf, states_of(debconf, None, "passwd/user-fullname", "passwd/username"))


def test_go_back_inside_one_go_returns_to_the_question_before() -> None:
    person = Person(**{"user-password-again": [BACK, said("x")], "user-password": [said("x"), said("x")]})
    debconf = Debconf(TEMPLATES, person)
    debconf.input("critical", "passwd/user-password")
    debconf.input("critical", "passwd/user-password-again")
    assert debconf.go()
    assert [name.rpartition("/")[2] for name in person.asked] == ["user-password", "user-password-again"] * 2


def test_variables_are_put_in_and_missing_ones_vanish() -> None:
    person = Person()
    debconf = Debconf(TEMPLATES, person)
    debconf.subst("debian-installer/main-menu/item-failure", ITEM="Install GRUB")
    debconf.input("critical", "debian-installer/main-menu/item-failure")
    debconf.input("critical", "passwd/username-reserved")
    debconf.go()
    assert person.forms[0].extended.endswith("The failing step is: Install GRUB")
    assert "entered () is" in person.forms[1].extended


def test_every_list_has_one_code_for_each_label() -> None:
    for template in TEMPLATES.values():
        codes = split_choices(template.codes)
        assert not codes or len(codes) == len(split_choices(template.choices)), template.name


def test_lines_that_stand_alone_and_paragraphs_are_kept() -> None:
    extended = TEMPLATES["grub-installer/bootdev"].extended
    assert 'examples:\n - "/dev/sda" will install' in extended
    assert "\n\nThe device should be specified as a device in /dev. Below are" in extended


def test_commas_of_items_survive_the_list() -> None:
    items = ("Congo, The Democratic Republic of the", "Chile")
    assert split_choices(join_choices(items)) == items


def test_the_command_line_gives_answers_aliases_and_what_is_kept() -> None:
    read = commandline.read(
        "console=hvc0 netcfg/disable_dhcp=true hostname=web d-i:passwd/root-login?=true priority=critical"
        " -- quiet apt-setup/security_host=no"
    )
    assert read.answers == {
        "netcfg/disable_dhcp": "true",
        "netcfg/get_hostname": "web",
        "passwd/root-login": "true",
        "debconf/priority": "critical",
    }
    assert read.kept == "quiet apt-setup/security_host=no"
    assert read.quiet
