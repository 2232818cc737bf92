"""The installer of a rehearsal, driven over a real terminal through the routes that matter."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoinstall.rehearsal.disk import read_tree
from tests.rehearsal.installer_console import (
    CLEAR,
    DOWN,
    ENTER,
    HOME,
    LEFT,
    SPACE,
    TAB,
    Installer,
    manual_mirror,
    partition,
    to_network,
    to_partitions,
    to_the_end,
    to_users,
    user,
)


def tree_of(disk: Path, folder: Path) -> Path:
    folder.mkdir()
    read_tree(disk, folder)
    return folder


@pytest.mark.guest
def test_the_default_route_installs_a_system(tmp_path: Path) -> None:
    with Installer(tmp_path, extra="apt-setup/security_host=old-releases.ubuntu.com -- quiet") as installer:
        to_partitions(installer)
        partition(installer)
        to_the_end(installer)
        assert installer.status() == 10
    assert b"Requesting system reboot\r\n" in installer.seen
    assert installer.seen.endswith(b"Restarting system.\r\n")
    tree = tree_of(installer.disk, tmp_path / "tree")
    assert (tree / "etc/hostname").read_text() == "web\n"
    assert "ubuntu:" in (tree / "etc/passwd").read_text()
    assert (tree / "etc/timezone").read_text() == "US/Eastern\n"
    assert "iface eth0 inet dhcp" in (tree / "etc/network/interfaces").read_text()
    assert "old-releases.ubuntu.com/ubuntu" in (tree / "etc/apt/sources.list").read_text()
    assert "security.ubuntu.com" not in (tree / "etc/apt/sources.list").read_text()


@pytest.mark.guest
def test_a_static_network_is_checked_and_installed(tmp_path: Path) -> None:
    with Installer(
        tmp_path, extra="netcfg/disable_dhcp=true debian-installer/exit/always_halt=true"
    ) as installer:
        to_network(installer)
        installer.answer("IP address:", b"192.0.2.300", ENTER)
        installer.answer("Malformed IP address", ENTER)
        installer.answer("IP address:", CLEAR, b"192.0.2.10", ENTER)
        installer.answer("Netmask:", CLEAR, b"255.255.255.", ENTER)
        installer.answer("Malformed IP address", ENTER)
        installer.answer("Netmask:", CLEAR, b"255.255.255.128", ENTER)
        installer.answer("Gateway:", CLEAR, b"192.0.2.129", ENTER)
        installer.answer("Unreachable gateway", ENTER)
        installer.answer("Gateway:", CLEAR, b"192.0.2.1", ENTER)
        installer.answer("Name server addresses:", CLEAR, b"192.0.2.2 192.0.2.3", ENTER)
        installer.answer("Hostname:", CLEAR, b"web", ENTER)
        installer.answer("Domain name:", CLEAR, b"example.org", ENTER)
        manual_mirror(installer)
        user(installer)
        installer.answer("Select your time zone:", ENTER)
        partition(installer)
        to_the_end(installer)
        assert installer.status() == 0
    assert installer.seen.endswith(b"System halted.\r\n")
    interfaces = (tree_of(installer.disk, tmp_path / "tree") / "etc/network/interfaces").read_text()
    for line in ("address 192.0.2.10", "netmask 255.255.255.128", "gateway 192.0.2.1", "192.0.2.2 192.0.2.3"):
        assert line in interfaces


def test_a_mask_in_the_address_leaves_out_the_netmask_and_fills_in_the_rest(tmp_path: Path) -> None:
    with Installer(tmp_path, extra="netcfg/disable_dhcp=true") as installer:
        to_network(installer)
        installer.answer("IP address:", b"198.51.100.70/26", ENTER)
        installer.expect("198.51.100.65")
        installer.expect("activates buttons")
        installer.type(ENTER)
        installer.dialog("198.51.100.65")
        assert b"Netmask:" not in installer.seen
        assert installer.question_file.read_text() == "netcfg/get_nameservers"


def test_a_mirror_is_chosen_out_of_the_lists(tmp_path: Path) -> None:
    with Installer(tmp_path) as installer:
        to_network(installer)
        installer.answer("Hostname:", ENTER)
        installer.answer("Ubuntu archive mirror country:", DOWN, DOWN, ENTER)
        installer.answer("Ubuntu archive mirror:", ENTER)
        installer.answer("HTTP proxy information (blank for none):", ENTER)
        installer.dialog("Full name for the new user:")
    assert b"United States" in installer.seen
    assert b"uy.archive.ubuntu.com" in installer.seen


@pytest.mark.parametrize(
    ("hostname", "directory"), [(b"old releases", b"/ubuntu"), (b"", b"/ubuntu"), (b"a.example", b"ubuntu")]
)
def test_a_mirror_that_cannot_be_is_bad(tmp_path: Path, hostname: bytes, directory: bytes) -> None:
    with Installer(tmp_path) as installer:
        to_network(installer)
        installer.answer("Hostname:", ENTER)
        manual_mirror(installer, hostname, directory)
        installer.answer("Bad archive mirror", ENTER)
        manual_mirror(installer)
        installer.dialog("Full name for the new user:")


def test_two_different_passwords_are_asked_for_again(tmp_path: Path) -> None:
    with Installer(tmp_path) as installer:
        to_users(installer)
        installer.answer("Full name for the new user:", b"Ubuntu User", ENTER)
        installer.answer("Username for your account:", ENTER)
        installer.answer("Choose a password for the new user:", b"correct horse", ENTER)
        installer.answer("Re-enter password to verify:", b"correct house", ENTER)
        installer.answer("Password input error", ENTER)
        installer.answer("Choose a password for the new user:", b"correct horse", ENTER)
        installer.answer("Re-enter password to verify:", b"correct horse", ENTER)
        installer.dialog("Encrypt your home directory?")


def test_a_weak_password_is_refused_or_taken(tmp_path: Path) -> None:
    with Installer(tmp_path) as installer:
        to_users(installer)
        installer.answer("Full name for the new user:", b"Ubuntu User", ENTER)
        installer.answer("Username for your account:", ENTER)
        for accept in (ENTER, LEFT + ENTER):
            installer.answer("Choose a password for the new user:", b"weak", ENTER)
            installer.answer("Re-enter password to verify:", b"weak", ENTER)
            installer.answer("Use weak password?", accept)
        installer.dialog("Encrypt your home directory?")


@pytest.mark.parametrize(
    ("name", "error"), [(b"Root User", "Invalid username"), (b"root", "Reserved username")]
)
def test_bad_user_names_are_asked_for_again(tmp_path: Path, name: bytes, error: str) -> None:
    with Installer(tmp_path) as installer:
        to_users(installer)
        installer.answer("Full name for the new user:", b"Ubuntu User", ENTER)
        installer.answer("Username for your account:", CLEAR, name, ENTER)
        installer.answer(error, ENTER)
        installer.answer("Full name for the new user:", ENTER)
        installer.answer("Username for your account:", CLEAR, b"ubuntu", ENTER)
        installer.dialog("Choose a password for the new user:")


def test_go_back_leads_to_the_menu_and_from_there_on(tmp_path: Path) -> None:
    with Installer(tmp_path) as installer:
        to_network(installer)
        installer.answer("Hostname:", TAB, TAB, ENTER)
        installer.answer("Choose the next step in the install process:", ENTER)
        installer.answer("Hostname:", CLEAR, b"web", ENTER)
        installer.dialog("Ubuntu archive mirror country:")
    assert b"[!] Ubuntu installer main menu" in installer.seen


def test_go_back_inside_a_step_returns_to_the_question_before(tmp_path: Path) -> None:
    with Installer(tmp_path) as installer:
        to_network(installer)
        installer.answer("Hostname:", ENTER)
        installer.answer("Ubuntu archive mirror country:", HOME, ENTER)
        installer.answer("Ubuntu archive mirror hostname:", TAB, TAB, ENTER)
        installer.dialog("Ubuntu archive mirror country:")


def test_no_to_the_changes_asks_for_the_method_again(tmp_path: Path) -> None:
    with Installer(tmp_path) as installer:
        to_partitions(installer)
        installer.answer("Partitioning method:", HOME, ENTER)
        installer.answer("Select disk to partition:", ENTER)
        installer.answer("Write the changes to disks?", ENTER)
        installer.dialog("Partitioning method:")
        with installer.disk.open("rb") as disk:
            assert not any(disk.read(512))


def test_a_method_that_is_not_rehearsed_fails_and_is_asked_again(tmp_path: Path) -> None:
    with Installer(tmp_path) as installer:
        to_partitions(installer)
        installer.answer("Partitioning method:", HOME, DOWN, ENTER)
        installer.answer("Failed to partition the selected disk", ENTER)
        installer.dialog("Partitioning method:")


def test_a_second_pass_warns_of_what_would_be_destroyed(tmp_path: Path) -> None:
    for danger in (False, True):
        with Installer(tmp_path) as installer:
            to_partitions(installer)
            partition(installer)
            installer.expect("Installing the base system")
        assert (b"WARNING: This will destroy" in installer.seen) is danger


def test_a_boot_loader_elsewhere_fails_and_leads_to_the_menu(tmp_path: Path) -> None:
    with Installer(tmp_path) as installer:
        to_partitions(installer)
        partition(installer)
        installer.answer("How do you want to manage upgrades on this system?", ENTER)
        installer.answer("Choose software to install:", SPACE, ENTER)
        installer.answer("Install the GRUB boot loader to the master boot record?", TAB, ENTER)
        installer.answer("You need to make the newly installed system bootable", CLEAR, b"/dev/sda", ENTER)
        installer.answer("Unable to install GRUB in /dev/sda", ENTER)
        installer.answer("Installation step failed", ENTER)
        installer.answer("Choose the next step in the install process:", ENTER)
        installer.answer("Install the GRUB boot loader to the master boot record?", LEFT, ENTER)
        installer.dialog("Is the system clock set to UTC?")
    assert b"[?] Ubuntu installer main menu" in installer.seen


def test_a_request_to_shut_down_powers_off_in_the_middle_of_a_dialog(tmp_path: Path) -> None:
    with Installer(tmp_path) as installer:
        installer.dialog("Language:")
        installer.shut_down()
        assert installer.status() == 0
    assert b"\rRequesting system poweroff\r\n" in installer.seen
    assert installer.seen.endswith(b"Power down.\r\n")


def test_the_kernel_speaks_before_the_first_dialog(tmp_path: Path) -> None:
    with Installer(tmp_path) as installer:
        installer.expect("Booting paravirtualized kernel on Xen")
        installer.expect("console [hvc0] enabled")
        installer.expect("Starting system log daemon: syslogd, klogd.")
        installer.dialog("Language:")


def test_quiet_hushes_the_kernel(tmp_path: Path) -> None:
    with Installer(tmp_path, extra="-- quiet") as installer:
        installer.dialog("Language:")
    assert b"Linux version" not in installer.seen


def test_little_memory_is_noted_and_leaves_out_the_language(tmp_path: Path) -> None:
    with Installer(tmp_path, memory=64) as installer:
        installer.answer("Entering low memory mode", ENTER)
        installer.dialog("Country, territory or area:")
    assert b"Language:" not in installer.seen


def test_several_cards_are_a_question(tmp_path: Path) -> None:
    with Installer(tmp_path, cards=2) as installer:
        to_network(installer)
        installer.answer("Primary network interface:", DOWN, ENTER)
        installer.expect("Detecting link on eth1; please wait...")
        installer.dialog("Hostname:")


def test_the_root_account_is_asked_for_when_preseeded(tmp_path: Path) -> None:
    with Installer(tmp_path, extra="passwd/root-login=true") as installer:
        to_users(installer)
        installer.answer("You need to set a password for 'root'", b"correct horse", ENTER)
        installer.answer("Re-enter password to verify:", b"another horse", ENTER)
        installer.answer("Password input error", ENTER)
        installer.answer("You need to set a password for 'root'", b"correct horse", ENTER)
        installer.answer("Re-enter password to verify:", b"correct horse", ENTER)
        installer.dialog("Full name for the new user:")


def test_other_locations_are_found_by_continent(tmp_path: Path) -> None:
    with Installer(tmp_path) as installer:
        installer.answer("Language:", ENTER)
        installer.answer("Country, territory or area:", b"o", ENTER)
        installer.answer("Continent or region:", b"E", ENTER)
        installer.answer("Country, territory or area:", b"S", b"S", ENTER)
        installer.answer("Country to base default locale settings on:", ENTER)
        installer.dialog("Hostname:")
