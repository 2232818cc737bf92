"""Is there a shell? It computes a sum, which an echo cannot."""

from __future__ import annotations

import re
import secrets

from autoinstall.deadline import Deadline
from autoinstall.errors import JobError
from autoinstall.guest.listener import Listener

PROBE_LIMIT = 5.0
"""Seconds for the sum; a slow guest gets it in a later probe."""

PROBES = 4


def probe_shell(listener: Listener, deadline: Deadline) -> int:
    """The user id of the shell that listens, once it has computed a sum (an echo cannot do that).

    Raises JobError (`no-shell`) when nothing computes; before each further try, Ctrl-C leaves a half-read line.
    """
    for attempt in range(PROBES):
        word = secrets.token_hex(6)
        if attempt:
            listener.interrupt()
        listener.forget()
        listener.send(f" echo '{word[:6]}''{word[6:]}'`expr 41 + 1`'u'`id -u`'e'\r".encode())
        answer = re.compile(word.encode() + rb"42u(\d+)e")
        match = listener.wait_for(answer, deadline.nested(PROBE_LIMIT))
        if match:
            return int(match.group(1))
        if deadline.expired:
            break
    raise no_shell(listener, deadline)


def no_shell(listener: Listener, deadline: Deadline) -> JobError:
    return JobError(
        f"no shell answered after the login; the console's last lines:\n{listener.last_lines()}",
        kind="no-shell",
        hint="does the user's login shell work, and is it a POSIX shell?",
    )
