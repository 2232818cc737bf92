"""What a toolstack's own words mean: whose fault it is, and what to do about it.

Only an exit status says that a command failed (a good `xl create` can print "error" and "panic");
these rules say what kind of failure it was. Texts are those of Xen 4.2's and 4.17's tools.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from autoinstall.errors import AutoinstallError, BusyError, HostError
from autoinstall.process import Completed
from autoinstall.toolstack.host import OTHER_DOMAIN
from autoinstall.toolstack.ssh_failures import SSH_FAILED

LONGEST_QUOTE = 4000
"""Characters of a host's words that are kept; the end says most."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One kind of refusal: how it is told, what it is called, which exit code it has, and a hint."""

    pattern: re.Pattern[str]
    kind: str
    error: type[AutoinstallError]
    sentence: str
    hint: str


def _refusal(pattern: str, kind: str, error: type[AutoinstallError], sentence: str, hint: str) -> Refusal:
    return Refusal(re.compile(pattern), kind, error, sentence, hint)


REFUSALS = (
    _refusal(
        r"sudo: (?:a password is required|a terminal is required|no tty present|.*may not run sudo)"
        r"|is not in the sudoers file",
        "sudo-asks",
        HostError,
        "sudo asks for a password",
        "run autoinstall as root, or allow the command without a password in sudoers (NOPASSWD)",
    ),
    _refusal(
        r"Most commands need root access|privileged command interface: Permission denied"
        r"|cannot init xl context|Could not contact XenStore: Permission denied",
        "not-permitted",
        HostError,
        "the toolstack needs root",
        "run autoinstall as root, or as a user who may run the toolstack through `sudo -n`",
    ),
    _refusal(
        r"(?:sh|env|sudo): .*x[lm]: (?:command )?not found",
        "toolstack-missing",
        HostError,
        "the host has no such command",
        "is this the Xen host (dom0)? which toolstack has it: --toolstack xl or xm",
    ),
    _refusal(
        r"Unable to connect to xend|Is xend running\?|cannot open libxc handle|xenstore.*Connection refused",
        "toolstack-down",
        HostError,
        "the host's Xen daemon does not answer",
        "is this the Xen host (dom0), and do its services run?",
    ),
    _refusal(
        r"VM name '.*' already (?:exists|in use)|[Dd]omain with name \".*\" already exists",
        "name-taken",
        BusyError,
        "a domain of this name already runs",
        "end that domain, or give this build's domains other names (machine.names)",
    ),
    _refusal(
        r"cannot be mounted now|(?:vbd|disk|[Dd]evice).*(?:is )?already (?:in use|mounted|used)"
        r"|Failed to get \".*\" lock",
        "disk-in-use",
        BusyError,
        "another domain uses the disk",
        "end the domain that has the disk",
    ),
    _refusal(
        r"Kernel (?:image|ramdisk) does not exist|xc_dom_(?:kernel|ramdisk)_file failed"
        r"|could not (?:open|load) kernel|error reading initrd",
        "kernel-missing",
        HostError,
        "the host does not find the kernel or its ramdisk",
        "may the toolstack read the build folder?",
    ),
    _refusal(
        r"no loader found|xc_dom_parse_image failed|Invalid kernel|invalid kernel header",
        "kernel-invalid",
        HostError,
        "the host cannot load this kernel",
        "is it a kernel that runs as a Xen guest (netboot/xen/vmlinuz)?",
    ),
    _refusal(
        r"Disk .*isn't accessible|failed to stat: |-drive .*: Could not open",
        "disk-missing",
        HostError,
        "the host cannot open the disk",
        "may the toolstack read and write the build folder?",
    ),
    _refusal(
        r"\(vif\) could not be connected|Could not find bridge device|unable to add (?:vif|nic) devices",
        "bridge-missing",
        HostError,
        "the host has no such bridge",
        "make the bridge, or name another one (machine.bridge); `ip link show type bridge` lists them",
    ),
    _refusal(
        r"I need \d+ KiB|[Nn]ot enough (?:free )?memory|failed to free memory|: Out of memory"
        r"|[Cc]annot allocate memory|cannot set up guest memory",
        "memory-short",
        HostError,
        "the host has too little free memory",
        "end another domain, or ask for less (machine.memory, machine.boot_memory)",
    ),
    _refusal(
        r"No space left on device",
        "disk-full",
        HostError,
        "the host's disk is full",
        "free some space on the host (/var/run, /var/log, the build folder)",
    ),
    _refusal(
        r"Boot loader didn't return any data|Bootloader isn't executable|bootloader failed"
        r"|bootloader \[-?\d+\] exited|Unable to find partition containing kernel",
        "boot-loader-failed",
        HostError,
        "the boot loader found nothing to start on the disk",
        "look into the host's boot loader log (/var/log/xen/bootloader.*.log)",
    ),
)

_ABSENT = re.compile(
    r"Domain '.*' does not exist|Domain '.*' is not started|is an invalid domain identifier"
    r"|Can't get domid of domain name|no guest listens on this console"
)


def means_absent(said: str) -> bool:
    """Whether the toolstack says that there is no such domain (its exit status differs between versions)."""
    return _ABSENT.search(said) is not None


def error_of(done: Completed, doing: str) -> AutoinstallError:
    """The error that a failed command stands for; `doing` completes "could not ..."."""
    said = done.said[-LONGEST_QUOTE:]
    for refusal in REFUSALS:
        if refusal.pattern.search(said):
            return refusal.error(
                f"could not {doing}: {refusal.sentence}", kind=refusal.kind, hint=refusal.hint, host_said=said
            )
    return HostError(
        f"could not {doing}: exit status {done.status}",
        kind="refused",
        hint=f"run it by hand: {done.command_line}",
        host_said=said or None,
    )


class ConsoleEnd(StrEnum):
    """Why a console client ended before the guest said anything."""

    IN_USE = "in-use"
    NOT_READY = "not-ready"
    ABSENT = "absent"
    OVER = "over"
    CUT = "cut"
    REFUSED = "refused"


def console_end(said: str, status: int | None, *, over_ssh: bool = False) -> ConsoleEnd:
    """What a console client's exit status, told apart by what it printed, says.

    Status 0 says only that the console is over; 11 and the words "Could not lock" that somebody else
    holds it; a tty that is not in the store yet, that the domain is still being built; a signal, or ssh's
    own status where it was `over_ssh`, that only the client or its connection has ended.
    """
    if status == 0:
        return ConsoleEnd.OVER
    if (over_ssh and status == SSH_FAILED) or (status is not None and status < 0):
        return ConsoleEnd.CUT
    if "Could not lock" in said:
        return ConsoleEnd.IN_USE
    if means_absent(said) or (over_ssh and status == OTHER_DOMAIN):
        return ConsoleEnd.ABSENT
    if "Could not read tty from store" in said or "Could not open tty" in said:
        return ConsoleEnd.NOT_READY
    if "Unable to attach console" in said and "unable to get domain type" in said:
        return ConsoleEnd.ABSENT
    return ConsoleEnd.REFUSED
