"""`autoinstall export-preseed`: an answers file as a preseed file, without its secrets."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from autoinstall.answers.preseed import write_preseed
from autoinstall.answers.to_preseed import Described, export_preseed
from autoinstall.catalogue.catalogue import Catalogue
from autoinstall.catalogue.shipped import load_shipped
from autoinstall.cli.given_answers import given_answers
from autoinstall.cli.new_file import write_new
from autoinstall.cli.output import Output


def run(arguments: argparse.Namespace, output: Output) -> int:
    answers = given_answers(arguments)
    found = export_preseed(answers, described(load_shipped(answers.installer.suite)))
    text = write_preseed(found.lines)
    if arguments.output:
        write_new(arguments.output, text)
    output.document(
        {
            "result": "done",
            "preseed": str(arguments.output) if arguments.output else text,
            "warnings": found.warnings,
        }
    )
    output.complaint(f"warning: {warning}" for warning in found.warnings)
    output.result([f"{arguments.output}: written"] if arguments.output else text.splitlines())
    return 0


def described(catalogue: Catalogue) -> Callable[[str], Described | None]:
    """What the catalogue says of a question, for the settings' types and values."""

    def describe(name: str) -> Described | None:
        question = catalogue.get(name)
        if question is None:
            return None
        return Described(question.type, dict(zip(question.english.choices, question.values, strict=False)))

    return describe
