"""grub-installer: into the master boot record, or where a person says."""

from __future__ import annotations

from autoinstall.rehearsal.installer.component import Component, State, walk
from autoinstall.rehearsal.installer.endings import StepFailed
from autoinstall.rehearsal.installer.installation import Installation

_ONLY = "grub-installer/only_debian"
_DEVICE = "grub-installer/bootdev"
_FAILED = "grub-installer/grub-install-failed"


class _GrubInstaller:
    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._debconf = installation.debconf
        self._disk = f"/dev/{installation.written_disk().device}"

    def run(self) -> bool:
        steps = {"Looking for other operating systems...": 0.1, "Installing the 'grub-pc' package...": 0.1}
        self._installation.screen.progress("Installing GRUB boot loader", steps)
        states: list[State] = [self._ask_whether, self._ask_device]
        if not walk(self._debconf, states):
            return False
        device = self._disk if self._debconf.is_true(_ONLY) else self._debconf.get(_DEVICE)
        self._install(device)
        return True

    def _ask_whether(self) -> None:
        self._debconf.input("high", _ONLY)

    def _ask_device(self) -> None:
        if self._debconf.is_true(_ONLY):
            return
        if not self._debconf.get(_DEVICE):
            self._debconf.set(_DEVICE, self._disk)
        self._debconf.input("critical", _DEVICE)

    def _install(self, device: str) -> None:
        steps = {f'Running "grub-install {device}"...': 0.15, 'Running "update-grub"...': 0.15}
        self._installation.screen.progress("Installing GRUB boot loader", steps)
        if device in (self._disk, f"{self._disk}1", "(hd0)"):
            return
        self._debconf.subst(_FAILED, BOOTDEV=device)
        self._debconf.unsee(_ONLY, _DEVICE)
        self._installation.tell("critical", _FAILED)
        raise StepFailed


GRUB_INSTALLER = Component(
    "Install the GRUB boot loader on a hard disk", lambda installation: _GrubInstaller(installation).run()
)
