"""Who may log in and who may become root, as the guest's own files say: passwd(5), shadow(5), group(5), sudoers(5)."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from autoinstall.rehearsal.tree import crypt

_GRANT = re.compile(
    r"(?P<who>%?[\w.-]+)\s+ALL\s*=\s*(?:\([^)]*\)\s*)?(?P<free>NOPASSWD:\s*)?(?:PASSWD:\s*)?ALL"
)
_HASH = re.compile(r"\$6\$(?P<salt>[^$]{1,16})\$[^$]+")


class User(NamedTuple):
    """One line of passwd(5)."""

    name: str
    uid: int
    gid: int
    home: str
    shell: str


def find(root: Path, name: str) -> User | None:
    """The account called `name`."""
    for fields in _fields(root / "etc/passwd"):
        if len(fields) == 7 and fields[0] == name:
            return User(name, int(fields[2]), int(fields[3]), fields[5], fields[6] or "/bin/sh")
    return None


def password_fits(root: Path, name: str, password: str) -> bool:
    """Whether this is the account's password; a locked or absent account has none."""
    for fields in _fields(root / "etc/shadow"):
        if fields[0] == name and (stored := _HASH.fullmatch(fields[1])):
            return hmac.compare_digest(crypt(password, stored["salt"]).encode(), fields[1].encode())
    return False


def may_become_root(root: Path, name: str) -> str:
    """What sudoers says of this account: `yes`, `nopasswd` or `no`."""
    groups = {f"%{fields[0]}" for fields in _fields(root / "etc/group") if name in fields[-1].split(",")}
    answer = "no"
    for line in _sudoers(root):
        grant = _GRANT.fullmatch(line.strip())
        if grant and grant["who"] in {name, *groups}:
            answer = "nopasswd" if grant["free"] else "yes"
    return answer


def _sudoers(root: Path) -> Iterator[str]:
    files = [root / "etc/sudoers", *sorted((root / "etc/sudoers.d").glob("*"))]
    for path in files:
        if path.is_file():
            yield from path.read_text(errors="replace").splitlines()


def _fields(path: Path) -> Iterator[list[str]]:
    """The lines of one of the account files; a file that is gone has none."""
    if path.is_file():
        yield from (line.split(":") for line in path.read_text(errors="replace").splitlines() if line)
