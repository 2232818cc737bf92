"""What is looked at on the boot of the exported image, besides the steps: who it is, and what it does on a new network.

Nothing of it changes the guest: the context script runs in namespaces of its own, unshare(1).
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

from autoinstall.guest.shell import Shell
from autoinstall.guest.steps import Check

CONTEXT_SCRIPTS = ("/etc/init.d/vmcontext", "/usr/local/sbin/vmcontext")
RULES = "/etc/udev/rules.d/70-persistent-net.rules"
CONTEXT_SECONDS = 120.0
IDENTITY_SECONDS = 180
"""Five times what contextualization may take after the login on a loaded machine without hardware virtualisation."""
FROM_CONTEXT = "address from the CONTEXT disk"
_CONTEXT_DEVICES = "/dev/disk/by-label/CONTEXT /dev/sr0 /dev/xvdb"
_ADDRESSES = "ip -4 -o addr show | sed -n 's/.* inet \\([^ ]*\\) .*/\\1/p'"


@dataclass(frozen=True)
class Identity:
    """What a CONTEXT disk tells a guest: its name, and the IPv4 address of its first card."""

    hostname: str
    address: str


@dataclass(frozen=True)
class Expected:
    """What the exported guest must be: its name and users as the installer was told, None and none where it was not."""

    hostname: str | None
    users: tuple[str, ...]
    no_users: tuple[str, ...]
    """Whom the guest was rid of."""
    has_context_script: bool
    """One of CONTEXT_SCRIPTS was put into it, by a profile or by name."""
    identity: Identity | None = None
    """What it must have taken from its CONTEXT disk, in place of its name."""


def boot_checks(shell: Shell, expected: Expected) -> Iterator[Check]:
    """The named checks."""
    if expected.identity is not None and _sees_a_context_disk(shell):
        yield from _identity(shell, expected.identity)
    else:
        if expected.identity is not None:
            yield Check(FROM_CONTEXT, None, f"the guest has none of {_CONTEXT_DEVICES}")
        if expected.hostname is not None:
            yield _hostname(shell, expected.hostname)
    yield from (_user(shell, name) for name in dict.fromkeys(expected.users))
    yield from (_no_user(shell, name) for name in expected.no_users)
    yield _no_persistent_rules(shell)
    if expected.has_context_script:
        yield _context_script(shell)


def _hostname(shell: Shell, wanted: str) -> Check:
    found = _said(shell, "hostname")
    return Check("hostname", found == wanted.partition(".")[0], f"the guest calls itself {found!r}")


def _sees_a_context_disk(shell: Shell) -> bool:
    return shell.run(f"ls {_CONTEXT_DEVICES} 2>/dev/null | grep -q .").status == 0


def _identity(shell: Shell, wanted: Identity) -> Iterator[Check]:
    """Contextualization may go on while somebody logs in: it is given its time."""
    named = f'[ "$(hostname)" = {shlex.quote(wanted.hostname)} ]'
    addressed = f"{_ADDRESSES} | grep -q {shlex.quote(f'^{wanted.address}/')}"
    shell.run(
        f"for second in $(seq {IDENTITY_SECONDS}); do {named} && {addressed} && break; sleep 1; done",
        timeout=2.0 * IDENTITY_SECONDS,
    )
    yield _hostname(shell, wanted.hostname)
    found = _said(shell, _ADDRESSES).split()
    ok = any(one.startswith(f"{wanted.address}/") for one in found)
    evidence = f"it gives {wanted.address}; the guest has {', '.join(found) or 'none'}"
    yield Check(FROM_CONTEXT, ok, evidence)


def _user(shell: Shell, name: str) -> Check:
    found = _said(shell, f"getent passwd {shlex.quote(name)}")
    return Check(f"user {name}", bool(found), found or "no such user")


def _no_user(shell: Shell, name: str) -> Check:
    found = _said(shell, f"getent passwd {shlex.quote(name)}")
    return Check(f"no user {name}", not found, found or "no such user")


def _no_persistent_rules(shell: Shell) -> Check:
    """After a boot with another address than that of the installation, nothing may name the new card eth1."""
    found = _said(shell, f"grep -v -e '^#' -e '^$' {RULES}")
    cards = _said(shell, "cat /sys/class/net/*/address | grep -v ^00:00:00:00:00:00 | tr '\\n' ' '")
    evidence = f"{RULES} has {found!r}" if found else f"{RULES} names no card"
    return Check(
        "no persistent network names", not found, f"{evidence}; this boot's addresses: {cards or 'none'}"
    )


def _context_script(shell: Shell) -> Check:
    program = resources.files(__package__).joinpath("verify_context.sh").read_text()
    settings = {"program": program, "scripts": " ".join(CONTEXT_SCRIPTS), "place": ""}
    exports = "".join(f"{name}={shlex.quote(value)}; export {name}\n" for name, value in settings.items())
    done = shell.run(exports + 'sh -c "$program"', timeout=CONTEXT_SECONDS)
    word, _, evidence = shell.shown(done.stdout).strip().rpartition("\n")[2].partition(" ")
    ok = {"ok": True, "not": None}.get(word, False)
    return Check("context script on a new network", ok, evidence or f"it ended with status {done.status}")


def _said(shell: Shell, command: str) -> str:
    return shell.shown(shell.run(command).stdout).strip()
