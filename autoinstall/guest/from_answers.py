"""From the answers file's `guest:` to the steps that do it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from autoinstall.answers import steps as answers
from autoinstall.guest.command_steps import InstallPackage, RunCommand
from autoinstall.guest.file_steps import PutFile, comment_line, empty_file, insert_after, replace_line
from autoinstall.guest.profiles import steps_of
from autoinstall.guest.steps import Step

ReadSource = Callable[[str, str | None], bytes]
"""Gives the bytes of a path or URL; the second argument is the sha256 that they must have, if one is given."""


def steps_from(given: Iterable[answers.Step], read: ReadSource) -> tuple[Step, ...]:
    """The steps in the file's order, profiles opened; every source is read before any step is done."""
    return tuple(step for entry in given for step in _steps(entry, read))


def _steps(entry: answers.Step, read: ReadSource) -> tuple[Step, ...]:
    match entry:
        case answers.CommentLine():
            return (comment_line(entry.path, entry.line),)
        case answers.EmptyFile():
            return (empty_file(entry.path),)
        case answers.PutFile():
            return (PutFile(entry.to, read(entry.source, entry.sha256), mode=entry.mode),)
        case answers.ReplaceLine():
            return (replace_line(entry.path, entry.line, entry.replacement),)
        case answers.InsertAfter():
            return (insert_after(entry.path, entry.line, entry.insert),)
        case answers.Run():
            return (RunCommand(entry.command, entry.expect, float(entry.timeout)),)
        case answers.InstallPackage():
            return (_package(entry.file, entry.sha256, read) or InstallPackage(entry.name or ""),)
        case answers.Profile():
            return steps_of(entry.name, _package(entry.file, entry.sha256, read))
    raise AssertionError(f"a step without an implementation: {entry}")


def _package(file: str | None, sha256: str | None, read: ReadSource) -> InstallPackage | None:
    return None if file is None else InstallPackage(PurePosixPath(file).name, read(file, sha256))
