"""`autoinstall import-preseed`: an answers file out of a preseed file."""

from __future__ import annotations

import argparse
from pathlib import Path

from autoinstall.answers.from_preseed import import_preseed
from autoinstall.answers.naming import valid_name
from autoinstall.answers.preseed import read_preseed
from autoinstall.catalogue.shipped import all_shipped
from autoinstall.cli.new_file import write_new
from autoinstall.cli.output import Output
from autoinstall.errors import InvalidFileError, UsageError


def run(arguments: argparse.Namespace, output: Output) -> int:
    source: Path = arguments.preseed
    catalogues = all_shipped()
    lines = read_preseed(_text(source), str(source))
    found = import_preseed(lines, lambda name: any(name in one for one in catalogues))
    text = found.text(valid_name(source.stem))
    if arguments.output:
        write_new(arguments.output, text)
    output.document(
        {
            "result": "done",
            "answers": str(arguments.output) if arguments.output else text,
            "warnings": [one.document for one in found.remarks if not one.refused],
            "refused": [one.document for one in found.remarks if one.refused],
        }
    )
    output.complaint(
        f"{source}:{one.line}: {'refused' if one.refused else 'warning'}: {one.question}: {one.message}"
        for one in found.remarks
    )
    if arguments.output:
        output.result([f"{arguments.output}: {len(lines)} settings of {source}"])
    else:
        output.result(text.splitlines())
    return 0


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InvalidFileError(f"{path} is not UTF-8 text", kind="invalid-preseed") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", kind="unreadable") from None
