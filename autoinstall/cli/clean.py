"""`autoinstall clean`: removes what builds left on hosts and disks."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from autoinstall.build.cleaning import (
    Cleaned,
    as_json,
    clean_build,
    clean_host,
    hosted_listing,
    known_builds,
)
from autoinstall.cli.failure import failure_document, failure_lines
from autoinstall.cli.output import Output
from autoinstall.errors import AutoinstallError, BusyError, UsageError
from autoinstall.toolstack.ssh import reached


def run(arguments: argparse.Namespace, output: Output) -> int:
    if arguments.host:
        return _on_host(arguments.host, arguments.builds, output)
    cleaned: list[Cleaned] = []
    busy: list[str] = []
    failure: AutoinstallError | None = None
    for root in [Path(one) for one in arguments.builds] or known_builds():
        try:
            cleaned.append(clean_build(root))
        except UsageError:
            raise
        except AutoinstallError as error:
            if isinstance(error, BusyError) and not arguments.builds:
                busy.append(str(root))
                continue
            output.complaint(failure_lines(failure_document(error)))
            failure = failure or error
    document: dict[str, Any] = {"builds": [as_json(one) for one in cleaned], "busy": busy}
    _report(output, document, failure)
    output.result(
        [*map(_sentence, cleaned), *(f"{root}: a process works on it, left alone" for root in busy)]
    )
    return failure.exit_code if failure else 0


def _on_host(url: str, ids: list[str], output: Output) -> int:
    with reached(url) as host:
        if not ids:
            found = hosted_listing(host)
            _report(output, {"builds": found}, None)
            output.result([f"{one['id']}: {one['folder']}" for one in found] or ["nothing of ours is there"])
            return 0
        cleaned = list(clean_host(host, ids))
    _report(output, {"builds": [as_json(one) for one in cleaned]}, None)
    output.result(map(_sentence, cleaned))
    return 0


def _report(output: Output, document: dict[str, Any], failure: AutoinstallError | None) -> None:
    result = {"result": "failed" if failure else "done", **document}
    output.document(result | {"failure": failure_document(failure) if failure else None})


def _sentence(cleaned: Cleaned) -> str:
    if not (cleaned.domains or cleaned.files):
        return f"{cleaned.build}: nothing was left"
    parts = []
    if cleaned.domains:
        parts.append("destroyed " + ", ".join(cleaned.domains))
    if cleaned.files:
        parts.append("removed " + ", ".join(_short(cleaned, one) for one in cleaned.files))
    return f"{cleaned.build}: {'; '.join(parts)}"


def _short(cleaned: Cleaned, file: str) -> str:
    return file.removeprefix(f"{cleaned.build}/")
