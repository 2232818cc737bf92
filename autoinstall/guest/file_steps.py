"""Steps upon the guest's files: edits that keep mode and owner, and files put there."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from autoinstall.errors import JobError
from autoinstall.guest import edits
from autoinstall.guest.edits import Edited
from autoinstall.guest.shell import FileState, Shell
from autoinstall.guest.steps import Check, StepResult, StepState


class WhenAbsent(Enum):
    """What an edit makes of a file that is not there."""

    FAIL = "fail"
    LEAVE = "leave"
    MAKE = "make"


@dataclass(frozen=True, slots=True)
class EditFile:
    """An edit of a file's text; `edit` is pure and finds nothing to do in its own result."""

    verb: str
    path: str
    edit: Callable[[str], Edited]
    when_absent: WhenAbsent = WhenAbsent.FAIL

    @property
    def name(self) -> str:
        return f"{self.verb} {self.path}"

    def apply(self, shell: Shell) -> StepResult:
        if self._is_absent(shell):
            return self._apply_to_nothing(shell)
        before = _text(shell.fetch(self.path).data)
        edited = self.edit(before)
        if edited.already:
            return StepResult(self.name, StepState.ALREADY, "", "the file is so already")
        shell.put(_bytes(edited.text), self.path)
        return StepResult(self.name, StepState.DONE, self._diff(before, edited.text), self._read_back(shell))

    def prove(self, shell: Shell) -> Check:
        if self._is_absent(shell):
            return Check(self.name, self.when_absent is WhenAbsent.LEAVE, f"there is no {self.path}")
        found = shell.fetch(self.path)
        so = self.edit(_text(found.data)).already
        said = f"{self.path} {'holds the edit' if so else 'is without the edit'}, {_described(found.state)}"
        return Check(self.name, so, said)

    def _is_absent(self, shell: Shell) -> bool:
        return self.when_absent is not WhenAbsent.FAIL and shell.look(self.path) is None

    def _apply_to_nothing(self, shell: Shell) -> StepResult:
        if self.when_absent is WhenAbsent.LEAVE:
            return StepResult(self.name, StepState.ALREADY, "", f"there is no {self.path}")
        text = self.edit("").text
        shell.put(_bytes(text), self.path)
        return StepResult(self.name, StepState.DONE, self._diff("", text), self._read_back(shell))

    def _read_back(self, shell: Shell) -> str:
        """Prove the edit by what the file holds now."""
        found = shell.fetch(self.path)
        if not self.edit(_text(found.data)).already:
            raise JobError(f"{self.path} does not hold the edit when read back", kind="guest-file")
        return f"read back: {_described(found.state)}"

    def _diff(self, before: str, after: str) -> str:
        return _printable(edits.unified_diff(before, after, self.path))


def comment_line(path: str, line: str) -> EditFile:
    return EditFile("comment_line", path, lambda text: edits.comment_line(text, line))


def replace_line(path: str, line: str, replacement: str) -> EditFile:
    return EditFile("replace_line", path, lambda text: edits.replace_line(text, line, replacement))


def insert_after(path: str, line: str, insert: str) -> EditFile:
    return EditFile("insert_after", path, lambda text: edits.insert_after(text, line, insert))


def empty_file(path: str) -> EditFile:
    """No byte in the file; made where it is not there (the how-to's `echo '' >` makes it, with a byte too many)."""
    return EditFile("empty_file", path, edits.empty_file, WhenAbsent.MAKE)


@dataclass(frozen=True, slots=True)
class PutFile:
    """A file of given bytes; without `mode` or `owner` a file keeps its own, and a new one gets 0644 and root's."""

    path: str
    data: bytes
    mode: str | None = None
    owner: str | None = None

    @property
    def name(self) -> str:
        return f"put_file {self.path}"

    def apply(self, shell: Shell) -> StepResult:
        old = shell.look(self.path)
        if old and self._fits(old):
            return StepResult(self.name, StepState.ALREADY, "", _described(old))
        before = shell.fetch(self.path).data if old else b""
        shell.put(self.data, self.path, mode=self.mode, owner=self.owner)
        check = self.prove(shell)
        if not check.ok:
            raise JobError(check.evidence, kind="guest-file")
        return StepResult(self.name, StepState.DONE, self._diff(before), f"read back: {check.evidence}")

    def prove(self, shell: Shell) -> Check:
        found = shell.look(self.path)
        if found is None:
            return Check(self.name, False, f"there is no {self.path}")
        runs = int(found.mode, 8) & 0o111 == 0 or self._is_executable(shell)
        evidence = _described(found) + ("" if runs else ", but root cannot execute it")
        return Check(self.name, self._fits(found) and runs, evidence)

    def _fits(self, found: FileState) -> bool:
        return (
            found.sha256 == hashlib.sha256(self.data).hexdigest()
            and (self.mode is None or int(found.mode, 8) == int(self.mode, 8))
            and (self.owner is None or found.is_owned_by(self.owner))
        )

    def _is_executable(self, shell: Shell) -> bool:
        return shell.run(f"test -x {shlex.quote(self.path)}").status == 0

    def _diff(self, before: bytes) -> str:
        if b"\0" in before + self.data:
            return f"Binary files a{self.path} and b{self.path} differ\n"
        return _printable(edits.unified_diff(_text(before), _text(self.data), self.path))


def _text(data: bytes) -> str:
    """The bytes as text that gives the same bytes again, whatever their encoding is."""
    return data.decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _described(state: FileState) -> str:
    return f"{state.size} bytes, mode {state.mode}, owner {state.owner}, sha256 {state.sha256}"
