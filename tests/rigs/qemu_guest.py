"""Guests of one disk sector in the real QEMU, over the console's own program on a real terminal."""

from __future__ import annotations

from pathlib import Path

from autoinstall.console.channel import Channel, attach
from autoinstall.deadline import Deadline
from autoinstall.process import Completed
from autoinstall.toolstack.description import Machine
from autoinstall.toolstack.qemu import QemuToolstack
from autoinstall.toolstack.qemu_description import qemu_disk_description
from autoinstall.toolstack.qemu_process import processes_in
from tests.rigs import boot_sector

SECONDS = 60.0
"""What takes a tenth of a second where nothing else runs."""


def soon() -> Deadline:
    return Deadline.after(SECONDS)


class QemuRig:
    """A toolstack, guests for it, and consoles on them; `end` ends all that is left."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.refused: list[Completed] = []
        self.toolstack = QemuToolstack(folder / "qemu", listener=self.refused.append)
        self.channels: list[Channel] = []

    def describe(
        self, name: str = "guest", *, no_reboot: bool = False, disk: Path | None = None, drive: str = ""
    ) -> Path:
        """A description that is written down; `drive` is added to the options of its disk."""
        if disk is None:
            disk = self.folder / f"{name}.img"
            boot_sector.write_disk(disk)
        machine = Machine("deadbeef", disk, 1, "xenbr0", None)
        text = qemu_disk_description(machine, purpose="boot", name=name, memory=32)
        text = text.replace(",id=disk", ",id=disk" + drive)
        description = self.folder / f"{name}.cfg"
        description.write_text(text + ("-no-reboot\n" if no_reboot else ""))
        return description

    def create(self, name: str = "guest", *, no_reboot: bool = False, drive: str = "") -> int:
        description = self.describe(name, no_reboot=no_reboot, drive=drive)
        return self.toolstack.create(description, name, soon())

    def attach(self, name: str = "guest") -> Channel:
        command = self.toolstack.console_command(name)
        channel = attach(
            command, recorder=None, cwd=self.folder, environment=dict(self.toolstack.environment)
        )
        self.channels.append(channel)
        return channel

    def hear(self, channel: Channel, words: bytes) -> bytes:
        """All that the console says up to these words."""
        heard, deadline = b"", soon()
        while words not in heard:
            assert not deadline.expired, heard
            heard += channel.read(deadline.remaining)
        return heard

    @property
    def pid(self) -> int:
        (process,) = processes_in(self.folder / "qemu")
        return process.pid

    def end(self) -> None:
        for channel in self.channels:
            channel.close()
        for process in processes_in(self.folder / "qemu"):
            process.kill(SECONDS)
