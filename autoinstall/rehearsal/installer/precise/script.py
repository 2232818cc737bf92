"""Ubuntu 12.04's steps by their numbers in the main menu."""

from __future__ import annotations

from autoinstall.rehearsal.installer.installation import Installation
from autoinstall.rehearsal.installer.precise.base import APT_SETUP, BOOTSTRAP_BASE, DOWNLOAD_INSTALLER
from autoinstall.rehearsal.installer.precise.clock import CLOCK_SETUP
from autoinstall.rehearsal.installer.precise.disks import DISK_DETECT, PARTMAN
from autoinstall.rehearsal.installer.precise.finish import FINISH_INSTALL
from autoinstall.rehearsal.installer.precise.grub import GRUB_INSTALLER
from autoinstall.rehearsal.installer.precise.keyboard import CONSOLE_SETUP
from autoinstall.rehearsal.installer.precise.locale import LOCALECHOOSER, low_memory
from autoinstall.rehearsal.installer.precise.mirror import CHOOSE_MIRROR
from autoinstall.rehearsal.installer.precise.network import ETHDETECT, NETCFG
from autoinstall.rehearsal.installer.precise.software import PKGSEL
from autoinstall.rehearsal.installer.precise.users import USER_SETUP
from autoinstall.rehearsal.installer.script import Script
from autoinstall.rehearsal.installer.stored import DATA


def _prepare(installation: Installation) -> None:
    """lowmem speaks before the language is asked, titled as the main menu."""
    if low_memory(installation):
        installation.debconf.title = "Ubuntu installer main menu"
        installation.tell("critical", "lowmem/low")


SCRIPT = Script(
    templates=DATA / "precise.templates",
    prepare=_prepare,
    steps=(
        LOCALECHOOSER,
        CONSOLE_SETUP,
        ETHDETECT,
        NETCFG,
        CHOOSE_MIRROR,
        DOWNLOAD_INSTALLER,
        USER_SETUP,
        CLOCK_SETUP,
        DISK_DETECT,
        PARTMAN,
        BOOTSTRAP_BASE,
        APT_SETUP,
        PKGSEL,
        GRUB_INSTALLER,
        FINISH_INSTALL,
    ),
    unknown_before="partman-auto/init_automatically_partition",
)
