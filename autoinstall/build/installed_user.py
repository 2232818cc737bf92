"""The user that the installer was told to make."""

from __future__ import annotations

from autoinstall.answers.model import Answers

_NO = ("false", "no")


def installed_user(answers: Answers) -> str | None:
    """Its name; None where none is made, or where the file leaves the name to the installer."""
    told = {answer.name: answer.value for answer in answers.book.answers if isinstance(answer.value, str)}
    return told.get("passwd/username") if told.get("passwd/make-user") not in _NO else None
