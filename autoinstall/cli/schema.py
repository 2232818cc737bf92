"""`autoinstall schema`: the JSON Schema of answers files."""

from __future__ import annotations

import argparse
import json

from autoinstall.answers.schema import answers_schema
from autoinstall.cli.output import Output


def run(arguments: argparse.Namespace, output: Output) -> int:
    output.raw(json.dumps(answers_schema(), indent=2) + "\n")
    return 0
