"""finish-install: the clock, the last dialog, and the end that the kernel command line wants."""

from __future__ import annotations

from autoinstall.rehearsal.disk import write_installed_disk
from autoinstall.rehearsal.installer.component import Component
from autoinstall.rehearsal.installer.endings import Ended
from autoinstall.rehearsal.installer.installation import Installation
from autoinstall.rehearsal.installer.precise.clock import ZONE
from autoinstall.rehearsal.installer.precise.software import TASKS
from autoinstall.rehearsal.system import InstalledSystem, Mirror

_UTC = "clock-setup/utc"
_COMPLETE = "finish-install/reboot_in_progress"


def _finish(installation: Installation) -> bool:
    debconf, screen = installation.debconf, installation.screen
    disk = installation.written_disk()
    debconf.input("high", _UTC)
    if not debconf.go():
        return False
    screen.open_progress("Finishing the installation")
    screen.advance({"Running finish-install hooks ...": 0.1, "Storing language...": 0.05}, 0, 40)
    with installation.writing():
        write_installed_disk(disk.path, installed_system(installation))
    screen.advance({"Saving the time zone...": 0.05, "Unmounting file systems...": 0.05}, 40, 100)
    screen.close_progress()
    if debconf.seen(_COMPLETE):
        screen.progress("Finishing the installation", {"Rebooting into your new system...": 0.1})
    elif not installation.tell("critical", _COMPLETE):
        return False
    raise Ended(_ending(installation))


def installed_system(installation: Installation) -> InstalledSystem:
    """What the answers make of the disk."""
    get, true = installation.debconf.get, installation.debconf.is_true
    return InstalledSystem(
        hostname=get("netcfg/get_hostname"),
        domain=get("netcfg/get_domain"),
        username=get("passwd/username"),
        fullname=get("passwd/user-fullname"),
        password=get("passwd/user-password"),
        root_password=get("passwd/root-password") if true("passwd/root-login") else None,
        timezone=get(ZONE),
        utc=true(_UTC),
        network=installation.network,
        mirror=Mirror(get("mirror/http/hostname"), get("mirror/http/directory"), get("mirror/http/proxy")),
        security_host=get("apt-setup/security_host") or "security.ubuntu.com",
        tasks=installation.debconf.chosen(TASKS),
        kept_arguments=installation.machine.command_line.kept,
        suite="precise",
    )


def _ending(installation: Installation) -> str:
    true = installation.debconf.is_true
    if true("debian-installer/exit/poweroff"):
        return "POWEROFF"
    if true("debian-installer/exit/always_halt") or true("debian-installer/exit/halt"):
        return "HALT"
    return "REBOOT"


FINISH_INSTALL = Component("Finish the installation", _finish)
