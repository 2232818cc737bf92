"""What the console shows before the first dialog: the PV kernel of netboot/xen and the initrd's init.

Words and order: a PV boot of 3.2 with `kernel=`, as public recordings of Xen guests show it.
"""

from __future__ import annotations

from autoinstall.rehearsal.installer.console import Console
from autoinstall.rehearsal.installer.machine import Machine

_BANNER = (
    "Linux version 3.2.0-23-virtual (buildd@crested) (gcc version 4.6.3 (Ubuntu/Linaro 4.6.3-1ubuntu4) )"
    " #36-Ubuntu SMP Tue Apr 10 22:29:03 UTC 2012 (Ubuntu 3.2.0-23.36-virtual 3.2.14)"
)
_EACH = 0.004
"""Seconds a line; the whole boot takes about a tenth of a second."""


def boot(console: Console, machine: Machine) -> None:
    """Print the boot; with `quiet` on the command line only what the installer's own init says."""
    if not machine.command_line.quiet:
        console.lines((f"[    {stamp:.6f}] {text}" for stamp, text in _kernel(machine)), _EACH)
    console.lines(["", "Starting system log daemon: syslogd, klogd."], _EACH)


def _kernel(machine: Machine) -> list[tuple[float, str]]:
    pages = machine.memory * 256
    zero = [
        "Initializing cgroup subsys cpuset",
        "Initializing cgroup subsys cpu",
        _BANNER,
        f"Command line: {machine.extra}".rstrip(),
        "KERNEL supported cpus:",
        "  Intel GenuineIntel",
        "  AMD AuthenticAMD",
        "  Centaur CentaurHauls",
        "ACPI in unprivileged domain disabled",
        "BIOS-provided physical RAM map:",
        " Xen: 0000000000000000 - 00000000000a0000 (usable)",
        " Xen: 00000000000a0000 - 0000000000100000 (reserved)",
        f" Xen: 0000000000100000 - {machine.memory << 20:016x} (usable)",
        "NX (Execute Disable) protection: active",
        "DMI not present or invalid.",
        f"last_pfn = {pages:#x} max_arch_pfn = 0x400000000",
        "Booting paravirtualized kernel on Xen",
        "Xen version: 4.1.2 (preserve-AD)",
        "setup_percpu: NR_CPUS:64 nr_cpumask_bits:64 nr_cpu_ids:1 nr_node_ids:1",
        f"Built 1 zonelists in Zone order, mobility grouping on.  Total pages: {pages * 63 // 64}",
        f"Kernel command line: {machine.extra}".rstrip(),
        "Console: colour dummy device 80x25",
        "console [tty0] enabled",
        "console [hvc0] enabled",
        "Xen: using vcpuop timer interface",
    ]
    later = [
        (
            0.020000,
            "Calibrating delay loop (skipped), value calculated using timer frequency.. 4800.09 BogoMIPS",
        ),
        (0.094112, "devtmpfs: initialized"),
        (0.097243, "Grant table initialized"),
        (0.139554, "xen/balloon: Initialising balloon driver."),
        (0.271377, "Unpacking initramfs..."),
        (0.640021, "Freeing initrd memory: 15928k freed"),
        (0.701984, "Initialising Xen virtual ethernet driver."),
        *(
            (0.75 + at / 100, f"blkfront: {disk.device}: barrier or flush: disabled")
            for at, disk in enumerate(machine.disks)
        ),
        (0.861213, "Freeing unused kernel memory: 920k freed"),
    ]
    return [(0.0, text) for text in zero] + later
