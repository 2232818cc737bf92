"""What the ssh client's own words mean: never to be retried, or a connection that may come again.

Texts are those of OpenSSH 8 to 10.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from autoinstall.errors import HostError

SSH_FAILED = 255
"""ssh's exit status where the connection failed. Commands on the host never end with it (see `ssh.py`)."""


@dataclass(frozen=True, slots=True)
class _Final:
    """A failure that trying again does not mend."""

    pattern: re.Pattern[str]
    kind: str
    sentence: str
    hint: str


_FINAL = (
    _Final(
        re.compile(r"Permission denied \(|Too many authentication failures|no more authentication methods"),
        "host-not-permitted",
        "does not let us in",
        "try it by hand: `ssh -o BatchMode=yes` must log in without a question (a key; ssh-copy-id brings it there)",
    ),
    _Final(
        re.compile(
            r"Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED|host key is known for"
        ),
        "host-key",
        "is not known by its key",
        "log in once by hand and compare its fingerprint, or put its key into known_hosts",
    ),
    _Final(
        re.compile(r"Could not resolve hostname (?!.*[Tt]emporary failure)"),
        "host-unknown",
        "has no address",
        "is the name in --host right?",
    ),
    _Final(
        re.compile(
            r"Bad configuration option|terminating, \d+ bad configuration options|Bad owner or permissions"
        ),
        "ssh-configuration",
        "cannot be reached with this configuration of ssh",
        "the lines above name the file and the line",
    ),
)


def final_failure(said: str, host: str) -> HostError | None:
    """The error where ssh's words say that no further try can help; None where one may."""
    for one in _FINAL:
        if one.pattern.search(said):
            return HostError(f"{host} {one.sentence}", kind=one.kind, hint=one.hint, host_said=said or None)
    return None


def not_reached(said: str, host: str, seconds: float) -> HostError:
    """The error where the host did not answer for so long."""
    return HostError(
        f"{host} was not reached over ssh for {seconds:.0f} s",
        kind="host-not-reached",
        hint="is it up, and is its address right? once it answers, --resume goes on",
        host_said=said or None,
    )
