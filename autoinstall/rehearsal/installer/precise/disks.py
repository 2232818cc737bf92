"""disk-detect and partman: guided partitioning of a whole disk, up to a file system on it."""

from __future__ import annotations

from autoinstall.rehearsal.installer.component import Component, State, walk
from autoinstall.rehearsal.installer.endings import StepFailed
from autoinstall.rehearsal.installer.installation import Installation
from autoinstall.rehearsal.installer.templates import join_choices

_METHOD = "partman-auto/init_automatically_partition"
_DISK = "partman-auto/select_disk"
_PRESEEDED_METHOD = "partman-auto/method"
_PRESEEDED_DISK = "partman-auto/disk"
_METHODS = {
    "regular": "Guided - use entire disk",
    "lvm": "Guided - use entire disk and set up LVM",
    "crypto": "Guided - use entire disk and set up encrypted LVM",
    "manual": "Manual",
}


class _Partman:
    """Whole disks only: every other method ends in partman's own error and comes back to the question."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._debconf = installation.debconf
        self._disks = installation.machine.disks

    def run(self) -> bool:
        self._installation.screen.progress(
            "Starting up the partitioner", {"Scanning disks...": 0.15, "Detecting file systems...": 0.1}
        )
        self._debconf.align = True
        while walk(self._debconf, self._states()):
            if self._confirmed():
                self._format()
                return True
            self._debconf.unsee(_METHOD, _DISK, "partman/confirm", "partman/confirm_nooverwrite")
        return False

    def _states(self) -> list[State]:
        return [self._ask_method, self._ask_disk]

    def _ask_method(self) -> None:
        if not self._disks:
            raise StepFailed
        self._debconf.subst(
            _METHOD,
            CHOICES=join_choices(tuple(_METHODS)),
            DESCRIPTIONS=join_choices(tuple(_METHODS.values())),
        )
        if self._debconf.seen(_PRESEEDED_METHOD):
            self._debconf.preseed({_METHOD: self._debconf.get(_PRESEEDED_METHOD)})
            self._debconf.unsee(_PRESEEDED_METHOD)
        self._debconf.input("critical", _METHOD)

    def _ask_disk(self) -> State | None:
        if self._debconf.get(_METHOD) != "regular":
            self._debconf.unsee(_METHOD)
            self._debconf.input("critical", "partman-auto/autopartitioning_failed")
            return self._ask_method
        self._debconf.subst(
            _DISK,
            CHOICES=join_choices(tuple(f"/dev/{disk.device}" for disk in self._disks)),
            DESCRIPTIONS=join_choices(tuple(disk.label for disk in self._disks)),
        )
        if self._debconf.seen(_PRESEEDED_DISK):
            self._debconf.preseed({_DISK: self._debconf.get(_PRESEEDED_DISK)})
            self._debconf.unsee(_PRESEEDED_DISK)
        self._debconf.input("critical", _DISK)
        return None

    def _confirmed(self) -> bool:
        wanted = self._debconf.get(_DISK)
        self._installation.disk = next(
            (disk for disk in self._disks if f"/dev/{disk.device}" == wanted), self._disks[0]
        )
        self._installation.screen.progress("Please wait...", {"Computing the new partitions...": 0.1})
        name = "partman/confirm" if self._installation.disk.partitioned() else "partman/confirm_nooverwrite"
        self._debconf.subst(name, ITEMS=_changes(self._installation.disk.device))
        self._debconf.set(name, "false")
        self._debconf.backup = False
        self._installation.tell("critical", name)
        self._debconf.backup = True
        return self._debconf.is_true(name)

    def _format(self) -> None:
        disk = self._installation.written_disk()
        line = "Creating {} for / in partition #1 of Virtual disk 1 ({})..."
        self._installation.screen.open_progress("Partitions formatting")
        self._installation.screen.advance({line.format("ext4 file system", disk.device): 0.3}, 0, 66)
        self._installation.partition_disk()
        swap = f"Formatting swap space in partition #5 of Virtual disk 1 ({disk.device})..."
        self._installation.screen.advance({swap: 0.05}, 66, 100)
        self._installation.screen.close_progress()


def _changes(device: str) -> str:
    disk = f"Virtual disk 1 ({device})"
    return (
        "The partition tables of the following devices are changed:\n"
        f"   {disk}\n\n"
        "The following partitions are going to be formatted:\n"
        f"   partition #1 of {disk} as ext4\n"
        f"   partition #5 of {disk} as swap"
    )


def _detect_disks(installation: Installation) -> bool:
    installation.screen.progress(
        "Detecting disks and all other hardware", {"Detecting hardware, please wait...": 0.2}
    )
    return True


DISK_DETECT = Component("Detect disks", _detect_disks)
PARTMAN = Component("Partition disks", lambda installation: _Partman(installation).run())
