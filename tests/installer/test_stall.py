"""Guests that show nothing: one that works, one that hangs, one that spins, one that is stopped; and deadlines."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from autoinstall.catalogue.shipped import load_shipped
from autoinstall.deadline import Deadline
from autoinstall.dialog.recognise import Recogniser
from autoinstall.events import Event, Events
from autoinstall.installer.drive import Installer
from autoinstall.installer.failure import InstallerError
from autoinstall.installer.outcome import Limits
from autoinstall.installer.stall import Patience, StallWatch
from autoinstall.toolstack.domain import Counters
from tests.rigs import boot_sector, eighteen
from tests.rigs.qemu_guest import QemuRig

SHORT = Limits(silence=6, hung=3, dead=1.5, whole=12, sampling=0.4)


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[QemuRig]:
    made = QemuRig(tmp_path)
    yield made
    made.end()


def drive(
    rig: QemuRig,
    order: bytes = b"",
    limits: Limits = SHORT,
    *,
    begin: Callable[[], None] = lambda: None,
    **more: object,
) -> tuple[InstallerError, list[Event]]:
    """Give a guest an order, and drive it until that fails."""
    channel = rig.attach()
    rig.hear(channel, boot_sector.HELLO)
    if order:
        channel.send(order)
    begin()
    told: list[Event] = []
    events = Events()
    events.subscribe(told.append)
    installer = Installer(
        *(eighteen.book(), eighteen.SECRETS, Recogniser(load_shipped()), events, limits),
        counters=lambda: rig.toolstack.counters("guest"),
        **more,
    )
    with pytest.raises(InstallerError) as failed:
        installer.drive(channel)
    return failed.value, told


@pytest.mark.qemu
def test_a_guest_that_hangs_is_told_by_its_idle_processor(rig: QemuRig) -> None:
    rig.create()
    failure, told = drive(rig, b"h")
    assert failure.kind == "stall"
    assert failure.message.startswith("the guest hangs: its screen has not changed for ")
    assert "% of a processor and moved 0 KiB" in failure.message
    assert SHORT.hung <= failure.waited < SHORT.silence
    assert [event.fields["text"][:15] for event in told if "text" in event.fields] == ["the guest hangs"]


@pytest.mark.qemu
def test_a_guest_that_spins_is_told_by_its_busy_processor_and_given_longer(rig: QemuRig) -> None:
    rig.create()
    failure, _ = drive(rig, b"s")
    assert failure.kind == "stall"
    assert failure.message.startswith("the guest spins: ")
    assert failure.waited >= SHORT.silence


@pytest.mark.qemu
@pytest.mark.parametrize("drive_options", ["", ",throttling.bps-total=120000"])
def test_a_guest_that_works_silently_is_left_alone_until_its_deadline(
    rig: QemuRig, drive_options: str
) -> None:
    """Longer than any other verdict would have let it; the second one has a slow disk."""
    rig.create(drive=drive_options)
    failure, told = drive(rig, b"d")
    assert (failure.kind, failure.message) == ("deadline", "the installation took longer than it may")
    assert failure.waited == SHORT.whole > SHORT.silence
    (text,) = (event.fields["text"] for event in told if "text" in event.fields)
    assert text.startswith("the guest works silently: ")


@pytest.mark.qemu
def test_a_machine_that_is_stopped_is_told_soonest(rig: QemuRig) -> None:
    rig.create()
    limits = replace(SHORT, hung=60, silence=60, whole=60)
    failure, _ = drive(rig, limits=limits, begin=lambda: os.kill(rig.pid, signal.SIGSTOP))
    assert failure.kind == "stall"
    assert failure.message.startswith("the guest hangs: ")
    assert failure.message.endswith("the machine is stopped")
    assert failure.waited < limits.hung


@pytest.mark.qemu
def test_an_installation_does_not_outlive_the_build(rig: QemuRig) -> None:
    rig.create()
    limits = replace(SHORT, hung=60, silence=60, whole=60)
    failure, _ = drive(rig, limits=limits, deadline=Deadline.after(1.5))
    assert (failure.kind, failure.message) == ("deadline", "the build took longer than it may")


def first_fatal(counters: Callable[[], Counters | None] | None, **silence: float | bool) -> str:
    watch = StallWatch(counters, Patience(unknown=0.5, spinning=0.5, hung=0.4, dead=0.1, sampling=0.02))
    deadline = Deadline.after(30)
    given = {"silence": 0.0, "has_clock": False} | silence
    while not deadline.expired:
        quiet = 30 - deadline.remaining
        finding = watch.look(quiet=quiet, **given)
        if finding and finding.fatal:
            return f"{finding.verdict}: {finding.evidence}"
    return "never"


def test_without_counters_the_screen_alone_decides() -> None:
    assert first_fatal(None).startswith("None: the screen has not changed for ")
    assert first_fatal(lambda: None).startswith("None: the screen has not changed for ")


def test_a_status_lines_clock_that_stops_is_evidence() -> None:
    idle = Counters(1.0, 5, "running")
    assert not first_fatal(lambda: idle).endswith("status line moves")
    assert first_fatal(lambda: idle, silence=9.0, has_clock=True).endswith("status line moves")
    assert not first_fatal(lambda: idle, silence=9.0, has_clock=False).endswith("status line moves")


def test_a_machine_with_an_internal_error_is_named() -> None:
    assert first_fatal(lambda: Counters(1.0, 5, "internal-error")).endswith("the machine is internal-error")
