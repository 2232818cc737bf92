"""The address of a host as the command line gives it: `ssh://user@host[:port]`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from autoinstall.errors import UsageError

_SAFE = re.compile(r"[A-Za-z0-9_.:%][A-Za-z0-9_.:%+-]*")
"""Names of users and hosts (IPv6 addresses, too) that can be no option of ssh and no word of a shell."""


@dataclass(frozen=True, slots=True)
class SshAddress:
    """Whom to log in as, and where; what is None is left to ssh's own configuration."""

    host: str
    user: str | None = None
    port: int | None = None

    @property
    def url(self) -> str:
        user = f"{self.user}@" if self.user else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"ssh://{user}{host}" + (f":{self.port}" if self.port else "")

    @property
    def options(self) -> tuple[str, ...]:
        """The words of ssh that name it; its host comes last."""
        user = ("-l", self.user) if self.user else ()
        port = ("-p", str(self.port)) if self.port else ()
        return (*user, *port, self.host)


def parse_address(url: str) -> SshAddress:
    """The address in a URL. Raises UsageError where it is none, or has a password or a path."""
    try:
        parts = urlsplit(url)
        host, user, port = parts.hostname or "", parts.username, parts.port
    except ValueError:
        raise _wrong(url) from None
    whole = parts.scheme == "ssh" and parts.path in ("", "/") and not (parts.query or parts.fragment)
    if not whole or not _SAFE.fullmatch(host) or (user is not None and not _SAFE.fullmatch(user)):
        raise _wrong(url)
    if parts.password is not None:
        raise UsageError(
            "a host's URL has no password",
            kind="host-url",
            hint="log in by a key (ssh-copy-id), then leave the password out",
        )
    return SshAddress(host, user, port)


def _wrong(url: str) -> UsageError:
    return UsageError(
        f"{url.split('@')[-1]!r} is no address of a host",
        kind="host-url",
        hint="write it as ssh://root@xen1 or ssh://root@xen1:2222",
    )
