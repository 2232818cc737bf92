"""`python -m autoinstall.catalogue.making SOURCE TARGET`: the catalogue of an initrd or templates file, to be kept.

Exit status 3 and a JSON object on stderr where the source is damaged.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import BinaryIO

from autoinstall.catalogue.catalogue import Catalogue
from autoinstall.catalogue.initrd import is_initrd, templates_in_initrd
from autoinstall.catalogue.kept import keep
from autoinstall.catalogue.question import Question
from autoinstall.catalogue.templates import TemplatesError, parse_templates
from autoinstall.errors import AutoinstallError, InvalidFileError

MOST_MEMORY = 1 << 30
"""Bytes of address space; the questions of a real initrd take 0.1 GiB."""


def questions_of(stream: BinaryIO) -> dict[str, Question]:
    """The questions of a templates file, or of all templates files inside an initrd, open at its beginning.

    Raises InvalidFileError (TemplatesError for a templates file) where it is damaged.
    """
    start = stream.read(6)
    stream.seek(0)
    if not is_initrd(start):
        return parse_templates(_decoded(stream.read()))
    questions: dict[str, Question] = {}
    for name, text in templates_in_initrd(stream):
        try:
            questions.update(parse_templates(text))
        except TemplatesError as error:
            raise InvalidFileError(f"{name}: {error.message}", kind=error.kind, hint=error.hint) from error
    return questions


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TemplatesError(line, "not UTF-8 text") from None


def main(source: str, target: str) -> int:
    """Make it; the exit status."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    try:
        with Path(source).open("rb") as stream:
            questions = questions_of(stream)
        keep(questions, Catalogue(questions).buttons, Path(target))
    except AutoinstallError as error:
        told = {"message": error.message, "kind": error.kind, "hint": error.hint}
    except MemoryError:
        told = {"message": "its questions take too much memory", "kind": "invalid-initrd", "hint": None}
    else:
        return 0
    sys.stderr.write(json.dumps(told) + "\n")
    return InvalidFileError.exit_code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
