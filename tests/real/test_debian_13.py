"""What nothing here has drawn: the installer of Debian 13, the system that it installs, and the image of it."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from tests.build.whole import disk_file, living
from tests.real.installation import PASSWORDS, ROOT, Installation

pytestmark = pytest.mark.real

QUESTIONS = [
    "localechooser/languagelist",
    "localechooser/shortlist/en",
    "keyboard-configuration/xkb-keymap",
    "netcfg/get_hostname",
    "netcfg/get_domain",
    "mirror/http/countries",
    "mirror/http/hostname",
    "mirror/http/directory",
    "mirror/http/proxy",
    "passwd/root-password",
    "passwd/root-password-again",
    "passwd/user-fullname",
    "passwd/username",
    "passwd/user-password",
    "passwd/user-password-again",
    "partman-auto/init_automatically_partition",
    "partman-auto/select_disk",
    "partman-auto/choose_recipe",
    "partman/choose_partition",
    "partman/confirm_nooverwrite",
]
"""What Debian 13 asks at priority high, up to the one that is answered before the disk is written."""


def test_every_stage_is_done(installation: Installation) -> None:
    installation.assert_done()


def test_the_installers_questions_were_answered_once_each(installation: Installation) -> None:
    assert installation.assert_answered_once()[: len(QUESTIONS)] == QUESTIONS


def test_the_kernel_and_initrd_were_proved_by_debians_own_signature(installation: Installation) -> None:
    assert not [event for event in installation.events("progress") if "stand-in" in str(event.get("text"))]
    assert "keyring" in (installation.work / "answers.yaml").read_text()


def test_the_installer_came_up_again_and_got_no_key(installation: Installation) -> None:
    happened = [
        event["happening"] for event in installation.events("lifecycle") if event["stage"] == "install"
    ]
    assert happened[:2] == ["kernel-boot", "installer-started"]
    complete = happened.index("installation-complete")
    assert "kernel-boot" in happened[complete:] or "reboot" in happened[complete:]
    installation.assert_left_by_the_second_installer()


def test_the_image_is_whole_and_holds_the_edits(installation: Installation, tmp_path: Path) -> None:
    raw = installation.raw_disk(tmp_path)
    files = ROOT / "answers" / "files"
    assert disk_file(raw, "/usr/local/sbin/vmcontext") == (files / "vmcontext").read_text()
    assert (
        disk_file(raw, "/etc/systemd/system/vmcontext.service") == (files / "vmcontext.service").read_text()
    )
    assert disk_file(raw, "/etc/machine-id") == ""
    assert disk_file(raw, "/etc/udev/rules.d/70-persistent-net.rules") == ""
    assert "console=ttyS0" in disk_file(raw, "/boot/grub/grub.cfg")
    assert disk_file(raw, "/etc/hostname").strip() == "debian"


def test_the_finished_disk_holds_nothing_of_the_installation(installation: Installation) -> None:
    found = {
        one["item"]: one for one in json.loads((installation.work / "image" / "hygiene.json").read_text())
    }
    assert {item for item, one in found.items() if one["state"] == "kept"} == set()
    assert found["installer-user"]["state"] == "removed"
    assert {"/etc/passwd", "/etc/shadow", "/etc/group", "/home/debian"} <= set(
        found["installer-user"]["paths"]
    )
    checks = installation.checks()
    assert checks["no user debian"]["ok"] and checks["user root"]["ok"]


def test_the_image_starts_on_kvm_and_xen_alike(installation: Installation) -> None:
    checks = installation.checks()
    assert checks["root by UUID"]["ok"] is True
    assert checks["disk drivers of KVM and Xen in the initrd"]["ok"] is True
    assert checks["boot loader for a BIOS"]["ok"] is True


def test_the_verified_guest_took_name_and_address_from_its_context_disk(installation: Installation) -> None:
    checks = installation.checks()
    assert checks["hostname"]["ok"] and "from-context" in checks["hostname"]["evidence"]
    assert checks["address from the CONTEXT disk"]["ok"], checks["address from the CONTEXT disk"]
    assert not (installation.work / "image" / "context.iso").exists()


def test_no_password_is_in_what_is_left(installation: Installation) -> None:
    forms = [form for text in PASSWORDS.values() for form in (text.encode(), base64.b64encode(text.encode()))]
    for path in installation.work.rglob("*"):
        if path.is_file() and "image" not in path.relative_to(installation.work).parts[:-1]:
            content = path.read_bytes()
            assert not [form for form in forms if form in content], path


def test_nothing_of_it_still_runs(installation: Installation) -> None:
    assert living(installation.work) == []
