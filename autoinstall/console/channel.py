"""One attached console: a client command on a PTY, raw bytes in and out, teed into a recording."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pexpect

from autoinstall import process
from autoinstall.deadline import Deadline
from autoinstall.errors import HostError, UsageError
from autoinstall.recording.recorder import Recorder

LEAVE_KEY = b"\x1d"
"""Ctrl+]: the client of xm and xl leaves when one read() gives exactly this byte (xenconsole's main.c)."""

QUIET_BEFORE_LEAVING = 0.5
"""Seconds without a key before Ctrl+]; keys up to 0.1 s apart were merged into one read on a slow host."""

LONGEST_WAIT_FOR_QUIET = 5.0
"""Seconds that a chatting guest can put Ctrl+] off; its output does not get into the client's reads of keys."""

LEAVE_ANSWER = 1.0
"""Seconds for the end of file after Ctrl+] (measured on Xen 4.17: 0.05 to 0.19)."""

STUCK = 30.0
"""Seconds after which a client that takes no keys at all is given up."""

SILENCE = 0.2
"""Seconds without output after which the recording gets even what could have become a secret."""

LAST_WORDS = 0.3
"""Seconds that the bytes of an ended client may still need to come through the PTY."""

PATIENCE_AFTER_HANG_UP = 2.0
"""Seconds that a client has to end by itself once its terminal is gone."""

READ_AT_ONCE = 65536

REMEMBERED_OUTPUT = 2000
"""Bytes of the last output that stay known after the console is over: a refusal is one line."""


class ConsoleClosed(Exception):
    """The console's command ended. It says only "this console is over": detach, reboot, destroy look alike."""

    def __init__(self, exit_status: int | None) -> None:
        super().__init__(f"the console is over (exit status {exit_status})")
        self.exit_status = exit_status


class Channel:
    """What an attached console says, and the keys it is sent; each read and write is recorded first.

    `exit_status` is the client's exit status once it is known, a negative signal number where one ended it;
    `last_output` are the last bytes that arrived (a client that was refused says why, and ends), `last_keys`
    those sent last, empty where they were a secret's.
    """

    def __init__(
        self, child: pexpect.spawn[bytes], recorder: Recorder | None, columns: int, lines: int
    ) -> None:
        self.columns = columns
        self.lines = lines
        self.closed = False
        self.exit_status: int | None = None
        self.last_output = b""
        self.last_keys = b""
        self._child = child
        self._recorder = recorder
        self._pending = bytearray()
        self._pid = cast(int, child.pid)
        self._process = os.pidfd_open(self._pid)
        self._last_byte = self._last_key = time.monotonic()

    def read(self, timeout: float) -> bytes:
        """What arrived, as soon as something is there; b"" when nothing came in `timeout` seconds.

        Raises ConsoleClosed at the end of file, after all bytes were given.
        """
        if not self._pending:
            self._receive(Deadline.after(timeout))
        if self._pending:
            given = bytes(self._pending)
            self._pending.clear()
            return given
        if self.closed:
            raise ConsoleClosed(self.exit_status)
        return b""

    def send(self, keys: bytes, *, secret: bool = False) -> None:
        """Send keys by one write; the recording's `i` event is on disk before. Secret keys are recorded as stars.

        More than the terminal takes at once goes out in several writes, while what arrives is kept for `read`.
        Raises ConsoleClosed where the client has ended, HostError where it takes no keys.
        """
        if self.closed:
            raise ConsoleClosed(self.exit_status)
        if self._recorder:
            self._recorder.input(keys, secret=secret)
        self.last_keys = b"" if secret else keys
        self._write(keys)

    def marker(self, label: str) -> None:
        """Put a marker into the recording."""
        if self._recorder:
            self._recorder.marker(label)

    def secret_field(self, on: bool) -> None:
        """Say that a field which shows a secret is on the screen (or gone): short secrets are masked there only."""
        if self._recorder:
            self._recorder.secret_field(on)

    def leave(self, deadline: Deadline) -> bool:
        """Detach by Ctrl+] alone, after quiet, repeated until the end of file; False if it never came.

        What arrives meanwhile is kept for `read`.
        """
        while not self.closed and not deadline.expired:
            self._wait_for_quiet(deadline)
            if not self.closed and not deadline.expired:
                self.send(LEAVE_KEY)
                self._wait_for_end(deadline.nested(LEAVE_ANSWER))
        return self.closed

    def close(self) -> int | None:
        """End the client: hang up, then kill. Gives its exit status."""
        if not self.closed:
            self._receive(Deadline.after(0.0))
        if not self.closed:
            self._finish()
        return self.exit_status

    def _receive(self, deadline: Deadline) -> bool:
        """Wait for output and keep it; True when some came. Sets `closed` at the end of file."""
        while not self.closed:
            wait = min(deadline.remaining, SILENCE)
            readable, ended = self._poll(select.POLLIN, wait)
            if readable & (select.POLLIN | select.POLLHUP | select.POLLERR):
                return self._take()
            if ended:
                return self._take_last_words()
            self._tell_silence()
            if deadline.expired:
                return False
        return False

    def _poll(self, events: int, seconds: float) -> tuple[int, bool]:
        """What the PTY is ready for, and whether the client has ended."""
        poll = select.poll()
        poll.register(self._child.child_fd, events)
        poll.register(self._process, select.POLLIN)
        ready = dict(poll.poll(seconds * 1000))
        return ready.get(self._child.child_fd, 0), self._process in ready

    def _take(self) -> bool:
        """Take all that is there now; at the end of file the client is finished."""
        taken = False
        while (piece := self._read_piece()) is not None:
            taken = True
            self._keep(piece)
            if not self._poll(select.POLLIN, 0.0)[0] or len(self._pending) >= READ_AT_ONCE:
                return True
        self._finish()
        return taken

    def _take_last_words(self) -> bool:
        """The client is gone, yet somebody may hold its terminal: take what still comes, then finish."""
        poll = select.poll()
        poll.register(self._child.child_fd, select.POLLIN)
        taken = False
        while poll.poll(LAST_WORDS * 1000) and (piece := self._read_piece()) is not None:
            taken = True
            self._keep(piece)
        self._finish()
        return taken

    def _read_piece(self) -> bytes | None:
        """One read from the PTY; None at the end of file (EIO once nobody holds the other side)."""
        try:
            return os.read(self._child.child_fd, READ_AT_ONCE) or None
        except OSError as failure:
            if failure.errno != errno.EIO:
                raise
            return None

    def _keep(self, piece: bytes) -> None:
        self._last_byte = time.monotonic()
        if self._recorder:
            self._recorder.output(piece)
        self._pending += piece
        self.last_output = (self.last_output + piece)[-REMEMBERED_OUTPUT:]

    def _tell_silence(self) -> None:
        if self._recorder and time.monotonic() - self._last_byte >= SILENCE:
            self._recorder.settle()

    def _write(self, keys: bytes) -> None:
        left = memoryview(keys)
        stuck = Deadline.after(STUCK)
        while left:
            ready, ended = self._poll(select.POLLIN | select.POLLOUT, stuck.remaining)
            if ready & select.POLLOUT:
                left = left[self._write_piece(left) :]
                stuck = Deadline.after(STUCK)
            if ready & ~select.POLLOUT or ended:
                self._receive(Deadline.after(0.0))
            if self.closed:
                raise ConsoleClosed(self.exit_status)
            if stuck.expired:
                raise HostError(
                    f"the console command took no keys for {STUCK:.0f} seconds",
                    kind="console-stuck",
                    hint="is the console command stopped, or its connection gone?",
                )
        self._last_key = time.monotonic()

    def _write_piece(self, keys: memoryview) -> int:
        """One write(2) of as much as the terminal takes; the number of bytes that it took."""
        try:
            return os.write(self._child.child_fd, keys)
        except BlockingIOError:
            return 0
        except OSError as failure:
            if failure.errno != errno.EIO:
                raise
            self._receive(Deadline.after(LAST_WORDS))
            return 0

    def _wait_for_quiet(self, deadline: Deadline) -> None:
        """Wait until no key was sent, and if possible nothing arrived, for QUIET_BEFORE_LEAVING."""
        patience = deadline.nested(LONGEST_WAIT_FOR_QUIET)
        while not self.closed and not deadline.expired:
            since = self._last_key if patience.expired else max(self._last_key, self._last_byte)
            missing = since + QUIET_BEFORE_LEAVING - time.monotonic()
            if missing <= 0:
                return
            self._receive(deadline.nested(missing))

    def _wait_for_end(self, deadline: Deadline) -> None:
        while not self.closed and not deadline.expired:
            self._receive(deadline)

    def _finish(self) -> None:
        """Close the terminal, which hangs the client up; kill it where it lives on; say that the console is over."""
        self.closed = True
        if not self._has_ended(0.0):
            self._terminal.fileobj.close()
            if not self._has_ended(PATIENCE_AFTER_HANG_UP):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(self._pid, signal.SIGKILL)
                self._has_ended(PATIENCE_AFTER_HANG_UP)
        self._reap()
        if self._recorder:
            self._recorder.console_closed()

    @property
    def _terminal(self) -> Any:
        """The ptyprocess behind pexpect's child (which its type stubs leave out)."""
        return cast(Any, self._child).ptyproc

    def _has_ended(self, seconds: float) -> bool:
        """Whether the client ends within `seconds`."""
        poll = select.poll()
        poll.register(self._process, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def _reap(self) -> None:
        os.close(self._process)
        self._terminal.delayafterclose = 0.0
        with contextlib.suppress(pexpect.ExceptionPexpect):
            self._child.close(force=False)
        ended_by = self._child.signalstatus
        self.exit_status = -ended_by if ended_by is not None else self._child.exitstatus


def attach(
    argv: Sequence[str],
    *,
    recorder: Recorder | None,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    columns: int = 80,
    lines: int = 24,
) -> Channel:
    """Start a console command on a raw PTY of the given size.

    `environment` is added to ours. Raises UsageError where the command is not there or cannot be started.
    """
    try:
        child = process.spawn_on_pty(
            argv, columns=columns, lines=lines, cwd=cwd, environment=environment, raw=True
        )
    except (pexpect.ExceptionPexpect, OSError) as failure:
        raise UsageError(
            f"the console command {argv[0]!r} cannot be started: {failure}",
            kind="console-command",
            hint="is it installed, and on PATH?",
        ) from None
    os.set_blocking(child.child_fd, False)
    return Channel(child, recorder, columns, lines)
