"""Where everything lies below the lab's folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scripts.lab.folder import LabFolder

READY = "ready"
"""The saved state that `up` begins with: booted, logged in to once, no guest."""


@dataclass(frozen=True, slots=True)
class Lab(LabFolder):
    """The lab's folder."""

    program = "xen-lab"

    def claim(self) -> None:
        """As any lab's folder, with what is in it. Raises BusyError."""
        LabFolder.claim(self)
        for made in (self.boot, self.run, self.saved):
            made.mkdir(exist_ok=True)

    @property
    def lock(self) -> Path:
        return self.folder / "lock"

    @property
    def stamps(self) -> Path:
        return self.folder / "steps"

    @property
    def image(self) -> Path:
        """The root file system of dom0, pristine."""
        return self.folder / "dom0.img"

    @property
    def boot(self) -> Path:
        """Xen, dom0's kernel and its initrd, as QEMU loads them."""
        return self.folder / "boot"

    @property
    def versions(self) -> Path:
        """The packages that matter, a name and a version a line."""
        return self.folder / "dom0-versions.txt"

    @property
    def build_log(self) -> Path:
        return self.folder / "dom0-build.log"

    @property
    def key(self) -> Path:
        """The key that opens dom0, and nothing else."""
        return self.folder / "key"

    @property
    def known_hosts(self) -> Path:
        return self.folder / "known_hosts"

    @property
    def ssh_config(self) -> Path:
        return self.folder / "ssh_config"

    @property
    def run(self) -> Path:
        """The working folder of the running machine; `up` begins it anew."""
        return self.folder / "run"

    @property
    def disk(self) -> Path:
        """What the running machine has written, over the pristine image."""
        return self.run / "disk.qcow2"

    @property
    def monitor(self) -> Path:
        return self.run / "monitor"

    @property
    def serial(self) -> Path:
        """What Xen and dom0 say on their serial line."""
        return self.run / "serial.log"

    @property
    def qemu_log(self) -> Path:
        return self.run / "qemu.log"

    @property
    def made_of(self) -> Path:
        """The checksum of what the running dom0 is made of."""
        return self.run / "made-of"

    @property
    def port(self) -> Path:
        return self.run / "port"

    @property
    def saved(self) -> Path:
        return self.folder / "saved"

    def saved_disk(self, name: str) -> Path:
        """A saved machine: its disk with its memory in it."""
        return self.saved / f"{name}.qcow2"

    def saved_stamp(self, name: str) -> Path:
        """What the saved machine fits: another dom0 or another QEMU cannot go on with it."""
        return self.saved / f"{name}.json"
