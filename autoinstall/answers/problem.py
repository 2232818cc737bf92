"""What is wrong in an answers file, each thing with its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autoinstall.answers.answer import Place
from autoinstall.errors import InvalidFileError

_MAX_LENGTH = 400


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where (line and column count from 1), under which keys, what, and what helps.

    `path` joins the keys by dots (`questions.netcfg/get_hostname`); it is empty for the file as a whole.
    """

    file: str
    line: int
    column: int
    path: str
    message: str
    hint: str | None = None

    @classmethod
    def at(cls, place: Place, path: Sequence[str], message: str, hint: str | None = None) -> Problem:
        """The problem at a place; control characters and lone surrogates of the file are written as escapes."""
        return cls(
            place.file, place.line, place.column, _printable(".".join(path)), _printable(message), hint
        )

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}: "
        path = f"{self.path}: " if self.path else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}{path}{self.message}{hint}"

    def as_json(self) -> dict[str, object]:
        """The form of `validate --json`: file, line, column, path, message, hint."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "path": self.path,
            "message": self.message,
            "hint": self.hint,
        }


def _printable(text: str) -> str:
    clipped = text if len(text) <= _MAX_LENGTH else text[:_MAX_LENGTH] + "..."
    return "".join(
        character if character.isprintable() else f"\\u{ord(character):04x}" for character in clipped
    )


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check found: errors make the file invalid, warnings do not."""

    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()

    def __add__(self, other: Findings) -> Findings:
        return Findings(self.errors + other.errors, self.warnings + other.warnings)

    def as_json(self) -> dict[str, object]:
        """The whole document of `validate --json`."""
        return {
            "result": "invalid" if self.errors else "valid",
            "errors": [problem.as_json() for problem in self.errors],
            "warnings": [problem.as_json() for problem in self.warnings],
        }


class InvalidAnswers(InvalidFileError):
    """All that is wrong in an answers file (exit 3), in the order of the file."""

    default_kind = "invalid-answers"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @property
    def findings(self) -> Findings:
        return Findings(errors=self.problems)


class ProblemList:
    """Problems as they are found; a second one at the same place and path is an echo of the first."""

    def __init__(self) -> None:
        self._by_spot: dict[tuple[str, int, int, str], Problem] = {}

    @property
    def found(self) -> list[Problem]:
        """All problems in the order of the file."""
        return sorted(self._by_spot.values(), key=lambda problem: (problem.line, problem.column))

    def add(self, place: Place, path: Sequence[str], message: str, hint: str | None = None) -> None:
        problem = Problem.at(place, path, message, hint)
        self._by_spot.setdefault((problem.file, problem.line, problem.column, problem.path), problem)
