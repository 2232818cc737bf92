"""The failures a user can meet: a sentence, a hint, and an exit code that says who must act.

Exit codes are a contract (README, "Exit codes"): 1 the job failed, 2 usage, 3 a given file is
invalid, 4 the host or network failed, 5 verification failed, 6 something is in use, 70 our bug.
"""

from __future__ import annotations


class AutoinstallError(Exception):
    """A failure with everything that its reader needs to go on.

    `kind` is a stable word for machines (`unknown-dialog`, `disk-full`), `message` a sentence,
    `hint` what to do about it, `host_said` the host's own words where a host refused.
    No argument may ever hold a secret: these texts are printed and stored.
    """

    exit_code = 1
    default_kind = "failed"

    def __init__(
        self, message: str, *, kind: str | None = None, hint: str | None = None, host_said: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind or self.default_kind
        self.hint = hint
        self.host_said = host_said


class JobError(AutoinstallError):
    """The installer or the guest did not do what the answers file asks (exit 1, no retry helps)."""

    exit_code = 1
    default_kind = "job-failed"


class UsageError(AutoinstallError):
    """The command line cannot be carried out as it stands (exit 2)."""

    exit_code = 2
    default_kind = "usage"


class InvalidFileError(AutoinstallError):
    """A file that the user gave is wrong in itself (exit 3)."""

    exit_code = 3
    default_kind = "invalid-file"


class HostError(AutoinstallError):
    """The host, the toolstack or the network failed; the same command may work later (exit 4)."""

    exit_code = 4
    default_kind = "host-failed"


class VerificationError(AutoinstallError):
    """Something is not what it claims to be: a checksum, a signature, the finished image (exit 5)."""

    exit_code = 5
    default_kind = "verification-failed"


class BusyError(AutoinstallError):
    """A build folder, domain name, disk or console is in use by somebody else (exit 6)."""

    exit_code = 6
    default_kind = "busy"


class Interrupted(AutoinstallError):
    """The user or the service manager asked us to stop (exit 130 or 143)."""

    default_kind = "interrupted"

    def __init__(self, signal_number: int) -> None:
        super().__init__("stopped by a signal", kind="interrupted")
        self.exit_code = 128 + signal_number
