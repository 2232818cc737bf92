"""Becomes root by `sudo -i` on the console."""

from __future__ import annotations

import re

from autoinstall.deadline import Deadline
from autoinstall.errors import JobError
from autoinstall.guest.credentials import Credentials
from autoinstall.guest.listener import Listener
from autoinstall.guest.probe import probe_shell
from autoinstall.guest.prompts import PASSWORD_PROMPT, SHELL_PROMPT, SUDO_PROMPT, SUDO_REFUSED, SUDO_WRONG

SUDO_LIMIT = 60.0
"""Seconds from the command to root's prompt, the delay after a wrong password included."""

ECHO_LIMIT = 2.0
TYPINGS = 3
PROMPT_SETTLED = 0.2
"""Seconds for which something that looks like a prompt must stay the last thing on the console."""

SILENT_SHELL = 10.0
"""Seconds of silence after which a shell without a known prompt is probed."""

_ENTER = b"\r"
_KILL_LINE = b"\x15"
_COMMAND = b" LC_ALL=C sudo -i"
"""In English, so that its refusals are understood; the blank keeps it out of most histories."""


def become_root_by_sudo(listener: Listener, credentials: Credentials, deadline: Deadline) -> None:
    """`sudo -i`, its password where it asks for one, and the proof that the shell is root's."""
    answered = False
    _type_sudo(listener, deadline)
    listener.forget()
    listener.send(_ENTER)
    limit = deadline.nested(SUDO_LIMIT)
    while not limit.expired:
        quiet = listener.wait_for_quiet(PROMPT_SETTLED, limit)
        _refuse_sudo(listener, credentials)
        if not answered and _password_asked(listener):
            answered = True
            listener.forget()
            listener.send(credentials.password.reveal().encode(), secret=True)
            listener.send(_ENTER)
        elif quiet and (
            SHELL_PROMPT.search(listener.said) or not listener.hear(min(SILENT_SHELL, limit.remaining))
        ):
            break
    user_id = probe_shell(listener, deadline)
    if user_id != 0:
        raise JobError(
            f"sudo -i gave no root shell (user id {user_id}); the console's last lines:\n{listener.last_lines()}",
            kind="not-root",
            hint=credentials.hint,
        )


def _type_sudo(listener: Listener, deadline: Deadline) -> None:
    """Type the command until its echo is whole; messages of sudo come in English."""
    for typing in range(TYPINGS):
        listener.forget()
        listener.send(_COMMAND if typing == 0 else _KILL_LINE + _COMMAND)
        if listener.wait_for_said(re.compile(re.escape(_COMMAND) + rb"\Z"), deadline.nested(ECHO_LIMIT)):
            return


def _password_asked(listener: Listener) -> bool:
    said = listener.said
    return bool(SUDO_PROMPT.search(said) or PASSWORD_PROMPT.search(said))


def _refuse_sudo(listener: Listener, credentials: Credentials) -> None:
    """Raise when sudo says no: its password is never tried a second time."""
    if SUDO_WRONG.search(listener.heard):
        listener.send(b"\x03")
        raise JobError(
            f"sudo does not accept the password of {credentials.user}",
            kind="wrong-password",
            hint=credentials.hint,
        )
    refused = SUDO_REFUSED.search(listener.heard)
    if refused:
        raise JobError(
            f"{credentials.user} may not become root by sudo: {listener.shown(refused.group()).strip()}",
            kind="not-a-sudoer",
            hint="let login.user be somebody whom sudo trusts, or say become_root: login with root's password",
        )
