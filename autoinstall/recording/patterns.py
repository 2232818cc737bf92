"""The forms in which a secret can turn up in a console's output."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

QUOTING = "\\'\""
"""Characters that shells and JSON put between a text's own (`it'"'"'s`, `\\"`); they may stand anywhere in it."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A text to find among the visible characters: what each place accepts, and what may stand between."""

    places: tuple[str, ...]
    between: str = ""

    def __len__(self) -> int:
        return len(self.places)


def patterns_of(secret: str) -> frozenset[Pattern]:
    """The secret as it stands or quoted, URL-encoded, and in base64 at each of its three alignments."""
    seen = "".join(char for char in secret if char.isprintable())
    texts = {quote(secret, safe=""), quote(secret), quote_plus(secret)} - {secret}
    found = {Pattern(tuple(seen), QUOTING), *map(_percent_encoded, texts)}
    found |= {Pattern(tuple(text)) for text in _base64_forms(secret.encode())}
    return frozenset(pattern for pattern in found if pattern.places)


def _percent_encoded(text: str) -> Pattern:
    """URL-encoded text, its hexadecimal digits in either case."""
    places = list(text)
    for at, char in enumerate(text):
        if char == "%":
            places[at + 1 : at + 3] = (digit.upper() + digit.lower() for digit in text[at + 1 : at + 3])
    return Pattern(tuple(places))


def _base64_forms(secret: bytes) -> set[str]:
    """The digits that depend on the secret alone, wherever in a longer text it begins."""
    forms = set()
    for before in range(3):
        first = -(-before * 8 // 6)
        last = (before + len(secret)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            digits = encode(bytes(before) + secret).decode("ascii")[first:last]
            if len(digits) >= 4:
                forms.add(digits)
    return forms
