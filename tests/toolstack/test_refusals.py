"""Each refusal of xm and xl, in its own words, becomes its error."""

from __future__ import annotations

import pytest

from autoinstall.errors import BusyError, HostError
from autoinstall.process import Completed
from autoinstall.toolstack.refusals import ConsoleEnd, console_end, error_of

CREATE_FAILED = (
    "libxl: error: libxl_domain.c:1183:libxl__destroy_domid: Domain 9:Non-existant domain\n"
    "libxl: error: libxl_domain.c:1137:domain_destroy_callback: Domain 9:Unable to destroy guest\n"
    "libxl: error: libxl_domain.c:1064:domain_destroy_cb: Domain 9:Destruction of domain failed\n"
)


@pytest.mark.parametrize(
    ("said", "kind", "error"),
    [
        ("Error: VM name 'ubuntu' already exists as domain 3", "name-taken", BusyError),
        ("Error: VM name 'ubuntu' already exists", "name-taken", BusyError),
        ("Error: VM name 'ubuntu' already in use by domain 3", "name-taken", BusyError),
        (
            'libxl: error: libxl_domain.c:81:libxl__domain_rename: Domain 3:Domain with name "m1" already exists.\n'
            "libxl: error: libxl_create.c:1296:initiate_domain_create: Domain 3:cannot make domain: -6\n",
            "name-taken",
            BusyError,
        ),
        (
            'libxl: error: libxl.c:320:libxl__domain_rename: domain with name "ubuntu" already exists.',
            "name-taken",
            BusyError,
        ),
        (
            "Error: Device 51712 (vbd) could not be connected.\nFile /d.img is loopback-mounted through /dev/loop0,\n"
            "which is mounted in a guest domain,\nand so cannot be mounted now.",
            "disk-in-use",
            BusyError,
        ),
        ("Error: Kernel image does not exist: /k", "kernel-missing", HostError),
        ("Error: Kernel ramdisk does not exist: /i", "kernel-missing", HostError),
        (
            "xc: error: panic: xg_dom_core.c:205: failed to open file '/nokernel': No such file or directory: "
            "Internal error\nlibxl: error: libxl_dom.c:646:libxl__build_pv: xc_dom_kernel_file failed: "
            "No such file or directory\nlibxl: error: cannot (re-)build domain: -3\n",
            "kernel-missing",
            HostError,
        ),
        (
            "xc: error: panic: xg_dom_core.c:689: xc_dom_find_loader: no loader found: Invalid kernel\n"
            "libxl: error: libxl__build_dom: xc_dom_parse_image failed",
            "kernel-invalid",
            HostError,
        ),
        ("Error: Disk '/path/ubuntu.img' isn't accessible", "disk-missing", HostError),
        ("Error: Disk isn't accessible", "disk-missing", HostError),
        (
            "libxl: error: libxl_device.c:455:libxl__device_disk_set_backend: Disk vdev=xvda failed to stat: "
            "/srv/xen/none.img: No such file or directory",
            "disk-missing",
            HostError,
        ),
        (
            "Error: Device 0 (vif) could not be connected. Hotplug scripts not working.",
            "bridge-missing",
            HostError,
        ),
        (
            "libxl: error: libxl_exec.c:117:libxl_report_child_exitstatus: /etc/xen/scripts/vif-bridge online [1234] "
            "exited with error status 1\nlibxl: error: device_hotplug_child_death_cb: script: "
            "Could not find bridge device nobr0\n",
            "bridge-missing",
            HostError,
        ),
        (
            "Error: I need 262144 KiB, but dom0_min_mem is 262144 and shrinking to 262144 KiB would leave only 1 KiB "
            "free.",
            "memory-short",
            HostError,
        ),
        (
            "Error: Not enough free memory and enable-dom0-ballooning is False, so I cannot release any more.  "
            "I need 262144 KiB but only have 1234.",
            "memory-short",
            HostError,
        ),
        (
            "Error: Not enough memory is available, and dom0 cannot be shrunk any further",
            "memory-short",
            HostError,
        ),
        ("failed to free memory for the domain", "memory-short", HostError),
        (
            "xc: error: panic: xg_dom_boot.c:119: xc_dom_boot_mem_init: can't allocate low memory for domain: "
            "Out of memory",
            "memory-short",
            HostError,
        ),
        ("Error: [Errno 28] No space left on device", "disk-full", HostError),
        ("Error: Boot loader didn't return any data!", "boot-loader-failed", HostError),
        (
            "libxl: error: libxl_bootloader.c:767:bootloader_finished: Domain 18:bootloader failed - consult logfile "
            "/var/log/xen/bootloader.18.log",
            "boot-loader-failed",
            HostError,
        ),
        ("Error: Most commands need root access. Please try again as root.", "not-permitted", HostError),
        (
            "xencall: error: Could not obtain handle on privileged command interface: Permission denied\n"
            "libxl: error: libxl.c:102:libxl_ctx_alloc: cannot open libxc handle: Permission denied\n"
            "cannot init xl context",
            "not-permitted",
            HostError,
        ),
        (
            "Error: Unable to connect to xend: Connection refused. Is xend running?",
            "toolstack-down",
            HostError,
        ),
        ("sudo: a password is required", "sudo-asks", HostError),
        ("Error: Device creation failed for domain ubuntu", "refused", HostError),
        ("", "refused", HostError),
    ],
)
def test_the_hosts_words_and_what_they_mean(said: str, kind: str, error: type[Exception]) -> None:
    words = said + ("\n" + CREATE_FAILED if said.startswith("libxl") else "")
    failure = error_of(Completed(("xm", "create", "f"), 1, "", words), "start domain ubuntu")
    assert (failure.kind, type(failure)) == (kind, error)
    assert failure.hint
    assert (failure.host_said or "") == words.strip()


@pytest.mark.parametrize(
    ("said", "status", "end"),
    [
        ("", 0, ConsoleEnd.OVER),
        (
            "xenconsole: Could not lock tty '/dev/pts/4': Resource temporarily unavailable",
            11,
            ConsoleEnd.IN_USE,
        ),
        (
            "xenconsole: Could not lock /var/lock/xenconsole.16: Resource temporarily unavailable",
            11,
            ConsoleEnd.IN_USE,
        ),
        ("xenconsole: Could not read tty from store: No such file or directory", 2, ConsoleEnd.NOT_READY),
        ("Error: Domain 'ubuntu' does not exist.", 3, ConsoleEnd.ABSENT),
        ("ubuntu is an invalid domain identifier (rc=-6)", 1, ConsoleEnd.ABSENT),
        ("xenconsole: Could not contact XenStore: Permission denied", 13, ConsoleEnd.REFUSED),
        ("", 255, ConsoleEnd.REFUSED),
    ],
)
def test_why_a_console_ended(said: str, status: int, end: ConsoleEnd) -> None:
    assert console_end(said, status) is end


@pytest.mark.parametrize(
    ("status", "over_ssh", "end"),
    [
        (255, True, ConsoleEnd.CUT), (255, False, ConsoleEnd.REFUSED), (-9, False, ConsoleEnd.CUT),
        (-15, True, ConsoleEnd.CUT), (0, True, ConsoleEnd.OVER),
    ],
)  # fmt: skip
def test_a_connection_that_was_cut(status: int, over_ssh: bool, end: ConsoleEnd) -> None:
    assert console_end("", status, over_ssh=over_ssh) is end
