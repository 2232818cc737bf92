"""The places of an answers file where a person may have written a password: nothing below them is repeated."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

SECRET_HINT = "write {secret: NAME} and give the text outside of the file"

_PASSWORD_QUESTIONS = "passwd/*password*"


def conceals(path: Sequence[str]) -> bool:
    """Whether the value under these keys is a password by its name."""
    return _concealed_length(path) is not None


def shown(path: Sequence[str]) -> tuple[str, ...]:
    """The keys that may be printed: those below a password may themselves be the password."""
    return tuple(path[: _concealed_length(path)])


def _concealed_length(path: Sequence[str]) -> int | None:
    if len(path) < 2:
        return None
    is_login = path[0] == "login" and path[1] == "password"
    is_question = path[0] == "questions" and fnmatchcase(path[1], _PASSWORD_QUESTIONS)
    return 2 if is_login or is_question else None
