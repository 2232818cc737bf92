"""The whole job against each misbehaviour of the rehearsed host, by name and seed, over real terminals.

What may be right at the end: all is answered as the answers file says and the image holds the how-to's edits;
or the build stopped, says why with the right kind and exit code, and left nothing behind.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.build.whole import EDITS, STATIC, Run, assert_five_edits, disk_file, rehearse

pytestmark = pytest.mark.guest

BY_LIST = Path(__file__).parents[1] / "data" / "answers" / "ubuntu-12.04-by-list.yaml"

Answered = list[tuple[str, Any]]

PLACE: Answered = [
    ("localechooser/languagelist", "English"),
    ("localechooser/shortlist/en", "United States"),
]
KEYBOARD: Answered = [
    ("console-setup/ask_detect", False),
    ("keyboard-configuration/layout", "English (US)"),
    ("keyboard-configuration/variant", "English (US)"),
]
HOSTNAME: Answered = [("netcfg/get_hostname", "ubuntu")]
STATIC_NETWORK: Answered = [
    ("netcfg/get_ipaddress", "192.0.2.10"),
    ("netcfg/get_netmask", "255.255.255.0"),
    ("netcfg/get_gateway", "192.0.2.1"),
    ("netcfg/get_nameservers", "192.0.2.1"),
]
DOMAIN: Answered = [("netcfg/get_domain", "")]
MIRROR: Answered = [
    ("mirror/http/countries", "enter information manually"),
    ("mirror/http/hostname", "old-releases.ubuntu.com"),
    ("mirror/http/directory", "/ubuntu"),
    ("mirror/http/proxy", ""),
]
LISTED_MIRROR: Answered = [
    ("mirror/http/countries", "Spain"),
    ("mirror/http/mirror", "ftp.udc.es"),
    ("mirror/http/proxy", ""),
]
USER: Answered = [
    ("passwd/user-fullname", "Ubuntu User"),
    ("passwd/username", "ubuntu"),
    ("passwd/user-password", "***"),
    ("passwd/user-password-again", "***"),
    ("user-setup/encrypt-home", False),
]
ZONE: Answered = [("tzsetup/country/US", "Eastern")]
DETECTED_ZONE: Answered = [("tzsetup/detected", True)]
REST: Answered = [
    ("partman-auto/init_automatically_partition", "Guided - use entire disk"),
    ("partman-auto/select_disk", "Virtual disk 1 (xvda) - 8.6 GB Xen Virtual Block Device"),
    ("partman/confirm_nooverwrite", True),
    ("pkgsel/update-policy", "No automatic updates"),
    ("tasksel/first", ["OpenSSH server"]),
    ("grub-installer/only_debian", True),
    ("clock-setup/utc", True),
    ("finish-install/reboot_in_progress", "Continue"),
]
AFTER_MIRROR = USER + ZONE + REST
USUAL = PLACE + HOSTNAME + MIRROR + AFTER_MIRROR
BAD_MIRROR: Answered = [("mirror/bad", "Continue")]

NO_LONGER = 5.5
"""Seconds for one dialog. A repaint that is taken for one that never came costs six."""


def expect_done(run: Run, answered: Answered = USUAL) -> None:
    assert run.document["failure"] is None
    assert run.status == 0
    assert run.answered() == answered
    assert run.debris() == []


@pytest.mark.parametrize("fault", ["delay-keys", "drop-console"])
def test_the_whole_job_is_done_all_the_same(tmp_path: Path, fault: str) -> None:
    run = rehearse(tmp_path, fault)
    expect_done(run)
    assert_five_edits(run.document, tmp_path)
    assert [stage["state"] for stage in run.document["stages"]] == ["done"] * 8


def test_lines_of_the_kernel_over_everything_cost_little(tmp_path: Path) -> None:
    run = rehearse(tmp_path, "kernel-lines")
    expect_done(run)
    assert_five_edits(run.document, tmp_path)
    struck = {strike["question"] for strike in run.struck() if strike.get("question")}
    assert struck == {question for question, _ in USUAL}
    slow = {event["question"]: event["seconds"] for event in run.events("answered")}
    assert {question: seconds for question, seconds in slow.items() if seconds > NO_LONGER} == {}


def test_output_in_crumbs_painted_twice_is_understood(tmp_path: Path) -> None:
    run = rehearse(tmp_path, "split-bytes", "repaint-twice", until="configure")
    expect_done(run)
    for path, text in EDITS.items():
        assert text in disk_file(run.work / "image" / "disk.img", path)


@pytest.mark.parametrize(
    ("fault", "answered"),
    [
        ("repaint-twice", USUAL),
        ("acs", USUAL),
        ("console-held=2", USUAL),
        ("keyboard", PLACE + KEYBOARD + HOSTNAME + MIRROR + AFTER_MIRROR),
        ("geoip", PLACE + HOSTNAME + MIRROR + USER + DETECTED_ZONE + REST),
        ("mirror-bad=2", PLACE + HOSTNAME + (MIRROR + BAD_MIRROR) * 2 + MIRROR + AFTER_MIRROR),
    ],
)
def test_the_installation_is_done_all_the_same(tmp_path: Path, fault: str, answered: Answered) -> None:
    run = rehearse(tmp_path, fault, until="install")
    expect_done(run, answered)
    assert run.document["image"] is None


@pytest.mark.parametrize(
    ("seed", "faults"),
    [(1, "lose-keys"), (2, "lose-keys"), (3, "lose-keys kernel-lines=4 split-bytes")],
)
def test_lost_keys_never_make_a_wrong_answer(tmp_path: Path, seed: int, faults: str) -> None:
    """Done and right; or stopped where a lost byte made Escape of an arrow key at a dialog that is not asked again."""
    run = rehearse(tmp_path, *faults.split(), until="install", seed=seed)
    right = dict(USUAL)
    answers = {question: answer for question, answer in run.answered() if question in right}
    assert any(strike["fault"] == "lose-keys" for strike in run.struck())
    if run.status == 0:
        assert answers == right
    else:
        assert (run.status, run.failure["kind"]) == (1, "answer-lost")
        assert answers == {question: right[question] for question in answers}
    assert run.debris() == []


def test_a_guest_that_ignores_the_shutdown_is_destroyed(tmp_path: Path) -> None:
    run = rehearse(tmp_path, "ignore-shutdown", until="install")
    expect_done(run)
    assert any("it ignored the shutdown for 30 s and was destroyed" in text for text in run.told())


def test_a_host_that_refuses_the_restart_makes_no_loop(tmp_path: Path) -> None:
    run = rehearse(tmp_path, "restart-too-fast", until="install")
    expect_done(run)
    refused = "restarting too fast" in (run.work / "guest" / "log" / "xend.log").read_text()
    again = [event for event in run.events("lifecycle") if event["happening"] == "installer-again"]
    assert refused is (again == [])


@pytest.mark.parametrize("on_reboot", ["restart", "destroy"])
def test_the_domain_is_gone_after_its_reboot_one_way_or_the_other(tmp_path: Path, on_reboot: str) -> None:
    run = rehearse(tmp_path, until="install", options=("--set", f"machine.on_reboot={on_reboot}"))
    expect_done(run)
    domids = [event["domid"] for event in run.events("console-attached")]
    sentence = {
        "restart": "the installer came up again as domain 2 (was 1): not answered, left; it shut down",
        "destroy": "the domain is gone after its reboot, as it should be",
    }[on_reboot]
    assert any(sentence in text for text in run.told())
    assert domids == ([1, 2] if on_reboot == "restart" else [1])


def test_a_mirror_is_taken_from_the_list(tmp_path: Path) -> None:
    run = rehearse(tmp_path, answers=BY_LIST, until="install")
    expect_done(run, PLACE + HOSTNAME + LISTED_MIRROR + AFTER_MIRROR)
    assert run.document["never_used"] == ["user-setup/password-weak"]


def test_a_static_network_is_set_up(tmp_path: Path) -> None:
    run = rehearse(tmp_path, answers=STATIC, until="install")
    expect_done(run, PLACE + STATIC_NETWORK + HOSTNAME + DOMAIN + MIRROR + AFTER_MIRROR)


def test_dhcp_fails_and_the_network_is_set_up_by_hand(tmp_path: Path) -> None:
    by_hand = ("installer.arguments=[]", "questions.netcfg/dhcp_options=Configure network manually")
    options = [word for setting in by_hand for word in ("--set", setting)]
    run = rehearse(tmp_path, "dhcp-fails", answers=STATIC, until="install", options=options)
    failed: Answered = [
        ("netcfg/dhcp_failed", "Continue"),
        ("netcfg/dhcp_options", "Configure network manually"),
    ]
    expect_done(run, PLACE + failed + STATIC_NETWORK + HOSTNAME + DOMAIN + MIRROR + AFTER_MIRROR)


@pytest.mark.parametrize(
    ("setting", "error", "words"),
    [
        ("netcfg/get_ipaddress=192.0.2.999", "netcfg/bad_ipaddress", "Malformed IP address: The IP address"),
        ("netcfg/get_gateway=198.51.100.1", "netcfg/gateway_unreachable", "Unreachable gateway: The gateway"),
    ],
)
def test_what_the_installer_calls_wrong_stops_with_its_words(
    tmp_path: Path, setting: str, error: str, words: str
) -> None:
    run = rehearse(tmp_path, answers=STATIC, until="install", options=("--set", f"questions.{setting}"))
    assert (run.status, run.failure["kind"], run.failure["question"]) == (1, "installer-error", error)
    assert words in run.failure["message"] and words.partition(":")[0] in run.screen
    assert error in run.failure["hint"]
    assert run.debris() == [] and not (run.work / "image" / "disk.img").exists()


@pytest.mark.parametrize(
    ("fault", "status", "kind", "stage", "screen"),
    [
        ("unknown-question", 1, "unknown-dialog", "install", "Force UEFI installation?"),
        ("unknown-question@passwd/username", 1, "unknown-dialog", "install", "Force UEFI installation?"),
        ("crash", 1, "kernel-panic", "install", "Kernel panic - not syncing"),
        ("dhcp-fails", 1, "unanswered", "install", "Network configuration method:"),
        ("mirror-bad=3", 1, "installer-error", "install", "Bad archive mirror"),
        ("console-held", 6, "console-in-use", "install", None),
        ("bridge-missing", 4, "bridge-missing", "install", None),
        ("name-taken", 6, "name-taken", "install", None),
        ("memory-short", 4, "memory-short", "install", None),
        ("disk-full", 4, "disk-full", "install", None),
        ("wrong-mode", 1, "guest-file", "configure", "]#"),
        ("silent-boot", 1, "silent-console", "boot", "pyGRUB"),
    ],
)
def test_the_job_ends_clearly_and_leaves_nothing(
    tmp_path: Path, fault: str, status: int, kind: str, stage: str, screen: str | None
) -> None:
    run = rehearse(tmp_path, fault, AUTOINSTALL_BOOT_SECONDS="20" if fault == "silent-boot" else "")
    failure = run.failure
    assert (run.status, failure["exit"], failure["kind"], failure["stage"]) == (status, status, kind, stage)
    assert failure["message"] and failure["hint"] and failure["awaited"]
    assert failure["next"].endswith(f"--work {run.work} --resume")
    assert (screen in run.screen) if screen else failure["screen"] is None
    assert bool(failure["host_said"]) is (status in (4, 6))
    left = run.work / "failure"
    assert json.loads((left / "why.json").read_text())["kind"] == kind
    assert (left / "screen.txt").read_text() == "".join(f"{row}\n" for row in failure["screen"] or ())
    assert (run.work / "image" / "disk.img").exists() is (stage != "install")
    assert run.debris() == []


def test_the_same_seed_strikes_at_the_same_places(tmp_path: Path) -> None:
    struck = []
    for name, seed in (("first", 3), ("again", 3), ("other", 8)):
        (tmp_path / name).mkdir()
        run = rehearse(tmp_path / name, "crash", "kernel-lines", "mirror-bad", until="install", seed=seed)
        assert run.failure["kind"] == "kernel-panic"
        struck.append(run.struck())
    assert struck[0] == struck[1] != struck[2]
