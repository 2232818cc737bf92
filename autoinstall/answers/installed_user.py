"""The user that the installer was told to make."""

from __future__ import annotations

import re

from autoinstall.answers.model import Answers

USER_NAME = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
"""As adduser(8) takes it."""

_NO = ("false", "no")


def installed_user(answers: Answers) -> str | None:
    """Its name; None where none is made, or where the file leaves the name to the installer."""
    told = {answer.name: answer.value for answer in answers.book.answers if isinstance(answer.value, str)}
    return told.get("passwd/username") if told.get("passwd/make-user") not in _NO else None
