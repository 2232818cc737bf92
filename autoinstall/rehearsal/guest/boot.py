"""What a paravirtual Ubuntu 12.04 prints from the boot loader to its login prompt."""

from __future__ import annotations

from autoinstall.rehearsal.guest.domain import Domain
from autoinstall.rehearsal.guest.machine import Machine

KERNEL = "3.2.0-23-generic"
VERSION = (
    f"Linux version {KERNEL} (buildd@crested) (gcc version 4.6.3 (Ubuntu/Linaro 4.6.3-1ubuntu4) )"
    " #36-Ubuntu SMP Tue Apr 10 20:39:51 UTC 2012 (Ubuntu 3.2.0-23.36-generic 3.2.14)"
)


def kernel_lines(domain: Domain) -> list[str]:
    """The kernel's own lines, in order; `quiet` keeps them off the console."""
    pages = domain.memory * 256
    return [
        "Initializing cgroup subsys cpuset",
        "Initializing cgroup subsys cpu",
        VERSION,
        f"Command line: {domain.arguments}",
        "ACPI in unprivileged domain disabled",
        "Booting paravirtualized kernel on Xen",
        "Xen version: 4.1.2 (preserve-AD)",
        f"Built 1 zonelists in Zone order, mobility grouping on.  Total pages: {pages}",
        f"Kernel command line: {domain.arguments}",
        f"Memory: {domain.memory * 1024 - 9216}k/{domain.memory * 1024}k available",
        "console [hvc0] enabled",
        "Detected 2400.000 MHz processor.",
        "Brought up 1 CPUs",
        "NET: Registered protocol family 16",
        "Switching to clocksource xen",
        "blkfront: xvda: barrier: enabled",
        " xvda: xvda1 xvda2 < xvda5 >",
        *(f"netfront: Initialising virtual ethernet driver for {address}." for address in domain.cards),
        "EXT4-fs (xvda1): mounted filesystem with ordered data mode. Opts: (null)",
        "Adding 524284k swap on /dev/xvda5.  Priority:-1 extents:1 across:524284k SS",
    ]


def show_kernel(machine: Machine, domain: Domain) -> None:
    """The kernel's lines, as `quiet` allows. Raises Ended."""
    quiet = "quiet" in domain.arguments.split()
    for line in kernel_lines(domain):
        if not quiet:
            machine.kernel(line)
        machine.pause(0.01)


def show_file_system_check(machine: Machine, files: int) -> None:
    """mountall's word on the root file system. Raises Ended."""
    machine.write("fsck from util-linux 2.20.1\n")
    machine.write(f"/dev/xvda1: clean, {files}/491520 files, 51711/1965568 blocks\n")
    machine.pause(0.05)


def show_services(machine: Machine) -> None:
    """The last words of rc before the getty. Raises Ended."""
    for what in (
        "Starting regular background program processing daemon",
        "Stopping System V runlevel compatibility",
    ):
        machine.write(f" * {what:<66} [ OK ]\n")
        machine.pause(0.03)


def show_going_down(machine: Machine, how: str) -> None:
    """What upstart's rc0 and rc6 print."""
    word = {"poweroff": "power off", "halt": "halt", "reboot": "reboot"}[how]
    machine.write(f"\nThe system is going down for {word} NOW!\n")
    for what in (
        "Asking all remaining processes to terminate...",
        "All processes ended within 1 seconds....",
        "Deactivating swap...",
        "Unmounting weak filesystems...",
        "Mounting root filesystem read-only...",
    ):
        machine.write(f" * {what:<66} [ OK ]\n")
    machine.write(f" * Will now {'restart' if how == 'reboot' else 'halt'}\n")


def show_end(machine: Machine, how: str) -> None:
    """The kernel's last line."""
    last = {"poweroff": "Power down.", "halt": "System halted.", "reboot": "Restarting system."}[how]
    machine.kernel(last)
