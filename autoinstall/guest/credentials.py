"""Who logs in to the installed system, and how the session becomes root's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from autoinstall.answers.answer import Place
from autoinstall.answers.secret import Secret


class BecomeRoot(StrEnum):
    """How the session gets root: `sudo -i` after the login, or the login itself is root's."""

    SUDO = "sudo"
    LOGIN = "login"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who logs in; `place` is where the answers file says so, for messages."""

    user: str
    password: Secret
    become_root: BecomeRoot = BecomeRoot.SUDO
    place: Place | None = None

    @property
    def hint(self) -> str:
        where = f" ({self.place})" if self.place else ""
        return f"check login.user and login.password of the answers file{where}"
