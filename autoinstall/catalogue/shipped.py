"""Catalogues: those that come with this program, and those that a user names."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

from autoinstall.catalogue.catalogue import Catalogue
from autoinstall.catalogue.kept import kept_catalogue
from autoinstall.catalogue.templates import parse_templates
from autoinstall.errors import AutoinstallError, InvalidFileError, UsageError

_PACKAGE = "autoinstall.catalogue"
_ENDING = ".templates"
_FIRST = "precise"
SHIPPED = ("trixie", "precise")
"""The suites all of whose questions come with this program, the latest first."""

DIFFERING = {"bookworm": "trixie"}
"""Suites of whose questions only those come with it that another suite lacks or words otherwise."""

_ALIKE = {"stable": "trixie", "testing": "trixie", "forky": "trixie", "sid": "trixie"}
"""Suites whose questions are nearly those of one that is shipped."""


def load_shipped(suite: str | None = None) -> Catalogue:
    """The questions of a suite's installer, as its own packages give them (SUITE.templates, package data).

    A suite of Debian that is not shipped has those of the nearest one that is; any other, and no suite, those of
    Ubuntu 12.04. Two releases are never mixed: texts that one has changed would be twins of the other's. What the file
    of a suite in DIFFERING does not hold is of the other one.
    """
    return _of_suite(_ALIKE.get(suite or "", suite or ""))


def all_shipped() -> tuple[Catalogue, ...]:
    """The questions of each release that is shipped, the latest first."""
    return tuple(_of_suite(suite) for suite in SHIPPED)


@cache
def _of_suite(suite: str) -> Catalogue:
    file = resources.files(_PACKAGE) / f"{suite}{_ENDING}"
    if not file.is_file():
        return _of_suite(_FIRST)
    own = parse_templates(file.read_text(encoding="utf-8"))
    return Catalogue({**_of_suite(DIFFERING[suite]), **own} if suite in DIFFERING else own)


def load_file(path: Path, folder: Path) -> Catalogue:
    """As `read_file`; an initrd without questions gives the shipped catalogue."""
    return read_file(path, folder) or load_shipped()


def read_file(path: Path, folder: Path) -> Catalogue | None:
    """The questions of a templates file, or of all templates files inside an initrd; kept in `folder` once read.

    None for an initrd without any. Raises UsageError (exit 2) when there is no such file, InvalidFileError
    (exit 3) when its content is neither.
    """
    try:
        return kept_catalogue(path, folder)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"the catalogue {path} cannot be read: {reason}", kind="no-catalogue") from error
    except AutoinstallError as error:
        raise InvalidFileError(f"{path}: {error.message}", kind=error.kind, hint=error.hint) from error


def load_installer(suite: str, initrd: Path, folder: Path) -> Catalogue:
    """The questions of an installer about to run: its own initrd's, and the shipped ones of its suite for what
    it loads later. Raises as `load_file`.
    """
    shipped = load_shipped(suite)
    own = load_file(initrd, folder)
    return shipped if own is load_shipped() else Catalogue({**shipped, **own}, own.buttons)
