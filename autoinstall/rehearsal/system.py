"""What an installer decided about the system that it puts on the disk: plain data, no file, no process."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class StaticNetwork:
    """An address typed into the installer: all texts in dotted form, as netcfg writes them to interfaces(5)."""

    address: str
    netmask: str
    gateway: str
    nameservers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mirror:
    """Where the installed system's apt looks; `proxy` is the whole URL, empty for none."""

    host: str = "archive.ubuntu.com"
    directory: str = "/ubuntu"
    proxy: str = ""


@dataclass(frozen=True)
class InstalledSystem:
    """One installed system, as the answers of the installer's dialogs make it.

    `network` is None for DHCP. `root_password` None: root is locked and the first user may use sudo.
    `kept_arguments` are the kernel arguments that stood after `--` in the install boot (they go into grub.cfg).
    `password` and `root_password` are plain text and never shown in a repr; only their hash reaches the disk.
    `suite` names the tree below `rehearsal/trees/`.
    """

    hostname: str
    username: str
    password: str = field(repr=False)
    fullname: str = ""
    domain: str = ""
    timezone: str = "Etc/UTC"
    utc: bool = True
    network: StaticNetwork | None = None
    mirror: Mirror = field(default_factory=Mirror)
    security_host: str = "security.ubuntu.com"
    tasks: tuple[str, ...] = ()
    root_password: str | None = field(default=None, repr=False)
    kept_arguments: str = ""
    suite: str = "precise"
