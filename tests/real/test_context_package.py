"""OpenNebula's own contextualization package in the real Debian 13: it starts before the network, and does its work."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoinstall.build.stage import STAGES
from autoinstall.image.finished_disk import FinishedDisk
from tests.one_context import VERSION
from tests.real.installation import Installation

pytestmark = pytest.mark.real


def test_it_begins_with_the_disk_that_was_installed_before(with_package: Installation) -> None:
    with_package.assert_done(*STAGES[:3])


def test_the_package_with_all_that_it_depends_on_is_installed(with_package: Installation) -> None:
    (done,) = [
        event
        for event in with_package.events("step")
        if event["name"].startswith("install_package one-context")
    ]
    assert done["state"] == "done"
    assert f"one-context {VERSION} is installed" in done["evidence"]


def test_it_comes_before_the_network(with_package: Installation) -> None:
    proofs = [event for event in with_package.events("check") if event["name"] == "prove_context"]
    assert proofs and all(event["ok"] for event in proofs)
    assert "one-context-local.service comes before the network" in proofs[-1]["evidence"]


def test_the_verified_guest_took_name_and_address_from_its_context_disk(with_package: Installation) -> None:
    checks = with_package.checks()
    assert checks["hostname"]["ok"] and "from-context" in checks["hostname"]["evidence"]
    assert checks["address from the CONTEXT disk"]["ok"], checks["address from the CONTEXT disk"]


def test_the_image_holds_it_and_nothing_that_it_wrote_while_it_was_proved(
    with_package: Installation, tmp_path: Path
) -> None:
    disk = FinishedDisk(with_package.raw_disk(tmp_path))
    assert disk.exists("/usr/sbin/one-contextd")
    assert b"from-context" not in disk.content("/etc/hostname")
    assert b"192.168.0.10" not in disk.content("/etc/network/interfaces")
