"""Catalogues: those that come with this program, and those that a user names."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import BinaryIO

from autoinstall.catalogue.catalogue import Catalogue
from autoinstall.catalogue.initrd import is_initrd, templates_in_initrd
from autoinstall.catalogue.question import Question
from autoinstall.catalogue.templates import TemplatesError, parse_templates
from autoinstall.errors import AutoinstallError, InvalidFileError, UsageError

_PACKAGE = "autoinstall.catalogue"


@cache
def load_shipped() -> Catalogue:
    """The questions of all templates files that are package data, in the order of the files' names."""
    questions: dict[str, Question] = {}
    for entry in sorted(resources.files(_PACKAGE).iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".templates"):
            questions.update(parse_templates(entry.read_text(encoding="utf-8")))
    return Catalogue(questions)


def load_file(path: Path) -> Catalogue:
    """The questions of a templates file, or of all templates files inside an initrd.

    An initrd without any gives the shipped catalogue. Raises UsageError (exit 2) when there is no
    such file, InvalidFileError (exit 3) when its content is neither.
    """
    try:
        with path.open("rb") as stream:
            return _load(stream)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"the catalogue {path} cannot be read: {reason}", kind="no-catalogue") from error
    except AutoinstallError as error:
        raise InvalidFileError(f"{path}: {error.message}", kind=error.kind, hint=error.hint) from error


def _load(stream: BinaryIO) -> Catalogue:
    start = stream.read(6)
    stream.seek(0)
    if not is_initrd(start):
        return Catalogue(parse_templates(_decoded(stream.read())))
    questions: dict[str, Question] = {}
    for name, text in templates_in_initrd(stream):
        try:
            questions.update(parse_templates(text))
        except TemplatesError as error:
            raise InvalidFileError(f"{name}: {error.message}", kind=error.kind, hint=error.hint) from error
    return Catalogue(questions) if questions else load_shipped()


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TemplatesError(line, "not UTF-8 text") from None
