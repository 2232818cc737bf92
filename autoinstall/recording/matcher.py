"""Finds patterns in a stream of visible characters, and knows from where on one could still be beginning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autoinstall.recording.patterns import Pattern
from autoinstall.recording.tokens import Token

LONGEST_PARTIAL = 4096
"""Tokens after which a partial match is given up: no secret spreads so far, and no more is ever held back."""


@dataclass(frozen=True, slots=True)
class Partial:
    """A pattern met up to `met` places since the token number `start`, `unseen` of them stepped over."""

    pattern: Pattern
    met: int
    start: int
    unseen: int = 0

    @property
    def complete(self) -> bool:
        return self.met >= len(self.pattern)


class Matcher:
    """Follows all partial matches at once; the number of a token is its place in the stream."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._by_first: defaultdict[str, list[Pattern]] = defaultdict(list)
        for pattern in patterns:
            for char in pattern.places[0]:
                self._by_first[char].append(pattern)
        self._partials: dict[tuple[Pattern, int], Partial] = {}
        self._wrapping: tuple[Partial, ...] = ()

    @property
    def beginnings(self) -> Iterable[str]:
        """The characters that begin a pattern."""
        return self._by_first.keys()

    @property
    def partials(self) -> Sequence[Partial]:
        """What could still become a match (a blank may yet turn out to be a line's end)."""
        if not self._partials and not self._wrapping:
            return ()
        return (*self._partials.values(), *self._wrapping)

    def forget(self) -> None:
        self._partials, self._wrapping = {}, ()

    def step(self, number: int, token: Token) -> list[Partial]:
        """Take the next token; the matches that it completes."""
        if token.char is None:
            return self._step_control(number, token)
        if not self._partials and not self._wrapping and token.char not in self._by_first:
            return []
        return self._step_character(number, token.char)

    def _step_control(self, number: int, token: Token) -> list[Partial]:
        followed = [partial for partial in self.partials if number - partial.start < LONGEST_PARTIAL]
        # A terminal's line editor ends a full line by a blank and CR, or by a blank and BS.
        if self._wrapping and token.raw not in (b"\r", b"\b"):
            followed = [partial for partial in followed if partial not in self._wrapping]
        if token.gap:
            followed += [over for partial in followed if (over := _stepped_over(partial, token.gap))]
        self._wrapping = ()
        return self._keep(followed)

    def _step_character(self, number: int, char: str) -> list[Partial]:
        followed = [Partial(pattern, 1, number) for pattern in self._by_first.get(char, ())]
        wrapping = []
        for partial in self._partials.values():
            if number - partial.start >= LONGEST_PARTIAL:
                continue
            if char in partial.pattern.places[partial.met]:
                followed.append(Partial(partial.pattern, partial.met + 1, partial.start, partial.unseen))
            if char in partial.pattern.between:
                followed.append(partial)
            if char == " ":
                wrapping.append(partial)
        self._wrapping = tuple(wrapping)
        return self._keep(followed)

    def _keep(self, followed: list[Partial]) -> list[Partial]:
        """Keep what goes on, the earliest beginning of each; give what is complete."""
        self._partials = {}
        for partial in followed:
            key = (partial.pattern, partial.met)
            known = self._partials.get(key)
            if not partial.complete and (known is None or partial.start < known.start):
                self._partials[key] = partial
        return [partial for partial in followed if partial.complete]


def _stepped_over(partial: Partial, gap: int) -> Partial | None:
    """The partial match with `gap` more places met unseen, where that leaves most of it seen."""
    met = min(partial.met + gap, len(partial.pattern))
    unseen = partial.unseen + met - partial.met
    if unseen * 3 > len(partial.pattern):
        return None
    return Partial(partial.pattern, met, partial.start, unseen)
