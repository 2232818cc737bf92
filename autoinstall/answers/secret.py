"""Secret values: a type that cannot be printed by accident."""

from __future__ import annotations


class Secret:
    """A secret's text; `str`, `repr` and formatting show stars, only `reveal` shows the text."""

    __slots__ = ("_text", "name")

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"<secret {self.name}>"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and (self.name, self._text) == (other.name, other._text)

    def __hash__(self) -> int:
        return hash(self.name)
