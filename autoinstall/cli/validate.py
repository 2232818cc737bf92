"""`autoinstall validate`: all that is wrong in an answers file."""

from __future__ import annotations

import argparse

from autoinstall.answers.problem import InvalidAnswers
from autoinstall.catalogue.checking import check
from autoinstall.cli.given_answers import given_answers, given_catalogue, secrets_missing
from autoinstall.cli.output import Output
from autoinstall.errors import InvalidFileError


def run(arguments: argparse.Namespace, output: Output) -> int:
    catalogue = given_catalogue(arguments.catalogue) if arguments.catalogue else None
    try:
        answers = given_answers(arguments)
        questions = catalogue or given_catalogue(None, answers.installer.suite)
        found = secrets_missing(answers) + check(answers, questions)
    except InvalidAnswers as error:
        found = error.findings
    output.complaint(str(error) for error in found.errors)
    output.complaint(f"warning: {warning}" for warning in found.warnings)
    output.document(found.as_json())
    output.result([f"{arguments.answers}: {_summary(len(found.errors), len(found.warnings))}"])
    return InvalidFileError.exit_code if found.errors else 0


def _summary(errors: int, warnings: int) -> str:
    word = "invalid" if errors else "valid"
    counts = [f"{number} {name}{'s' if number > 1 else ''}" for number, name in
              ((errors, "error"), (warnings, "warning")) if number]  # fmt: skip
    return ", ".join([word, *counts])
