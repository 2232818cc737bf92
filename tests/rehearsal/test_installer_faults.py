"""The faults that are the installer's own: each changes what is asked, or how it is drawn, where it was told to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.rehearsal.installer_console import (
    CLEAR,
    DOWN,
    ENTER,
    HOME,
    Installer,
    manual_mirror,
    to_network,
    to_partitions,
    to_users,
    user,
)

REDRAW = b"\x0c"
BOX = "┌".encode()


def test_dhcp_fails_and_the_network_is_set_up_by_hand(tmp_path: Path) -> None:
    with Installer(tmp_path, faults=[("dhcp-fails", 1, None)]) as installer:
        to_network(installer)
        installer.answer("Network autoconfiguration failed", ENTER)
        installer.answer("Network configuration method:", ENTER)
        installer.dialog("IP address:")


def test_dhcp_fails_once_and_is_tried_again(tmp_path: Path) -> None:
    with Installer(tmp_path, faults=[("dhcp-fails", 1, None)]) as installer:
        to_network(installer)
        installer.answer("Network autoconfiguration failed", ENTER)
        installer.answer("Network configuration method:", HOME, ENTER)
        installer.expect("Configuring the network with DHCP")
        installer.dialog("Hostname:")


def test_dhcp_is_cancelled(tmp_path: Path) -> None:
    with Installer(tmp_path, pace="4") as installer:
        to_network(installer)
        installer.expect("Configuring the network with DHCP")
        installer.expect("<Cancel>")
        installer.type(ENTER)
        installer.dialog("Network autoconfiguration failed")


def test_the_mirror_is_bad_once(tmp_path: Path) -> None:
    with Installer(tmp_path, faults=[("mirror-bad", 1, None)]) as installer:
        to_network(installer)
        installer.answer("Hostname:", ENTER)
        manual_mirror(installer)
        installer.answer("Bad archive mirror", ENTER)
        manual_mirror(installer)
        installer.dialog("Full name for the new user:")


def test_a_keyboard_is_asked_about(tmp_path: Path) -> None:
    with Installer(tmp_path, faults=[("keyboard", None, None)]) as installer:
        to_network(installer)
        installer.answer("Detect keyboard layout?", ENTER)
        installer.answer("Country of origin for the keyboard:", ENTER)
        installer.answer("Keyboard layout:", ENTER)
        installer.dialog("Hostname:")


@pytest.mark.parametrize("right", [True, False])
def test_the_time_zone_is_guessed(tmp_path: Path, right: bool) -> None:
    with Installer(tmp_path, faults=[("geoip", None, None)]) as installer:
        to_users(installer)
        user(installer)
        installer.expect("Europe/Madrid")
        installer.answer("Is this time zone correct?", b"" if right else b"\t", ENTER)
        if not right:
            installer.answer("Select your time zone:", ENTER)
            installer.answer("Select your time zone:", DOWN, ENTER)
        installer.dialog("Partitioning method:")


def test_an_unknown_question_comes_before_the_partitions(tmp_path: Path) -> None:
    with Installer(tmp_path, faults=[("unknown-question", 1, None)]) as installer:
        to_partitions(installer)
        installer.answer("Force UEFI installation?", ENTER)
        installer.dialog("Partitioning method:")


def test_an_unknown_question_comes_where_it_was_told_to(tmp_path: Path) -> None:
    with Installer(tmp_path, faults=[("unknown-question", 1, "netcfg/get_hostname")]) as installer:
        to_network(installer)
        installer.answer("Force UEFI installation?", ENTER)
        installer.answer("Hostname:", CLEAR, b"web", ENTER)
        installer.dialog("Ubuntu archive mirror country:")


def test_dialogs_are_painted_twice(tmp_path: Path) -> None:
    with Installer(tmp_path, faults=[("repaint-twice", None, None)]) as installer:
        installer.dialog("Language:")
        installer.answer("Language:", ENTER)
        installer.dialog("Country, territory or area:")
        installer.dialog("Country, territory or area:")


def test_the_kernel_speaks_over_a_dialog_that_stands(tmp_path: Path) -> None:
    with Installer(tmp_path, faults=[("kernel-lines", 1, "localechooser/shortlist/en")]) as installer:
        installer.answer("Language:", ENTER)
        installer.dialog("Country, territory or area:")
        installer.expect("] ")
        installer.expect("\r\n")
        installer.type(REDRAW)
        installer.answer("Country, territory or area:", ENTER)
        installer.dialog("Hostname:")
    assert struck(tmp_path) == [("kernel-lines", "localechooser/shortlist/en")]


def test_the_kernel_panics_over_a_dialog_and_says_nothing_more(tmp_path: Path) -> None:
    with Installer(tmp_path, faults=[("crash", 1, "localechooser/shortlist/en")]) as installer:
        installer.answer("Language:", ENTER)
        installer.dialog("Country, territory or area:")
        installer.expect("Kernel panic - not syncing")
        assert installer.status() == 20
    assert installer.seen.endswith(b"forget_original_parent+0x328/0x330\r\n")
    assert struck(tmp_path) == [("crash", "localechooser/shortlist/en")]


@pytest.mark.parametrize(("seed", "place"), [(4, "netcfg/get_hostname"), (8, "localechooser/shortlist/en")])
def test_the_seed_says_where_the_kernel_panics(tmp_path: Path, seed: int, place: str) -> None:
    with Installer(tmp_path, faults=[("crash", 1, None)], seed=seed) as installer:
        installer.answer("Language:", ENTER)
        if place == "netcfg/get_hostname":
            installer.answer("Country, territory or area:", ENTER)
        installer.expect("Kernel panic - not syncing")
        assert installer.status() == 20
    assert struck(tmp_path) == [("crash", place)]


def struck(folder: Path) -> list[tuple[str, str]]:
    lines = [json.loads(line) for line in (folder / "faults.log").read_text().splitlines()]
    return [(line["fault"], line["question"]) for line in lines]


def test_dialogs_are_drawn_in_the_alternate_character_set(tmp_path: Path) -> None:
    with Installer(tmp_path, faults=[("acs", None, None)]) as installer:
        to_network(installer)
        installer.dialog("Hostname:")
    assert BOX not in installer.seen


def test_dialogs_are_drawn_in_utf_8_by_themselves(tmp_path: Path) -> None:
    with Installer(tmp_path) as installer:
        installer.dialog("Language:")
    assert BOX in installer.seen


def test_the_host_is_told_which_question_is_on_the_screen(tmp_path: Path) -> None:
    with Installer(tmp_path) as installer:
        installer.dialog("Language:")
        assert installer.question_file.read_text() == "localechooser/languagelist"
        installer.type(ENTER)
        installer.dialog("Country, territory or area:")
        assert installer.question_file.read_text() == "localechooser/shortlist/en"
