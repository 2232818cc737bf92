"""Faults on the real installer of Debian 13: one installation is killed, printed over, and led into an error."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from autoinstall.recording.asciicast import OUTPUT, read_cast
from autoinstall.toolstack.qmp import Monitor
from scripts.lab_mirror.lending import lent, overrides
from scripts.lab_mirror.places import Variant
from tests.build.whole import living
from tests.conftest import needs
from tests.real.installation import PASSWORDS, ROOT

pytestmark = pytest.mark.real

SECONDS = 5 * 240
"""Five times what the way to the next mark takes on a quiet machine."""

TO_THE_PASSWORDS = [
    "localechooser/languagelist",
    "localechooser/shortlist/en",
    "keyboard-configuration/xkb-keymap",
    "netcfg/get_hostname",
    "netcfg/get_domain",
    "mirror/http/countries",
    "mirror/http/hostname",
    "mirror/http/directory",
    "mirror/http/proxy",
]
MOMENTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("dialog", {"question": "mirror/http/countries"}),
    ("progress", {"title": "Checking the Debian archive mirror"}),
    ("dialog", {"question": "passwd/root-password"}),
)
"""Where the driver is killed: within a list, while nothing is asked, within a password."""

ASKED_TWICE = ["passwd/root-password", "passwd/root-password-again"]


class Build:
    """One build folder, worked on by one process after another."""

    def __init__(self, folder: Path, mirror: dict[str, Any]) -> None:
        self.work = folder / "work"
        self.answers = folder / "answers.yaml"
        self.answers.write_text(answers_with_a_mismatch(mirror))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        command = [sys.executable, "-m", "autoinstall", "build", str(self.answers), "--toolstack", "qemu"]
        environment = {**os.environ, **PASSWORDS, "AUTOINSTALL_SECRET_OTHER_PASSWORD": "another battery"}
        self._process = subprocess.Popen(
            [*command, "--work", str(self.work), "--json", *options],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )

    def wait_for(self, event: str, **fields: str) -> None:
        """Wait until the events tell so."""
        assert self._process
        limit = time.monotonic() + SECONDS
        while not any(fields.items() <= one.items() for one in self.events(event)):
            assert time.monotonic() < limit, f"no {event} with {fields}"
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(0.02)
                raise AssertionError(f"it ended before {event} with {fields}")

    def kill(self) -> None:
        """End the driver at once. Its guest stays."""
        assert self._process
        self._process.kill()
        self._process.communicate()

    def end(self) -> dict[str, Any]:
        """Wait for the end; the document."""
        assert self._process
        output, _ = self._process.communicate(timeout=SECONDS)
        document = json.loads(output)
        assert isinstance(document, dict)
        return document

    def events(self, name: str) -> list[dict[str, Any]]:
        path = self.work / "events.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [event for event in map(json.loads, lines) if event["event"] == name]

    def monitor(self) -> Monitor:
        (socket,) = (self.work / "qemu").glob("*.monitor")
        return Monitor(socket)

    def give_up(self) -> None:
        """Leave nothing running, whatever happened."""
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        for socket in (self.work / "qemu").glob("*.monitor"):
            with Monitor(socket) as monitor:
                monitor.ask("quit")


def answers_with_a_mismatch(mirror: dict[str, Any]) -> str:
    """The shipped answers, a loud kernel, and a second password that is not the first."""
    answers = yaml.load((ROOT / "answers" / "debian-13.yaml").read_text(), Loader=yaml.BaseLoader)
    answers["installer"]["arguments"].append("ignore_loglevel")
    answers["questions"]["passwd/root-password-again"] = {"secret": "other_password"}
    answers["errors"]["user-setup/password-mismatch"] = {"reply": "retry", "limit": "1"}
    del answers["guest"]
    for path, value in overrides(mirror).items():
        section, key = path.split(".", 1)
        answers[section][key] = yaml.safe_load(value) if value.startswith("[") else value
    return yaml.safe_dump(answers)


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Build]:
    needs("qemu")
    with lent(Variant.LIVE, lambda line: None) as mirror:
        made = Build(tmp_path, mirror)
        try:
            yield made
        finally:
            made.give_up()


def test_killed_printed_over_and_led_into_an_error_nothing_is_answered_twice(build: Build) -> None:
    build.start()
    build.wait_for("dialog", question="netcfg/get_hostname")
    with build.monitor() as monitor:
        for place in ("0x8", "0x9", "0xa"):
            monitor.ask("device_add", {"driver": "virtio-rng-pci", "id": f"noise{place}", "addr": place})
    for event, fields in MOMENTS:
        build.wait_for(event, **fields)
        build.kill()
        build.start("--resume")
    document = build.end()
    failure = document["failure"]
    assert (document["result"], failure["kind"], failure["exit"]) == ("failed", "installer-error", 1)
    assert failure["question"] == "user-setup/password-mismatch"
    assert "at the most 1 times, and it came 2 times" in failure["message"]
    answered = [one["question"] for one in build.events("answered")]
    assert answered == [*TO_THE_PASSWORDS, *ASKED_TWICE, "user-setup/password-mismatch", *ASKED_TWICE]
    created = [one for one in build.events("domain-created") if one["purpose"] == "install"]
    assert len(created) == 1
    said = "".join(
        event.text for event in read_cast(build.work / "install.cast").events if event.code == OUTPUT
    )
    assert "pci 0000:00:08.0" in said
    assert living(build.work) == []
