"""The answers file that a command is given: loaded, checked, its secrets found."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from autoinstall.answers.loading import load
from autoinstall.answers.model import Answers
from autoinstall.answers.problem import Findings, InvalidAnswers
from autoinstall.answers.secret import Secret
from autoinstall.answers.secrets import resolve
from autoinstall.answers.template import TemplateContext
from autoinstall.build.places import CATALOGUES, cache_folder
from autoinstall.catalogue.catalogue import Catalogue
from autoinstall.catalogue.checking import check
from autoinstall.catalogue.shipped import load_file, load_shipped
from autoinstall.cli.output import Output

NO_BUILD = "00000000"
"""Stands for a build's id where there is no build."""

_DIALOG_SECTIONS = ("questions", "dialogs")


def given_answers(
    arguments: argparse.Namespace, *, build_id: str = NO_BUILD, for_build: bool = False
) -> Answers:
    """The answers of the command line. Raises UsageError or InvalidAnswers."""
    return load(
        arguments.answers,
        context=TemplateContext(build_id),
        overrides=arguments.overrides,
        for_build=for_build,
    )


def given_catalogue(path: Path | None, suite: str | None = None) -> Catalogue:
    """The catalogue that `--catalogue` names, else the one that we ship for the suite."""
    return load_file(path, cache_folder(CATALOGUES)) if path else load_shipped(suite)


def check_or_raise(answers: Answers, output: Output, *, needs_keyring: bool) -> None:
    """Check names, choices and files against the shipped catalogue; warnings are told, errors raised."""
    found = check(answers, load_shipped(answers.installer.suite), needs_keyring=needs_keyring)
    for warning in found.warnings:
        output.progress(f"warning: {warning}")
    if found.errors:
        raise InvalidAnswers(found.errors)


def secrets_of_dialogs(answers: Answers) -> Mapping[str, Secret]:
    """The secrets that dialogs are answered with. Raises InvalidAnswers where one is missing."""
    return resolve(use for use in answers.secrets_used() if use.path[0] in _DIALOG_SECTIONS)


def secrets_missing(answers: Answers) -> Findings:
    """What is wrong with the secrets that the file refers to."""
    try:
        resolve(answers.secrets_used())
    except InvalidAnswers as error:
        return error.findings
    return Findings()
