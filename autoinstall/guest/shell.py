"""A root shell on the guest's console: commands with status and outputs, files put and fetched whole."""

from __future__ import annotations

import hashlib
import re
import shlex
from dataclasses import dataclass

from autoinstall.deadline import Deadline
from autoinstall.errors import JobError
from autoinstall.guest.listener import Listener
from autoinstall.guest.session import Session
from autoinstall.guest.transfer import fetch_bytes, send_bytes

RUN_TIMEOUT = 300.0
"""Seconds that a command may take unless its step says otherwise."""

INTERRUPT_LIMIT = 3.0
"""Seconds for a command to end after each signal that it is sent."""

LONGEST_PATH = 1000
FOLLOWED_LINKS_STAY_IN = "a link is followed only to a file in its own folder or below"

_PATH = re.compile(r"/[^\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class CommandResult:
    """A command's exit status (128 + N after signal N) and both outputs, byte for byte."""

    status: int
    stdout: bytes
    stderr: bytes


@dataclass(frozen=True, slots=True)
class FileState:
    """What stands at a path: its size, mode (octal digits), owner (`UID:GID` and `USER:GROUP`) and sha256."""

    path: str
    size: int
    mode: str
    owner_ids: str
    owner: str
    sha256: str

    def is_owned_by(self, owner: str) -> bool:
        """`owner` is USER, UID, USER:GROUP or UID:GID."""
        names, ids = self.owner, self.owner_ids
        return owner in (names, ids, names.partition(":")[0], ids.partition(":")[0])


@dataclass(frozen=True, slots=True)
class GuestFile:
    """A file of the guest: its bytes, and what stood beside them when they were read."""

    state: FileState
    data: bytes


class Shell:
    """Commands and files of the guest. Everything is root's. Every error is a JobError; ConsoleClosed passes."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._jobs = 0

    @classmethod
    def open(cls, listener: Listener) -> Shell:
        """A shell from the root prompt that log_in_as_root left."""
        return cls(Session.begin(listener))

    @property
    def kernel_silenced(self) -> bool:
        """The guest's kernel says that it prints nothing below an emergency on the console."""
        return self._session.kernel_level == "1"

    def run(self, command: str, *, timeout: float = RUN_TIMEOUT, stdin: bytes = b"") -> CommandResult:
        """Run a command by `sh -c` in a process of its own, exactly once.

        Raises JobError (`step-timeout`) after `timeout` seconds; the command is then interrupted, or killed.
        """
        self._jobs += 1
        job = str(self._jobs)
        self._session.ask(f"ai_job {job}")
        send_bytes(self._session, command.encode(), f"{self._session.folder}/{job}/command")
        if stdin:
            send_bytes(self._session, stdin, f"{self._session.folder}/{job}/in")
        self._session.ask(f"ai_start {job}")
        answer = self._session.try_ask(f"ai_wait {job}", Deadline.after(timeout))
        if answer is None or answer.words == "stopped":
            raise self._hung(job, timeout, stopped=answer is not None)
        result = self._result(job, answer.words)
        self._session.ask(f"ai_forget {job}/out {job}/err {job}/in {job}/command")
        return result

    def look(self, path: str) -> FileState | None:
        """What stands at the path, None when nothing does. Raises JobError (`guest-file`) for what is no file."""
        return self._look(_checked(path))

    def fetch(self, path: str) -> GuestFile:
        """A file with its mode and owner. Raises JobError (`guest-file`) where there is none."""
        state = self.look(path)
        if state is None:
            raise JobError(
                f"the guest has no file {path}", kind="guest-file", hint="is the path right for this system?"
            )
        data = fetch_bytes(self._session, state.path, state.size)
        if hashlib.sha256(data).hexdigest() != state.sha256:
            raise JobError(
                f"{path} changed while it was read", kind="guest-file", hint="does a service write to it?"
            )
        return GuestFile(state, data)

    def put(self, data: bytes, path: str, *, mode: str | None = None, owner: str | None = None) -> FileState:
        """Make the path hold exactly these bytes, whole or not at all.

        `mode` is octal digits, `owner` as chown takes it; without them a file keeps its own, and a new one
        gets 0644 and root. The new file is written beside the old one, synced, and renamed over it.
        """
        old = self.look(path)
        target = old.path if old else _checked(path)
        mode = mode or (old.mode if old else "0644")
        owner = owner or (old.owner_ids if old else "0:0")
        staged = f"{self._session.folder}/staged"
        send_bytes(self._session, data, staged)
        words = " ".join(shlex.quote(word) for word in (staged, target, mode, owner))
        if self._session.ask(f"ai_place {words}") != "placed":
            raise JobError(
                f"{path} cannot be written: {self._errors()}",
                kind="guest-file",
                hint="is the guest's file system read-only or full, and is the folder there?",
            )
        self._session.ask("ai_forget staged")
        return self._proved(target, data, mode)

    def lay_down(self, data: bytes, name: str) -> str:
        """Keep bytes in the session's own folder, which `close` removes; gives the file's path."""
        path = f"{self._session.folder}/{name}"
        send_bytes(self._session, data, path)
        return path

    def close(self) -> None:
        """Remove what the session left in the guest."""
        self._session.ask("ai_end")

    def send_line(self, line: str) -> None:
        """Type a line without waiting for anything: for the command after which nothing answers."""
        self._session.listener.send(line.encode() + b"\n")

    def hear(self, seconds: float) -> bool:
        """Take what the console says within `seconds`; False when it was silent."""
        return self._session.listener.hear(seconds)

    def shown(self, output: bytes) -> str:
        """A command's output as text that is safe to print, secrets replaced."""
        return self._session.listener.shown(output)

    def _look(self, path: str, followed: bool = False) -> FileState | None:
        words = self._session.ask(f"ai_look {shlex.quote(path)}").split(" ")
        if words[0] == "absent":
            return None
        if words[0] == "file" and len(words) == 6:
            return FileState(path, int(words[1]), _four_digits(words[2]), words[3], words[4], words[5])
        if words[0] == "link" and not followed:
            return self._look(self._link_target(path), followed=True)
        raise JobError(
            f"{path} is no file, but a {words[0]}", kind="guest-file", hint="the step needs a file's path"
        )

    def _link_target(self, path: str) -> str:
        """Where a link leads, if that is a place the step may write to."""
        said = fetch_bytes(self._session, f"{self._session.folder}/target", 2 * LONGEST_PATH)
        target = said.decode("utf-8", "replace").removesuffix("\n")
        folder = (
            self.run(f"readlink -f {shlex.quote(path.rpartition('/')[0] or '/')}").stdout.decode().strip()
        )
        if not target.startswith(folder.rstrip("/") + "/"):
            raise JobError(
                f"{path} is a link to {self.shown(said).strip() or 'nothing'}",
                kind="guest-file",
                hint=f"{FOLLOWED_LINKS_STAY_IN}; name the file itself if it is meant",
            )
        return _checked(target)

    def _proved(self, path: str, data: bytes, mode: str) -> FileState:
        """What the path holds now, read back."""
        state = self._look(path)
        if state is None or state.sha256 != hashlib.sha256(data).hexdigest():
            raise JobError(f"{path} does not hold what was written to it", kind="guest-file")
        if state.mode != _four_digits(mode):
            raise JobError(
                f"{path} has mode {state.mode}, not {mode}",
                kind="guest-file",
                hint="does its file system keep modes, or does something in the guest set them back?",
            )
        return state

    def _result(self, job: str, words: str) -> CommandResult:
        _, status, out, err = words.split(" ")
        folder = f"{self._session.folder}/{job}"
        return CommandResult(
            int(status),
            fetch_bytes(self._session, f"{folder}/out", int(out)),
            fetch_bytes(self._session, f"{folder}/err", int(err)),
        )

    def _hung(self, job: str, timeout: float, *, stopped: bool) -> JobError:
        """End a command that does not end, and say what it had printed."""
        for signal in ("INT", "TERM", "KILL"):
            self._session.interrupt()
            self._session.ask(f"ai_signal {signal} {job}")
            ended = self._session.try_ask(f"ai_wait {job}", Deadline.after(INTERRUPT_LIMIT))
            if ended and ended.words != "stopped":
                break
        folder = f"{self._session.folder}/{job}"
        printed = b"\n".join(fetch_bytes(self._session, f"{folder}/{name}", 2000) for name in ("out", "err"))
        said = self.shown(printed).strip()[-500:]
        return JobError(
            "the command stopped because it wants a terminal"
            if stopped
            else f"the command did not end within {timeout:.0f} s"
            + (f"; it had printed:\n{said}" if said else "; it had printed nothing"),
            kind="step-timeout",
            hint="it was interrupted; a longer `timeout` of the step may help, and nobody can answer its questions",
        )

    def _errors(self) -> str:
        said = fetch_bytes(self._session, f"{self._session.folder}/errors", 1000)
        return self.shown(said).strip() or "the guest gives no reason"


def _checked(path: str) -> str:
    """The path, if it can be named on a line of the console without doubt."""
    if not _PATH.fullmatch(path) or len(path) > LONGEST_PATH or path.endswith("/"):
        raise JobError(
            f"{path!r} cannot be used as a file's path in the guest",
            kind="guest-file",
            hint="it must begin with /, name a file and hold no control characters",
        )
    return path


def _four_digits(mode: str) -> str:
    return mode.zfill(4)
