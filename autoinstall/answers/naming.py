"""Names for answers files and secrets that are made from other names."""

from __future__ import annotations

import re

_NOT_IN_NAMES = re.compile(r"[^a-z0-9.-]+")
_NOT_IN_SECRETS = re.compile(r"[^a-z0-9]+")


def valid_name(name: str) -> str:
    """The nearest name that an answers file may have."""
    plain = _NOT_IN_NAMES.sub("-", name.lower()).strip("-.")[:63]
    return plain or "learned"


def secret_name(question: str) -> str:
    """`passwd/user-password` is the secret user_password."""
    last = _NOT_IN_SECRETS.sub("_", question.rsplit("/", 1)[-1].lower()).strip("_")
    return last if last[:1].isalpha() else f"secret_{last}"
