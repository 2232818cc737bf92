"""Masks secrets in a console's output before anything else sees it, and in texts that leave us.

A secret is found as it stands or quoted, URL-encoded or in base64, also when it arrives in pieces with control
sequences between. Stars of the same width take its place, so the picture on the screen keeps its shape.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from autoinstall.answers.secret import Secret
from autoinstall.recording.matcher import Matcher
from autoinstall.recording.patterns import Pattern, patterns_of
from autoinstall.recording.tokens import Token, Tokenizer, width

SHORT = 8
"""Characters below which a secret is masked only where it is typed: it would blot out half of every screen."""

TELLING = 4
"""Characters of a secret's beginning that are masked on silence although nobody knows yet how they go on."""

MOST_EXPECTED = 256
"""Keys whose echo is waited for at the most."""


class Masker:
    """Masks a stream (`feed`, `settle`, `finish`) and whole texts (`text`, `lines`).

    `visible` are the answers that everybody may see: a secret equal to one of them counts as short.
    """

    def __init__(self, secrets: Iterable[Secret] = (), *, visible: Iterable[str] = ()) -> None:
        texts = {secret.reveal() for secret in secrets} - {""}
        short = {text for text in texts if len(text) < SHORT or text in set(visible)}
        self._everywhere = _all_patterns(texts - short)
        self._matchers = [Matcher(self._everywhere)]
        self._field_only = _all_patterns(short)
        self._field_matcher = Matcher(self._field_only)
        beginnings = {
            char for matcher in (*self._matchers, self._field_matcher) for char in matcher.beginnings
        }
        self._tokenizer = Tokenizer(beginnings)
        self._held: deque[Token] = deque()
        self._first = 0
        self._expected: deque[str] = deque()
        self._field_ends_with_line = False

    def feed(self, data: bytes) -> bytes:
        """The masked bytes that are certain by now. Any chunking of the same bytes gives the same text."""
        shown = bytearray()
        self._tokenizer.quiet = not self._busy
        for token in self._tokenizer.feed(data):
            if not self._tokenizer.quiet or not (token.is_run or token.char is None):
                shown += self._follow(token)
                self._tokenizer.quiet = not self._busy
            else:
                shown += token.raw
                self._first += 1
        return bytes(shown)

    @property
    def _busy(self) -> bool:
        """Whether the next character matters whatever it is."""
        awaited = self._held or self._expected or self._field_ends_with_line
        return bool(awaited or any(matcher.partials for matcher in self._matchers))

    def _follow(self, token: Token) -> bytes:
        """Take a token; what is certain now."""
        self._expect_echo(token)
        self._held.append(token)
        number = self._first + len(self._held) - 1
        for matcher in self._matchers:
            for match in matcher.step(number, token):
                self._mask_from(match.start)
        return self._release()

    def settle(self) -> bytes:
        """On silence: what was held back, so that nothing that stands on the screen is missing.

        A beginning of TELLING characters or more is masked, wrongly if it does not go on; of a shorter one
        the rest will be masked if it goes on.
        """
        for matcher in self._matchers:
            for partial in matcher.partials:
                if partial.met >= TELLING:
                    self._mask_from(partial.start)
        return self._release_before(self._first + len(self._held))

    def finish(self) -> bytes:
        """The end of the stream: all that is left."""
        return self.settle() + self._tokenizer.rest()

    def typed(self, keys: bytes) -> None:
        """Say that keys of a secret are about to be sent: their echo is masked, and short secrets too."""
        line, end, _ = keys.decode("utf-8", "replace").replace("\n", "\r").partition("\r")
        self._expected.extend(line)
        while len(self._expected) > MOST_EXPECTED:
            self._expected.popleft()
        self.field(True)
        self._field_ends_with_line = bool(end)

    def field(self, on: bool) -> None:
        """Say that a field which shows a secret is on the screen, or that it is left."""
        if on and len(self._matchers) == 1:
            self._matchers.append(self._field_matcher)
        elif not on:
            self._field_matcher.forget()
            del self._matchers[1:]
            self._expected.clear()
        self._field_ends_with_line = False

    def text(self, text: str) -> str:
        """A text for an event or a report: `***` in place of each secret."""
        pieces, kept = [], 0
        for start, end in self._spans(text):
            pieces += [text[kept:start], "***"]
            kept = end
        return "".join([*pieces, text[kept:]])

    def lines(self, lines: Sequence[str]) -> list[str]:
        """The lines of a screen, each secret (also one that wraps) in stars of its width."""
        text = "\n".join(lines)
        shown, kept = [], 0
        for start, end in self._spans(text):
            stars = ("\n" if char == "\n" else "*" * width(char) for char in text[start:end])
            shown += [text[kept:start], *stars]
            kept = end
        return "".join([*shown, text[kept:]]).split("\n") if lines else []

    def whole(self, data: bytes) -> bytes:
        """Bytes that stand for themselves (keys of one write), secrets as stars."""
        return "\n".join(self.lines(data.decode("utf-8", "surrogateescape").split("\n"))).encode(
            "utf-8", "surrogateescape"
        )

    def _spans(self, text: str) -> list[tuple[int, int]]:
        """Where secrets stand, in order, without overlaps; short ones only while their field is there."""
        matchers = [Matcher(self._everywhere)]
        if len(self._matchers) > 1:
            matchers.append(Matcher(self._field_only))
        spans: list[tuple[int, int]] = []
        for number, char in enumerate(text):
            token = Token(char.encode("utf-8", "replace"), char if char.isprintable() else None)
            for match in (found for matcher in matchers for found in matcher.step(number, token)):
                start = match.start
                while spans and spans[-1][1] > start:
                    start = min(start, spans.pop()[0])
                spans.append((start, number + 1))
        return spans

    def _expect_echo(self, token: Token) -> None:
        """Mask the echo of secret keys; keys that were lost on the way are skipped."""
        if self._field_ends_with_line and token.raw == b"\n":
            self.field(False)
        if token.char == "*" and self._expected:
            self._expected.popleft()
        elif token.char is not None and token.char in self._expected:
            token.masked = True
            while self._expected.popleft() != token.char:
                pass
        for _ in range(min(token.gap, len(self._expected))):
            self._expected.popleft()

    def _mask_from(self, start: int) -> None:
        for token in list(self._held)[max(0, start - self._first) :]:
            token.masked = True

    def _release(self) -> bytes:
        """What no partial match can reach any more."""
        starts = [partial.start for matcher in self._matchers for partial in matcher.partials]
        return self._release_before(min(starts, default=self._first + len(self._held)))

    def _release_before(self, number: int) -> bytes:
        shown = bytearray()
        while self._held and self._first < number:
            shown += self._held.popleft().shown
            self._first += 1
        return bytes(shown)


def _all_patterns(texts: Iterable[str]) -> frozenset[Pattern]:
    return frozenset(pattern for text in texts for pattern in patterns_of(text))
