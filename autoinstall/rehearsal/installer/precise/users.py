"""user-setup: root, the first user, passwords and what is wrong with them, an encrypted home."""

from __future__ import annotations

import re
from functools import cache

from autoinstall.rehearsal.installer.component import Component, State, walk
from autoinstall.rehearsal.installer.installation import Installation
from autoinstall.rehearsal.installer.stored import DATA

_ROOT_LOGIN = "passwd/root-login"
_ROOT = ("passwd/root-password", "passwd/root-password-again")
_FULLNAME = "passwd/user-fullname"
_USERNAME = "passwd/username"
_USER = ("passwd/user-password", "passwd/user-password-again")
_WEAK = "user-setup/password-weak"
_MISMATCH = "user-setup/password-mismatch"
_LIKELY_NAME = re.compile(r"[a-z][-a-z0-9]*")
_VALID_NAME = re.compile(r"[a-z][-a-z0-9_]{0,31}")
_WEAK_BELOW = 8


class _UserSetup:
    """The states of user-setup-ask. Errors are queued and come up together with what is asked after them."""

    def __init__(self, installation: Installation) -> None:
        self._debconf = installation.debconf

    def run(self) -> bool:
        states: list[State] = [
            self._ask_root_login,
            self._ask_root_password,
            self._check_root_password,
            self._ask_full_name,
            self._ask_user_name,
            self._ask_password,
            self._check_password,
            self._ask_encryption,
        ]
        return walk(self._debconf, states)

    def _ask_root_login(self) -> None:
        self._debconf.input("medium", _ROOT_LOGIN)

    def _ask_root_password(self) -> None:
        if self._debconf.is_true(_ROOT_LOGIN):
            self._ask_twice(_ROOT)
        else:
            self._debconf.set(_ROOT[0], "")

    def _check_root_password(self) -> State | None:
        if not self._debconf.is_true(_ROOT_LOGIN):
            return None
        if not self._debconf.get(_ROOT[0]):
            self._debconf.set(_ROOT_LOGIN, "false")
            return self._ask_root_password
        if self._is_weak(_ROOT) and not self._accepts_weak(_ROOT):
            return self._ask_root_password
        if self._differ(_ROOT):
            self._again(_ROOT, _MISMATCH)
            return self._ask_root_password
        return None

    def _ask_full_name(self) -> None:
        self._debconf.input("critical", _FULLNAME)

    def _ask_user_name(self) -> None:
        first = self._debconf.get(_FULLNAME).partition(" ")[0].lower()
        if not self._debconf.get(_USERNAME) and _LIKELY_NAME.fullmatch(first):
            self._debconf.set(_USERNAME, first)
        self._debconf.input("critical", _USERNAME)

    def _ask_password(self) -> State | None:
        name = self._debconf.get(_USERNAME)
        if not _VALID_NAME.fullmatch(name):
            return self._refuse_name("passwd/username-bad")
        if name in reserved_names():
            self._debconf.subst("passwd/username-reserved", USERNAME=name)
            return self._refuse_name("passwd/username-reserved")
        self._ask_twice(_USER)
        return None

    def _refuse_name(self, error: str) -> State:
        self._debconf.unsee(_USERNAME)
        self._debconf.input("critical", error)
        return self._ask_full_name

    def _check_password(self) -> State | None:
        if self._differ(_USER):
            self._again(_USER, _MISMATCH)
            return self._ask_password
        if not self._debconf.get(_USER[0]):
            self._again(_USER, "user-setup/password-empty")
            return self._ask_password
        if self._is_weak(_USER) and not self._accepts_weak(_USER):
            return self._ask_password
        return None

    def _ask_encryption(self) -> None:
        self._debconf.input("high", "user-setup/encrypt-home")

    def _ask_twice(self, names: tuple[str, str]) -> None:
        for name in names:
            self._debconf.input("critical", name)

    def _differ(self, names: tuple[str, str]) -> bool:
        return self._debconf.get(names[0]) != self._debconf.get(names[1])

    def _is_weak(self, names: tuple[str, str]) -> bool:
        allowed = self._debconf.is_true("user-setup/allow-password-weak")
        return not allowed and len(self._debconf.get(names[0])) < _WEAK_BELOW

    def _accepts_weak(self, names: tuple[str, str]) -> bool:
        self._debconf.set(_WEAK, "false")
        self._debconf.unsee(_WEAK)
        self._debconf.input("critical", _WEAK)
        if not self._debconf.go():
            return False
        if self._debconf.is_true(_WEAK):
            return True
        self._forget(names)
        return False

    def _again(self, names: tuple[str, str], error: str) -> None:
        self._forget(names)
        self._debconf.input("critical", error)

    def _forget(self, names: tuple[str, str]) -> None:
        self._debconf.unsee(*names)
        for name in names:
            self._debconf.set(name, "")


@cache
def reserved_names() -> frozenset[str]:
    """Names that the system has for itself."""
    return frozenset((DATA / "reserved-usernames.txt").read_text(encoding="utf-8").split())


USER_SETUP = Component("Set up users and passwords", lambda installation: _UserSetup(installation).run())
