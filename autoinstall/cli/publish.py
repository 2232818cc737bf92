"""`autoinstall publish`: the marketplace files of a build's image, and whether marketplaces will take them."""

from __future__ import annotations

import argparse
from pathlib import Path

from autoinstall.cli.output import Output
from autoinstall.errors import UsageError, VerificationError
from autoinstall.image.marketplace import COMMANDS
from autoinstall.image.publishing import Problem, problems_of, published_image

_NOT_PUBLISHED = ("disk.img", "hygiene.json")


def run(arguments: argparse.Namespace, output: Output) -> int:
    folder: Path = arguments.build / "image"
    image = published_image(folder)
    if image is None or not (folder / COMMANDS).is_file():
        raise UsageError(
            f"{arguments.build} has no exported image",
            kind="no-image",
            hint="name the folder of a build that has come to its stage export",
        )
    found = problems_of(image)
    commands = (folder / COMMANDS).read_text(encoding="utf-8").splitlines()
    output.document(
        {
            "result": "wrong" if found else "ok",
            "problems": [problem.document for problem in found],
            "commands": commands,
        }
    )
    files = [path for path in sorted(folder.iterdir()) if path.is_file() and path.name not in _NOT_PUBLISHED]
    output.result([*map(str, files), "", f"in {folder}:", *(f"  {command}" for command in commands)])
    output.complaint(_told(found, strict=arguments.check))
    return VerificationError.exit_code if found and arguments.check else 0


def _told(found: list[Problem], *, strict: bool) -> list[str]:
    degree = "error" if strict else "warning"
    return [f"{degree}: {problem.file}: {problem.message} [{problem.rule}]" for problem in found]
