"""QEMU as a toolstack: real guests of one disk sector, over the console's own program on a real terminal."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autoinstall.console.channel import Channel, ConsoleClosed
from autoinstall.deadline import Deadline
from autoinstall.errors import BusyError, HostError
from autoinstall.toolstack import accelerator
from autoinstall.toolstack.description import uuid_of
from autoinstall.toolstack.domain import DomainState, Ending
from autoinstall.toolstack.qemu import PROGRAM, QemuToolstack
from autoinstall.toolstack.qemu_process import processes_in
from autoinstall.toolstack.refusals import ConsoleEnd, console_end
from tests.rigs import boot_sector
from tests.rigs.qemu_guest import QemuRig, soon

pytestmark = pytest.mark.qemu


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[QemuRig]:
    made = QemuRig(tmp_path)
    yield made
    made.end()


def ended(channel: Channel) -> int | None:
    deadline = soon()
    with pytest.raises(ConsoleClosed) as closed:
        while not deadline.expired:
            channel.read(deadline.remaining)
    return closed.value.exit_status


def test_a_guest_loses_no_byte_before_its_first_console(rig: QemuRig) -> None:
    """It waits for its console, however late that comes."""
    assert rig.create() == 1
    (row,) = rig.toolstack.rows()
    assert (row.name, row.domid, row.memory, row.state) == ("guest", 1, 32, DomainState.BUILDING)
    channel = rig.attach()
    assert rig.hear(channel, boot_sector.HELLO) == boot_sector.HELLO
    channel.send(b"abc")
    assert rig.hear(channel, b"abc") == b"abc"
    assert rig.toolstack.rows()[0].state is DomainState.RUNNING


def test_another_process_finds_the_guest_by_its_name_and_uuid(rig: QemuRig) -> None:
    rig.create()
    another = QemuToolstack(rig.folder / "qemu")
    assert another.domid("guest") == 1
    assert another.uuid("guest") == uuid_of("deadbeef", "boot")
    assert another.domid("gues") is None
    assert QemuToolstack(rig.folder / "other").domid("guest") is None
    another.destroy("guest", soon())
    assert rig.toolstack.domid("guest") is None
    assert rig.toolstack.uuid("guest") is None


def test_a_console_outlives_its_client(rig: QemuRig) -> None:
    rig.create()
    first = rig.attach()
    rig.hear(first, boot_sector.HELLO)
    first.close()
    second = rig.attach()
    second.send(b"going on")
    rig.hear(second, b"going on")
    assert rig.toolstack.domid("guest") == 1


def test_leaving_by_the_key_alone(rig: QemuRig) -> None:
    rig.create()
    channel = rig.attach()
    rig.hear(channel, boot_sector.HELLO)
    channel.send(b"x\x1d")
    rig.hear(channel, b"x\x1d")
    assert channel.leave(soon())
    assert channel.exit_status == 0
    assert rig.toolstack.domid("guest") == 1


def test_a_second_holder_is_refused(rig: QemuRig) -> None:
    rig.create()
    first = rig.attach()
    rig.hear(first, boot_sector.HELLO)
    second = rig.attach()
    status = ended(second)
    assert console_end(second.last_output.decode(), status) is ConsoleEnd.IN_USE
    first.send(b"mine")
    rig.hear(first, b"mine")


def test_a_console_of_nobody_says_so(rig: QemuRig) -> None:
    (rig.folder / "qemu").mkdir()
    channel = rig.attach()
    status = ended(channel)
    assert console_end(channel.last_output.decode(), status) is ConsoleEnd.ABSENT


def test_a_reset_is_a_restart_and_keeps_the_console(rig: QemuRig) -> None:
    rig.create()
    channel = rig.attach()
    rig.hear(channel, boot_sector.HELLO)
    channel.send(b"r")
    assert rig.hear(channel, boot_sector.HELLO) == boot_sector.HELLO
    assert rig.toolstack.domid("guest") == 2


def test_a_reset_is_counted_while_nobody_looks(rig: QemuRig) -> None:
    rig.create()
    channel = rig.attach()
    rig.hear(channel, boot_sector.HELLO)
    channel.send(b"l")
    rig.hear(channel, b"l")
    channel.close()
    deadline = soon()
    while rig.toolstack.domid("guest") == 1 and not deadline.expired:
        pass
    assert QemuToolstack(rig.folder / "qemu").domid("guest") == 2


def test_without_reboots_a_reset_ends_the_guest_and_its_console(rig: QemuRig) -> None:
    rig.create(no_reboot=True)
    channel = rig.attach()
    rig.hear(channel, boot_sector.HELLO)
    channel.send(b"r")
    assert ended(channel) == 0
    assert rig.toolstack.shutdown("guest", soon())
    assert rig.toolstack.rows() == ()


def test_a_guest_that_powers_off_is_gone(rig: QemuRig) -> None:
    rig.create()
    channel = rig.attach()
    rig.hear(channel, boot_sector.HELLO)
    channel.send(b"p")
    assert ended(channel) == 0
    assert rig.toolstack.shutdown("guest", soon())
    assert rig.create() == 1


@pytest.mark.parametrize(("key", "reason"), [(b"p", "guest-shutdown"), (b"r", "guest-reset")])
def test_a_guest_that_ended_itself_is_known_for_it(rig: QemuRig, key: bytes, reason: str) -> None:
    rig.create(no_reboot=True)
    channel = rig.attach()
    rig.hear(channel, boot_sector.HELLO)
    assert rig.toolstack.ending("guest") is None
    channel.send(key)
    assert ended(channel) == 0
    assert rig.toolstack.shutdown("guest", soon())
    assert rig.toolstack.ending("guest") == Ending(True, f"QEMU's reason for the end: {reason}")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_guest_that_the_host_ended_is_known_for_it(rig: QemuRig, number: signal.Signals) -> None:
    rig.create()
    channel = rig.attach()
    rig.hear(channel, boot_sector.HELLO)
    (guest,) = processes_in(rig.folder / "qemu")
    os.kill(guest.pid, number)
    ended(channel)
    assert rig.toolstack.shutdown("guest", soon())
    ending = rig.toolstack.ending("guest")
    assert ending
    assert not ending.by_guest
    assert ("host-signal" if number is signal.SIGTERM else "killed") in ending.words


def test_a_guest_that_ignores_the_power_button_is_still_there(rig: QemuRig) -> None:
    rig.create()
    rig.hear(rig.attach(), boot_sector.HELLO)
    assert not rig.toolstack.shutdown("guest", Deadline.after(0.5))
    assert rig.toolstack.domid("guest") == 1


def test_a_stopped_guest_can_be_destroyed(rig: QemuRig) -> None:
    rig.create()
    rig.hear(rig.attach(), boot_sector.HELLO)
    os.kill(rig.pid, signal.SIGSTOP)
    counters = rig.toolstack.counters("guest")
    assert counters is not None and (counters.disk_bytes, counters.state) == (None, "stopped")
    rig.toolstack.destroy("guest", soon())
    assert rig.toolstack.domid("guest") is None
    rig.toolstack.destroy("guest", soon())


@pytest.mark.parametrize(
    ("key", "busy", "reads"), [(b"s", True, False), (b"h", False, False), (b"d", None, True)]
)
def test_the_counters_tell_what_a_silent_guest_does(
    rig: QemuRig, key: bytes, busy: bool | None, reads: bool
) -> None:
    rig.create()
    channel = rig.attach()
    rig.hear(channel, boot_sector.HELLO)
    channel.send(key)
    channel.read(0.5)
    before = rig.toolstack.counters("guest")
    assert channel.read(2.0) == b""
    after = rig.toolstack.counters("guest")
    assert before and after and before.disk_bytes is not None and after.disk_bytes is not None
    assert after.state == "running"
    if busy is not None:
        assert (after.cpu_seconds - before.cpu_seconds > 0.3) == busy
    assert (after.disk_bytes > before.disk_bytes) == reads


def test_a_name_that_runs_is_busy(rig: QemuRig) -> None:
    rig.create()
    with pytest.raises(BusyError) as caught:
        rig.toolstack.create(rig.folder / "guest.cfg", "guest", soon())
    assert (caught.value.kind, caught.value.exit_code) == ("name-taken", 6)


def test_a_disk_of_another_guest_is_busy(rig: QemuRig) -> None:
    rig.create()
    with pytest.raises(BusyError) as caught:
        rig.toolstack.create(rig.describe("second", disk=rig.folder / "guest.img"), "second", soon())
    assert (caught.value.kind, caught.value.exit_code) == ("disk-in-use", 6)
    assert "lock" in (caught.value.host_said or "")
    assert [done.status for done in rig.refused] == [1]
    assert sorted(path.name for path in (rig.folder / "qemu").iterdir()) == [
        "guest.log",
        "guest.monitor",
        "guest.serial",
    ]


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ("-kernel /nowhere/linux\n", "kernel-missing"),
        ("-drive file=/nowhere/disk,format=raw,if=ide\n", "disk-missing"),
        ("-m 100000000\n", "memory-short"),
        ("-no-such-option\n", "refused"),
    ],
)
def test_what_qemu_refuses_is_explained(rig: QemuRig, options: str, kind: str) -> None:
    description = rig.describe()
    description.write_text(description.read_text() + options)
    with pytest.raises(HostError) as caught:
        rig.toolstack.create(description, "guest", soon())
    assert caught.value.kind == kind
    assert caught.value.hint and caught.value.host_said
    assert rig.toolstack.domid("guest") is None
    assert list((rig.folder / "qemu").iterdir()) == []


def test_a_build_folder_may_have_a_long_path(tmp_path: Path) -> None:
    """Longer than a socket's address can be."""
    deep = tmp_path / ("deep" * 20) / ("deeper" * 10)
    deep.mkdir(parents=True)
    rig = QemuRig(deep)
    rig.create()
    try:
        rig.hear(rig.attach(), boot_sector.HELLO)
        assert rig.toolstack.counters("guest") is not None
    finally:
        rig.toolstack.destroy("guest", soon())
        rig.channels[0].close()


def test_tidying_leaves_nothing_but_a_living_guest(rig: QemuRig) -> None:
    rig.create()
    rig.toolstack.tidy()
    assert rig.toolstack.domid("guest") == 1
    rig.toolstack.destroy("guest", soon())
    rig.toolstack.tidy()
    assert not (rig.folder / "qemu").exists()


def test_no_qemu_is_said_with_its_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HostError) as caught:
        QemuToolstack(tmp_path)
    assert caught.value.kind == "toolstack-missing"
    assert "apt-get install" in (caught.value.hint or "")


def test_kvm_is_taken_only_where_a_guest_ran_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake_qemu: Callable[[str], str]
) -> None:
    accelerator.accelerator.cache_clear()
    assert accelerator.accelerator(fake_qemu("exit 85")) == accelerator.KVM
    assert accelerator.accelerator(fake_qemu("exit 0")) == accelerator.TCG
    assert accelerator.accelerator(fake_qemu("kill -ABRT $$")) == accelerator.TCG
    assert accelerator.accelerator(str(tmp_path / "nothing")) == accelerator.TCG


def test_the_trials_guest_runs_under_emulation() -> None:
    assert accelerator._runs(PROGRAM, accelerator.TCG)


@pytest.fixture
def fake_qemu(tmp_path: Path) -> Callable[[str], str]:
    made = iter(range(99))

    def make(body: str) -> str:
        path = tmp_path / f"qemu{next(made)}"
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
        return str(path)

    return make
