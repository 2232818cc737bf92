"""The driver on the real Debian 12 netboot installer in QEMU, from its first dialog to the mirror's."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
from filelock import FileLock

from autoinstall.answers.host_mirror import host_mirror
from autoinstall.recording.asciicast import read_cast
from tests.rigs.netboot import Driven, drive_machine

pytestmark = pytest.mark.qemu

ANSWERS = Path(__file__).parents[1] / "data" / "answers" / "debian-12-to-the-proxy.yaml"
QUIET_SECONDS = 120
"""The whole way on a machine that does nothing else."""

MOST_MEMORY = 60 * 1024
MIRROR = ("mirror/http/countries", "mirror/http/hostname", "mirror/http/directory", "mirror/http/proxy")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all workers of a run: one machine is enough for them."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    own = tmp_path_factory.getbasetemp()
    shared = own.parent / f"debian-{run}" if run else own / "debian"
    shared.mkdir(exist_ok=True)
    return shared


@pytest.fixture(scope="session")
def driven(folder: Path) -> Driven:
    """The one machine's way; whoever comes first boots it, the others wait."""
    if host_mirror(Path("/etc/apt")) is None:
        pytest.skip("this machine's apt sources name no Debian mirror over http")
    kept = folder / "driven.json"
    with FileLock(folder / "lock"):
        if not kept.exists():
            kept.write_text(json.dumps(asdict(drive_machine(ANSWERS, folder, seconds=5 * QUIET_SECONDS))))
        return Driven(**json.loads(kept.read_text()))


def test_every_dialog_is_recognised_and_answered_as_wanted(driven: Driven) -> None:
    mirror = host_mirror(Path("/etc/apt"))
    assert mirror is not None
    values = ("enter information manually", mirror.host, mirror.directory, "http://127.0.0.1:9/")
    to_the_mirror = list(zip(MIRROR, values, strict=True))
    assert [(one["question"], one["answer"]) for one in driven.document["answered"]] == [
        ("localechooser/languagelist", "English"),
        ("localechooser/shortlist/en", "other"),
        ("localechooser/continentlist", "Asia"),
        ("localechooser/countrylist/Asia", "Türkiye"),
        ("localechooser/preferred-locale", "United Kingdom - en_GB.UTF-8"),
        ("keyboard-configuration/xkb-keymap", "American English"),
        ("netcfg/get_hostname", "lab1"),
        ("netcfg/get_domain", "example.org"),
        *to_the_mirror,
        ("mirror/bad", "Go Back"),
        ("debian-installer/main-menu", "Choose a mirror of the Debian archive"),
        *to_the_mirror,
    ]


def test_the_installer_took_the_texts_that_were_typed(driven: Driven) -> None:
    """It shows them again when it asks again: nothing is left to do but Enter."""
    texts = [one for one in driven.document["answered"] if one["question"] in MIRROR[1:]]
    assert all(one["presses"] > len(one["answer"]) for one in texts[:3])
    assert [one["presses"] for one in texts[3:]] == [1, 1, 1]


def test_it_ends_at_the_error_that_its_policy_no_longer_covers(driven: Driven) -> None:
    failure = driven.document["failure"]
    assert (driven.exit_status, driven.document["result"]) == (1, "failed")
    assert (failure["kind"], failure["question"]) == ("installer-error", "mirror/bad")
    assert failure["dialog"]["kind"] == "error"
    assert "limit" not in failure["message"] and "at the most 1 times" in failure["message"]


def test_the_machines_life_is_followed(driven: Driven) -> None:
    lines = [line.strip() for line in driven.told.splitlines()]
    assert lines[:2] == ["guest: kernel-boot", "guest: installer-started"]
    assert sum(line.startswith("guest: ") for line in lines) == 2


def test_the_machine_ends_in_order_with_its_terminal(driven: Driven, folder: Path) -> None:
    """QEMU takes its pid file away when it ends by itself, and leaves it when it is killed."""
    assert driven.document["answered"] and not (folder / "pid").exists()


def test_the_driver_stays_small(driven: Driven, record_property: Callable[[str, object], None]) -> None:
    record_property("peak_kibibytes", driven.kibibytes)
    record_property("cpu_seconds", driven.cpu_seconds)
    assert driven.kibibytes < MOST_MEMORY
    assert driven.cpu_seconds < 5 * 3


def test_the_recording_holds_the_keys_and_the_end(driven: Driven, folder: Path) -> None:
    events = read_cast(folder / "session.cast").events
    keys = b"".join(event.data for event in events if event.code == "i")
    assert keys.count(b"\r") == len(driven.document["answered"])
    assert b"\x03" not in keys and events[-1].text == "console-closed"
