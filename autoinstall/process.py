"""Starts every process of the driver, on pipes or on a PTY, without handing secrets on.

Nothing else in the driver imports `subprocess` or spawns with `pexpect` (a test says so).
"""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
import termios
import tty
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pexpect

SECRET_PREFIX = "AUTOINSTALL_SECRET_"
"""Environment variables that carry secrets begin so; no process that we start inherits them."""


@dataclass(frozen=True, slots=True)
class Completed:
    """A finished command: its argument list, exit status and both outputs (text, undecodable bytes replaced)."""

    argv: tuple[str, ...]
    status: int
    stdout: str
    stderr: str

    @property
    def said(self) -> str:
        """What the command printed, errors last: the host's own words."""
        return "\n".join(part.strip() for part in (self.stdout, self.stderr) if part.strip())

    @property
    def command_line(self) -> str:
        """The command, ready to be pasted into a shell."""
        return shlex.join(self.argv)


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Our environment without secrets or the service's credentials folder, plus `extra`."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(SECRET_PREFIX) and name != "CREDENTIALS_DIRECTORY"
    }
    environment.update(extra or {})
    return environment


def run(
    argv: Sequence[str],
    *,
    timeout: float = 60.0,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    stdin: bytes = b"",
) -> Completed:
    """Run a command to its end and give what it printed; its exit status is the caller's to judge.

    `environment` is added to ours. Raises FileNotFoundError or PermissionError where the command
    cannot be started, and subprocess.TimeoutExpired after `timeout` seconds (the command is killed).
    """
    done, stdout = run_for_bytes(argv, timeout=timeout, cwd=cwd, environment=environment, stdin=stdin)
    return replace(done, stdout=stdout.decode("utf-8", "replace"))


def run_for_bytes(
    argv: Sequence[str],
    *,
    timeout: float = 60.0,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    stdin: bytes = b"",
) -> tuple[Completed, bytes]:
    """The same for a command whose standard output is no text: it is given beside, and `stdout` is empty."""
    done = subprocess.run(
        list(argv),
        input=stdin,
        capture_output=True,
        timeout=timeout,
        cwd=cwd,
        env=clean_environment({"LC_ALL": "C.UTF-8", **(environment or {})}),
        check=False,
    )
    return Completed(tuple(argv), done.returncode, "", done.stderr.decode("utf-8", "replace")), done.stdout


def start(
    argv: Sequence[str],
    *,
    output: Path,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    told: bytes = b"",
) -> subprocess.Popen[bytes]:
    """Start a command that outlives the call, in a session of its own, its output appended to a file.

    What it is `told` (a few lines) stands on its standard input, which then has no end; else that is empty.
    """
    with output.open("ab") as sink, _standard_input(told) as (stdin, held):
        return subprocess.Popen(
            list(argv),
            stdin=stdin,
            stdout=sink,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=clean_environment(environment),
            start_new_session=True,
            pass_fds=held,
        )


@contextlib.contextmanager
def _standard_input(told: bytes) -> Iterator[tuple[int, tuple[int, ...]]]:
    """A standard input, and what the command must hold so that it does not end: the pipe's other end."""
    if not told:
        yield subprocess.DEVNULL, ()
        return
    reader, writer = os.pipe()
    try:
        os.write(writer, told)
        yield reader, (writer,)
    finally:
        os.close(reader)
        os.close(writer)


def start_companion(argv: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a program of ours that writes to our stderr, and that sees the end of its stdin when we end."""
    return subprocess.Popen(
        list(argv), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=clean_environment()
    )


def spawn_on_pty(
    argv: Sequence[str],
    *,
    columns: int = 80,
    lines: int = 24,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    whole_environment: bool = False,
    raw: bool = False,
) -> pexpect.spawn[bytes]:
    """Start a command on a new PTY of the given size, in raw bytes, without pexpect's 50 ms before each send.

    `environment` is added to ours, or replaces it with `whole_environment`. With `raw` the terminal is raw
    before the command's first instruction, so that early keys are neither echoed nor held for a line's end.
    Raises pexpect.ExceptionPexpect where the command cannot be started.
    """
    given = dict(environment or {})
    child: pexpect.spawn[bytes] = pexpect.spawn(
        argv[0],
        list(argv[1:]),
        dimensions=(lines, columns),
        cwd=str(cwd) if cwd else None,
        env=given if whole_environment else clean_environment(given),
        echo=False,
        encoding=None,
        maxread=65536,
        timeout=None,
        preexec_fn=_make_terminal_raw if raw else None,
    )
    child.delaybeforesend = None
    child.delayafterclose = 0.05
    child.delayafterterminate = 0.05
    return child


def _make_terminal_raw() -> None:
    """Raw, and so that it stays so: QEMU's stdio sets OPOST again, which would turn each LF into CR LF by ONLCR."""
    tty.setraw(0)
    attributes = termios.tcgetattr(0)
    attributes[1] &= ~termios.ONLCR
    termios.tcsetattr(0, termios.TCSANOW, attributes)
