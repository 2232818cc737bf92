"""Where errors end: told on stderr (and as JSON), turned into the exit code of the contract."""

from __future__ import annotations

import traceback
from types import TracebackType
from typing import Any

import autoinstall
from autoinstall.cli.failure import failure_document, failure_lines, from_the_system, invalid_document
from autoinstall.cli.output import Output
from autoinstall.errors import AutoinstallError, InvalidFileError, UsageError

BUG = 70

NO_BUILD: dict[str, Any] = {"build": None, "id": None, "stages": [], "image": None}
DOCUMENTS: dict[str, dict[str, Any]] = {"build": NO_BUILD, "rehearse": NO_BUILD, "drive": {"answered": []}}
"""What stands in the document of a command that failed before it had anything to tell."""


class Boundary:
    """A context around a command that lets no error out; `exit_code` says how it ended."""

    def __init__(self, output: Output, command: str = "") -> None:
        self.exit_code = 0
        self._output = output
        self._document = DOCUMENTS.get(command, {})

    def __enter__(self) -> Boundary:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if isinstance(error, OSError):
            error = from_the_system(error) or error
        if isinstance(error, AutoinstallError):
            self._fail(error)
        elif isinstance(error, Exception):
            self._report_bug(error)
        elif error is not None:
            return False
        return True

    def _fail(self, error: AutoinstallError) -> None:
        self.exit_code = error.exit_code
        self._output.complaint(failure_lines(failure_document(error)))
        if isinstance(error, InvalidFileError):
            self._output.document(invalid_document(error))
        elif not isinstance(error, UsageError):
            self._output.document(self._failed(failure_document(error)))

    def _report_bug(self, error: Exception) -> None:
        # Imported late: it needs what starts processes, and `--help` must be quick.
        from autoinstall.cli.concealment import concealed

        self.exit_code = BUG
        told = concealed("".join(traceback.format_exception(error)))
        message = concealed(f"{type(error).__name__}: {error}")
        hint = (
            "this is a bug of autoinstall: please report it with the lines above "
            f"(version {autoinstall.__version__}); they hold no secret"
        )
        self._output.complaint([*told.splitlines(), f"hint: {hint}"])
        failure = {"kind": "bug", "exit": BUG, "stage": None, "message": message, "hint": hint, "next": None}
        self._output.document(self._failed(failure))

    def _failed(self, failure: dict[str, Any]) -> dict[str, Any]:
        return {"result": "failed", **self._document, "failure": failure}
