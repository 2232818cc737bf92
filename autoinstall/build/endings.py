"""Who ended a domain of ours that is gone: the guest itself, or somebody on the host."""

from __future__ import annotations

from autoinstall.build.context import BuildContext
from autoinstall.build.state import DomainRecord
from autoinstall.errors import HostError, JobError

_LAST_WORDS = "the recording and failure/console.log show its last words"


def error_of_ending(
    context: BuildContext, record: DomainRecord, *, said_goodbye: bool, when: str
) -> JobError | HostError:
    """The error for a domain that ended though it should not have.

    The toolstack's word decides; one that keeps no record leaves it to what the guest's console showed:
    `said_goodbye` where that was a way of going down. `when` ends the sentence ("during the installation").
    """
    ending = context.toolstack.ending(record.name)
    by_guest = ending.by_guest if ending else said_goodbye
    words = ending.words if ending else None
    if by_guest:
        return JobError(
            f"the guest {record.name} went down by itself {when}",
            kind="domain-gone",
            hint=_LAST_WORDS,
            host_said=words,
        )
    return HostError(
        f"the domain {record.name} was ended by somebody else {when}",
        kind="domain-destroyed",
        hint="look into the host's logs, then go on with --resume",
        host_said=words,
    )
