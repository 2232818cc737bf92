"""What an installation leaves in an image that no copy of it should have: where it lies, and how it ends there.

The items are those of virt-sysprep(1) that matter on Debian and Ubuntu, and the installer's own traces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from autoinstall.answers.installed_user import USER_NAME
from autoinstall.errors import InvalidFileError


class Cure(StrEnum):
    """What is done to the files of an item."""

    REMOVE = "remove"
    EMPTY = "empty"
    DROP_LINES = "drop-lines"
    BLANK_LINES = "blank-lines"
    """As GRUB wants its environment block: the size stays."""
    FORGET_USER = "forget-user"
    """The account's own lines go, its name goes out of the groups' lists, and its folders with all below them."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item: patterns of absolute paths (`**` at the end: all files below), its cure, and what lines are meant.

    dhcpcd writes a resolv.conf of comments as it goes down: a file that has no line that is meant holds nothing.
    `folders` go with all that is in them.
    """

    name: str
    cure: Cure
    patterns: tuple[str, ...]
    line: str = ""
    written_at_shutdown: bool = False
    """Guests without systemd write it anew as they go down, and no two boots use the same one."""
    folders: tuple[str, ...] = ()
    user: str = ""


INSTALLER_USER = "installer-user"

ITEMS: Mapping[str, Item] = {
    item.name: item
    for item in (
        Item("ssh-host-keys", Cure.REMOVE, ("/etc/ssh/ssh_host_*_key", "/etc/ssh/ssh_host_*_key.pub")),
        Item("udev-persistent-net", Cure.EMPTY, ("/etc/udev/rules.d/70-persistent-net.rules",)),
        Item("udev-persistent-cd", Cure.EMPTY, ("/etc/udev/rules.d/70-persistent-cd.rules",)),
        Item(
            "dhcp-leases",
            Cure.REMOVE,
            tuple(
                f"/var/lib/{folder}/*" for folder in ("dhcp", "dhcp3", "dhclient", "dhcpcd", "NetworkManager")
            ),
        ),
        Item("installer-logs", Cure.REMOVE, ("/var/log/installer/**",)),
        Item("logs", Cure.EMPTY, ("/var/log/**",)),
        Item("apt-lists", Cure.REMOVE, ("/var/lib/apt/lists/**", "/var/cache/apt/archives/*.deb")),
        Item(
            "apt-proxy",
            Cure.DROP_LINES,
            ("/etc/apt/apt.conf", "/etc/apt/apt.conf.d/*"),
            r"^[[:space:]]*Acquire::[A-Za-z]+::Proxy[[:space:]]",
        ),
        Item(
            "debconf-passwords", Cure.EMPTY, ("/var/cache/debconf/passwords.dat", "/var/cache/debconf/*-old")
        ),
        Item(
            "password-backups",
            Cure.REMOVE,
            tuple(f"/etc/{name}-" for name in ("passwd", "shadow", "group", "gshadow", "subuid", "subgid")),
        ),
        Item(
            "random-seed",
            Cure.REMOVE,
            tuple(
                f"/var/lib/{name}"
                for name in ("urandom/random-seed", "systemd/random-seed", "systemd/credential.secret")
            ),
            written_at_shutdown=True,
        ),
        Item("resolv-conf", Cure.EMPTY, ("/etc/resolv.conf",), r"^[[:space:]]*[^#;[:space:]]"),
        Item("hosts", Cure.DROP_LINES, ("/etc/hosts",), r"^127\.0\.1\.1[[:space:]]"),
        Item(
            "shell-history",
            Cure.REMOVE,
            tuple(
                f"{home}/.{shell}_history"
                for home in ("/root", "/home/*")
                for shell in ("bash", "zsh", "ash")
            ),
        ),
        Item("grub-recordfail", Cure.BLANK_LINES, ("/boot/grub/grubenv",), r"^recordfail="),
        Item("machine-id", Cure.EMPTY, ("/etc/machine-id", "/var/lib/dbus/machine-id")),
    )
}
"""In the order in which they are cured: the machine-id last, for other programs make it again."""


def items_of(user: str | None) -> Mapping[str, Item]:
    """All items; `user` is the one that the installer made, if it made any.

    Raises InvalidFileError for a name that no user has: it becomes part of patterns and commands.
    """
    if user is not None and not USER_NAME.fullmatch(user):
        raise InvalidFileError(f"{user!r} is no name of a user", kind="hygiene", hint="see passwd/username")
    return {INSTALLER_USER: _installer_user(user) if user else _NO_USER, **ITEMS}


_NO_USER = Item(INSTALLER_USER, Cure.FORGET_USER, ())


def _installer_user(name: str) -> Item:
    accounts = ("passwd", "shadow", "group", "gshadow", "subuid", "subgid")
    return Item(
        INSTALLER_USER,
        Cure.FORGET_USER,
        tuple(f"/etc/{file}" for file in accounts),
        rf"^({name}:|([^:]*:){{3}}([^:]*,)?{name}(,|$))",
        folders=(f"/home/{name}", f"/var/mail/{name}", f"/var/spool/cron/crontabs/{name}"),
        user=name,
    )


class HygieneState(StrEnum):
    """How an item ends on the finished disk."""

    REMOVED = "removed"
    ABSENT = "absent"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Finding:
    """How one item ends: its state, the paths that it is about, and what shows it."""

    item: str
    state: HygieneState
    paths: tuple[str, ...]
    evidence: str

    @property
    def document(self) -> dict[str, Any]:
        """As hygiene.json holds it."""
        return {
            "item": self.item,
            "state": self.state.value,
            "paths": list(self.paths),
            "evidence": self.evidence,
        }


class Disk(Protocol):
    """The file system of a finished disk, read only."""

    def find(self, pattern: str) -> Iterable[tuple[str, int]]:
        """Path and size in bytes of each regular file that the pattern fits."""

    def content(self, path: str) -> bytes: ...


def findings(disk: Disk, cured: Mapping[str, Sequence[str]], user: str | None = None) -> list[Finding]:
    """How each item ends. `cured` names, for each item that was to be cleaned, the paths that the guest had of it;
    `user` is the one that the installer made."""
    return [_finding(disk, item, cured.get(item.name)) for item in items_of(user).values()]


def _finding(disk: Disk, item: Item, cured: Sequence[str] | None) -> Finding:
    left = tuple(
        dict.fromkeys(path for pattern in item.patterns + item.folders for path in _left(disk, item, pattern))
    )
    if item.name == "logs":
        left = tuple(path for path in left if not path.startswith("/var/log/installer/"))
    if left:
        wanted = "is still on" if cured is not None else "was not to be cleaned: on"
        return Finding(item.name, HygieneState.KEPT, left, f"{wanted} the finished disk")
    looked = ", ".join(item.patterns + item.folders) or "nothing: the installer made no user"
    if cured:
        evidence = f"the finished disk has none of it (looked at {looked})"
        return Finding(item.name, HygieneState.REMOVED, tuple(cured), evidence)
    return Finding(item.name, HygieneState.ABSENT, (), f"the finished disk never had it (looked at {looked})")


def _left(disk: Disk, item: Item, pattern: str) -> Iterable[str]:
    if pattern in item.folders:
        yield from (path for below in (pattern, f"{pattern}/**") for path, _ in disk.find(below))
        return
    for path, size in disk.find(pattern):
        if not item.line:
            if size or item.cure is Cure.REMOVE:
                yield path
        elif any(re.match(_python(item.line), line) for line in _lines(disk, path)):
            yield path


def _lines(disk: Disk, path: str) -> list[str]:
    return disk.content(path).decode("utf-8", "replace").splitlines()


def _python(extended: str) -> str:
    """The extended regular expression of grep(1) as Python's."""
    return extended.replace("[:space:]", r"\s")


def tolerated(finding: Finding, *, has_systemd: bool) -> bool:
    """Whether an item that was to be cleaned may end so."""
    written = finding.item in ITEMS and ITEMS[finding.item].written_at_shutdown
    return finding.state is not HygieneState.KEPT or (written and not has_systemd)
