"""Bytes to and from files of the guest through its console: in pieces, each acknowledged or checked."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import shlex

from autoinstall.deadline import Deadline
from autoinstall.errors import JobError
from autoinstall.guest.session import PATIENCE, Session, new_word, request_line

LONGEST_LINE = 3000
"""Base64 characters of one line sent; the terminal's own limit is 4095."""

SHORTEST_LINE = 200
"""A line that arrives damaged is halved until it is so short; one that arrives whole makes the next longer."""

UNIT = 256
"""Bytes of which session.sh counts a block's place and size."""

LARGEST_BLOCK = 96
"""Units fetched at once; a damaged block makes the next half as large, a whole one twice."""

SMALLEST_BLOCK = 3

RESENDS = 8
"""Sends of one line without any answer before the guest counts as lost."""

ROUNDS = 3
"""Whole transfers before a checksum that never fits counts as a failure."""

DAMAGED_IN_A_ROW = 30
"""Shortest lines or smallest blocks damaged one after the other before the console counts as unusable."""

_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/]{1,76}={0,2}")


def send_bytes(session: Session, data: bytes, path: str) -> None:
    """Make `path`, a file of the session's folder, hold `data`, proved by its checksum.

    Raises JobError: `guest-disk-full`, `console-lost`, `console-garbled`.
    """
    wanted = hashlib.sha256(data).hexdigest()
    for _ in range(ROUNDS):
        _send_lines(session, data, path + ".64")
        if session.ask(f"ai_unpack {shlex.quote(path)}", patience=_patience(len(data))) == wanted:
            return
    raise garbled(f"the checksum of {len(data)} bytes sent differed {ROUNDS} times")


def _send_lines(session: Session, data: bytes, path: str) -> None:
    """Send the base64 text line by line; the guest says after each from which offset on it wants more."""
    text = base64.b64encode(data)
    word = new_word()
    wanted = _answered(session, request_line(word, f"ai_take {shlex.quote(path)}"), word)
    length, damaged = LONGEST_LINE, 0
    while wanted < len(text):
        piece = text[wanted : wanted + length]
        sent, wanted = wanted, _answered(session, b"%d %d %s\n" % (wanted, len(piece), piece), word)
        if wanted > sent:
            length, damaged = min(2 * length, LONGEST_LINE), 0
        elif damaged < DAMAGED_IN_A_ROW:
            length, damaged = max(length // 2, SHORTEST_LINE), damaged + 1
        else:
            raise garbled("what is sent to it arrives damaged")
    session.listener.send(b"end\n")


def _answered(session: Session, line: bytes, word: str) -> int:
    """Send a line until the guest answers, and give the offset that it wants next."""
    patience = PATIENCE
    session.listener.forget()
    session.listener.send(line)
    for _ in range(RESENDS):
        answer = session.await_answer(word, Deadline.after(patience))
        if answer and answer.words.isdigit():
            return int(answer.words)
        if answer and answer.words == "full":
            raise JobError(
                f"the guest cannot store what is sent to it (in {session.folder})",
                kind="guest-disk-full",
                hint="is its disk full, or its memory too small for the file?",
            )
        if not answer:
            patience *= 2
        session.listener.forget()
        session.listener.send(b"\n" + line)
    raise session.lost()


def fetch_bytes(session: Session, path: str, size: int) -> bytes:
    """The first `size` bytes of a file of the guest, block by block, each proved by its checksum.

    A shorter file gives what it has. Raises JobError: `console-lost`, `console-garbled`.
    """
    got = bytearray()
    units, damaged = LARGEST_BLOCK, 0
    while len(got) < size:
        block = _fetch_block(session, path, len(got) // UNIT, units)
        if block is not None:
            got += block
            if len(block) < units * UNIT:
                break
            units, damaged = min(2 * units, LARGEST_BLOCK), 0
        elif damaged < DAMAGED_IN_A_ROW:
            units, damaged = max(units // 2, SMALLEST_BLOCK), damaged + 1
        else:
            raise garbled(f"what it prints of {path} arrives damaged")
    return bytes(got[:size])


def _fetch_block(session: Session, path: str, first: int, units: int) -> bytes | None:
    """A block, or None where it arrived damaged."""
    answer = session.try_ask(f"ai_block {shlex.quote(path)} {first} {units}", Deadline.after(60.0))
    if answer is None:
        raise session.lost()
    block = _decoded(answer.body)
    return block if block is not None and hashlib.sha256(block).hexdigest() == answer.words else None


def garbled(what: str) -> JobError:
    return JobError(
        f"the guest's console is too bad a line: {what}, again and again",
        kind="console-garbled",
        hint="are kernel messages still printed there, or does somebody else type on it?",
    )


def _decoded(body: bytes) -> bytes | None:
    """The bytes that the body's base64 lines stand for; lines of any other kind are the kernel's."""
    lines = (line.strip(b"\r") for line in body.split(b"\n"))
    try:
        return base64.b64decode(
            b"".join(line for line in lines if _BASE64_LINE.fullmatch(line)), validate=True
        )
    except binascii.Error:
        return None


def _patience(size: int) -> float:
    """Seconds that the guest may need to decode and sum up that many bytes."""
    return PATIENCE + size / 1e6
