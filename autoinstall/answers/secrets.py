"""Finds the secrets that an answers file refers to: in the service manager's credentials, else in the environment."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from autoinstall.answers.document import unprintable_in
from autoinstall.answers.model import SecretUse
from autoinstall.answers.problem import InvalidAnswers, Problem
from autoinstall.answers.secret import Secret
from autoinstall.process import SECRET_PREFIX

CREDENTIALS_VARIABLE = "CREDENTIALS_DIRECTORY"
_MAX_BYTES = 64 << 10


class _Unusable(Exception):
    """Why a secret that is there cannot be used; its text is not part of the message."""


def resolve(uses: Iterable[SecretUse], environment: Mapping[str, str] | None = None) -> dict[str, Secret]:
    """The secrets by name: `$CREDENTIALS_DIRECTORY/NAME`, then `AUTOINSTALL_SECRET_NAME` (the name in capitals).

    Raises InvalidAnswers that names, for each secret that is missing or cannot be typed, where it is
    used and both ways to give it.
    """
    given = os.environ if environment is None else environment
    secrets: dict[str, Secret] = {}
    problems: list[Problem] = []
    for use in uses:
        try:
            text = _text(use.name, given)
        except _Unusable as error:
            problems.append(_problem(use, f"the secret {use.name} {error}"))
        else:
            secrets[use.name] = Secret(use.name, text)
    if problems:
        raise InvalidAnswers(problems)
    return secrets


def _problem(use: SecretUse, message: str) -> Problem:
    variable = SECRET_PREFIX + use.name.upper()
    hint = f"put it into the file ${CREDENTIALS_VARIABLE}/{use.name}, or into the environment variable {variable}"
    return Problem.at(use.place, use.path, message, hint)


def _text(name: str, environment: Mapping[str, str]) -> str:
    text = _credential(name, environment)
    if text is None:
        text = environment.get(SECRET_PREFIX + name.upper())
    if text is None:
        raise _Unusable("is not given")
    if not text:
        raise _Unusable("is empty")
    if unprintable_in(text) or any(character in text for character in "\t\r\n"):
        raise _Unusable("holds a control character or a line end, which no dialog takes")
    return text


def _credential(name: str, environment: Mapping[str, str]) -> str | None:
    """The credential's text without one final newline, or None where there is no such credential."""
    folder = environment.get(CREDENTIALS_VARIABLE)
    if not folder:
        return None
    try:
        with Path(folder, name).open("rb") as stream:
            content = stream.read(_MAX_BYTES)
        return content.decode("utf-8").removesuffix("\n")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _Unusable(f"stands in a file that cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise _Unusable("is not UTF-8 text") from None
