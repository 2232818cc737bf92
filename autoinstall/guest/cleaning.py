"""Removes from a running guest what no copy of it should have; whether it is gone is read from its disk later."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from importlib import resources

from autoinstall.errors import JobError
from autoinstall.guest.shell import Shell
from autoinstall.image.hygiene import Cure, Item, items_of

CLEANING_SECONDS = 300.0
_HEADING = "item "
_SYSTEMD = "[ -d /run/systemd/system ]"

_STOP_WRITERS = f"""\
if {_SYSTEMD}; then
  systemctl stop rsyslog.service syslog.socket 2>/dev/null
  journalctl --relinquish-var 2>/dev/null || journalctl --flush 2>/dev/null
elif [ -x /sbin/stop ]; then /sbin/stop rsyslog 2>/dev/null
elif [ -x /etc/init.d/rsyslog ]; then /etc/init.d/rsyslog stop >/dev/null 2>&1
fi"""
"""What would go on writing logs: journald writes to memory from here on."""

_STOP_SEEDING = f"{_SYSTEMD} && systemctl stop systemd-random-seed 2>/dev/null"
_BEFORE_POWER_OFF = f"{_SYSTEMD} && mount -t tmpfs -o mode=755 tmpfs /var/log 2>/dev/null"
"""What the guest logs as it goes down goes into memory too. Only systemd's guests are machines for certain."""


_REMOVE_WHOLE = 'if [ -e "$file" ] && [ ! -L "$file" ]; then echo "$file"; rm -rf -- "$file"; fi'


def has_systemd(shell: Shell) -> bool:
    """Whether the guest's init is systemd."""
    return shell.run(_SYSTEMD).status == 0


def clean(shell: Shell, items: Sequence[str], user: str | None = None) -> dict[str, tuple[str, ...]]:
    """Clean the guest of these items; gives the paths that it had of each. Done twice it is the same as done once.
    `user` is the one that the installer made.

    Raises JobError (`hygiene`) where the guest refuses.
    """
    if "ssh-host-keys" in items:
        _have_keys_made_again(shell)
    said = _run(shell, clean_command(items, user))
    found: dict[str, list[str]] = {name: [] for name in items_of(user) if name in items}
    current: list[str] = []
    for line in said.splitlines():
        if line.startswith(_HEADING):
            current = found[line.removeprefix(_HEADING)]
        elif line.startswith("/"):
            current.append(line)
    return {name: tuple(paths) for name, paths in found.items()}


def clean_command(items: Sequence[str], user: str | None = None) -> str:
    """The shell commands that clean a guest of these items, each item's paths after a line with its name."""
    parts = []
    if "logs" in items:
        parts.append(_STOP_WRITERS)
    if "random-seed" in items:
        parts.append(_STOP_SEEDING)
    for name, item in items_of(user).items():
        if name in items:
            parts += [f"echo {_HEADING}{name}", cure_command(item)]
    if "logs" in items:
        parts.append(_BEFORE_POWER_OFF)
    return "\n".join([*parts, "true"])


def cure_command(item: Item) -> str:
    """The shell commands that cure an item, and print the paths that they did something to."""
    loops = []
    for pattern in item.patterns:
        if pattern.endswith("/**"):
            loops.append(_below(item, pattern.removesuffix("/**")))
        else:
            loops.append(f"for file in {pattern}; do {_one(item)}; done")
    loops += [f"for file in {folder}; do {_REMOVE_WHOLE}; done" for folder in item.folders]
    return "\n".join(loops)


def _one(item: Item) -> str:
    regular = '[ -f "$file" ] && [ ! -L "$file" ]'
    line = shlex.quote(item.line)
    match item.cure:
        case Cure.REMOVE:
            return f'if {regular}; then echo "$file"; rm -f -- "$file"; fi'
        case Cure.EMPTY:
            return f'if {regular} && [ -s "$file" ]; then echo "$file"; : >"$file"; fi'
        case Cure.DROP_LINES:
            edit = shlex.quote(f"/{item.line}/d")
        case Cure.BLANK_LINES:
            edit = shlex.quote(f"/{item.line}/s/./#/g")
        case Cure.FORGET_USER:
            listed = r"^(([^:]*:){3}([^:]*,)?)" + item.user + "(,|$)"
            edit = shlex.quote(rf"/^{item.user}:/d; s/{listed}/\1/; s/^(([^:]*:){{3}}.*),$/\1/")
    return f'if {regular} && grep -q -E {line} "$file"; then echo "$file"; sed -i -E {edit} "$file"; fi'


def _below(item: Item, folder: str) -> str:
    """All regular files below a folder; rotated logs and journals are of no use empty."""
    every = f"[ ! -d {folder} ] || find {folder} -xdev -type f"
    if item.cure is Cure.REMOVE:
        return f"{every} -print -exec rm -f -- {{}} +"
    old = r"\( -name '*.gz' -o -name '*.xz' -o -name '*.old' -o -name '*.[0-9]' -o -name '*.journal*' \)"
    keep = "! -path '/var/log/installer/*'"
    empty = 'for file; do : >"$file"; done'
    return (
        f"{every} {keep} {old} -print -exec rm -f -- {{}} +\n"
        f"{every} {keep} -size +0 -print -exec sh -c {shlex.quote(empty)} sh {{}} +"
    )


def _have_keys_made_again(shell: Shell) -> None:
    """sshd of Debian and Ubuntu makes no host keys by itself: without a job that does, nobody could log in."""
    if shell.run("ls /etc/ssh/ssh_host_*_key >/dev/null 2>&1 && [ -x /usr/bin/ssh-keygen ]").status:
        return
    if has_systemd(shell):
        unit = "/etc/systemd/system/ssh-host-keys.service"
        shell.put(_shipped("ssh-host-keys.service"), unit, mode="0644", owner="root:root")
        _run(shell, "systemctl enable ssh-host-keys.service 2>&1")
    elif shell.look("/etc/init/ssh.conf"):
        shell.put(
            _shipped("ssh-host-keys.conf"), "/etc/init/ssh-host-keys.conf", mode="0644", owner="root:root"
        )


def _shipped(name: str) -> bytes:
    return resources.files(__package__).joinpath(name).read_bytes()


def _run(shell: Shell, command: str) -> str:
    done = shell.run(command, timeout=CLEANING_SECONDS)
    if done.status:
        raise JobError(
            f"the guest could not be cleaned: exit status {done.status}",
            kind="hygiene",
            hint="the console's recording shows what it said",
            host_said=shell.shown(done.stdout + done.stderr) or None,
        )
    return done.stdout.decode("utf-8", "replace")
