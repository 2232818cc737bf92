"""The local files that an answers file names: their paths are relative to it, and they must be there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autoinstall.answers.document import Keys, Text, texts_of
from autoinstall.answers.model import Answers
from autoinstall.answers.problem import Findings, Problem
from autoinstall.answers.template import replaced_keys

_LOCAL_STARTS = ("/", "./", "../")
_KEYRING = ("installer", "verify", "keyring")
_KERNEL = ("installer", "kernel")
_INITRD = ("installer", "initrd")
_LISTS = (("installer", "overlays"), ("machine", "media"))


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file of this machine that the answers file names; an absolute path after loading."""

    path: Path
    node: Text

    @property
    def is_keyring(self) -> bool:
        return self.node.path == _KEYRING


def with_absolute_paths(root: Keys, folder: Path) -> Keys:
    """The document with every local path made absolute, seen from `folder`."""
    base = os.path.abspath(folder)  # noqa: PTH100 - links in the path stay as the user wrote them

    def absolute(text: Text) -> Text:
        if not _is_local(text):
            return text
        return Text(os.path.normpath(os.path.join(base, text)), text.place, text.path)  # noqa: PTH118

    return replaced_keys(root, absolute)


def local_files(answers: Answers) -> tuple[LocalFile, ...]:
    """Every local file of the answers file, in the order in which it names them."""
    return tuple(LocalFile(Path(text), text) for text in texts_of(answers.document) if _is_local(text))


def check_files(answers: Answers, *, needs_keyring: bool) -> Findings:
    """Errors for local files that are absent or unreadable; an absent keyring is one only with `needs_keyring`.

    A rehearsal verifies by a key of its own, and a file may be checked on another machine than the build's.
    """
    errors: list[Problem] = []
    warnings: list[Problem] = []
    for file in (*local_files(answers), *_default_keyring(answers)):
        if not file.path.is_file() or not os.access(file.path, os.R_OK):
            found = warnings if file.is_keyring and not needs_keyring else errors
            found.append(_absent(file))
    return Findings(tuple(errors), tuple(warnings))


def _absent(file: LocalFile) -> Problem:
    what = "the keyring" if file.is_keyring else "the file"
    hint = "install the archive's keyring package, or name its file" if file.is_keyring else None
    why = "is not there" if not file.path.exists() else "is no file that can be read"
    return Problem.at(file.node.place, file.node.path, f"{what} {file.path} {why}", hint)


def _default_keyring(answers: Answers) -> Iterator[LocalFile]:
    """The keyring that stands in no file but in the defaults."""
    verify = answers.installer.verify
    if verify != "none" and verify.keyring is not None and answers.given_installer is not None:
        place = answers.place_of(*_KEYRING)
        node = Text(verify.keyring, place, _KEYRING)
        if not any(file.is_keyring for file in local_files(answers)):
            yield LocalFile(Path(verify.keyring), node)


_STEP_SOURCES = (("put_file", "from"), ("install_package", "file"), ("profile", "file"))


def _is_local(text: Text) -> bool:
    """Whether the value under these keys is a path, and not a URL or a name of the archive."""
    if text.is_nothing or not text:
        return False
    path = text.path
    if path in (_KERNEL, _INITRD):
        return text.startswith(_LOCAL_STARTS)
    if path == _KEYRING or (path[:2] in _LISTS and len(path) == 3):
        return True
    is_source = path[:1] == ("guest",) and path[2:] in _STEP_SOURCES
    return is_source and "://" not in text
