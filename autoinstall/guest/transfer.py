"""Bytes to and from files of the guest through its console: in pieces, each acknowledged or checked."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import shlex

from autoinstall.deadline import Deadline
from autoinstall.errors import JobError
from autoinstall.guest.session import PATIENCE, Session, answer_pattern, new_word, request_line

CHARACTERS_IN_LINE = 3000
"""Base64 characters of one line sent; the terminal's own limit is 4095."""

BYTES_IN_BLOCK = 24 * 1024
"""Bytes fetched at once; a damaged block is fetched again."""

RESENDS = 6
"""Sends of one line without any answer before the guest counts as lost."""

ROUNDS = 3
"""Whole transfers before a checksum that never fits counts as a failure."""

BLOCK_TRIES = 10

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
    raise JobError(
        f"{len(data)} bytes could not be sent to the guest whole: their checksum differed {ROUNDS} times",
        kind="console-garbled",
        hint="the console loses or changes what is sent",
    )


def _send_lines(session: Session, data: bytes, path: str) -> None:
    """Send the base64 text line by line; the guest says after each which one it wants next."""
    text = base64.b64encode(data)
    pieces = [text[at : at + CHARACTERS_IN_LINE] for at in range(0, len(text), CHARACTERS_IN_LINE)]
    word = new_word()
    wanted = _answered(session, request_line(word, f"ai_take {shlex.quote(path)}"), word)
    while wanted < len(pieces):
        piece = pieces[wanted]
        wanted = _answered(session, b"%d %d %s\n" % (wanted, len(piece), piece), word)
    session.listener.send(b"end\n")


def _answered(session: Session, line: bytes, word: str) -> int:
    """Send a line until the guest answers, and give the number of the line that it wants next."""
    pattern = answer_pattern(word)
    patience = PATIENCE
    session.listener.forget()
    session.listener.send(line)
    for _ in range(RESENDS):
        match = session.listener.wait_for(pattern, Deadline.after(patience))
        if match and match.group("answer").isdigit():
            return int(match.group("answer"))
        if match and match.group("answer") == b"full":
            raise JobError(
                f"the guest cannot store what is sent to it (in {session.folder})",
                kind="guest-disk-full",
                hint="is its disk full, or its memory too small for the file?",
            )
        if not match:
            patience *= 2
        session.listener.forget()
        session.listener.send(b"\n" + line)
    raise session.lost()


def fetch_bytes(session: Session, path: str, size: int) -> bytes:
    """The first `size` bytes of a file of the guest, block by block, each proved by its checksum.

    A shorter file gives what it has. Raises JobError: `console-lost`, `console-garbled`.
    """
    parts: list[bytes] = []
    for number in range(-(-size // BYTES_IN_BLOCK)):
        part = _fetch_block(session, path, number)
        parts.append(part)
        if len(part) < BYTES_IN_BLOCK:
            break
    return b"".join(parts)[:size]


def _fetch_block(session: Session, path: str, number: int) -> bytes:
    request = f"ai_block {shlex.quote(path)} {number} {BYTES_IN_BLOCK}"
    for _ in range(BLOCK_TRIES):
        answer = session.try_ask(request, Deadline.after(60.0))
        if answer is None:
            raise session.lost()
        block = _decoded(answer.body)
        if block is not None and hashlib.sha256(block).hexdigest() == answer.words:
            return block
    raise JobError(
        f"{path} could not be read from the guest: a block of it was damaged {BLOCK_TRIES} times",
        kind="console-garbled",
        hint="the console loses or changes what the guest prints; are kernel messages still printed there?",
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
    return PATIENCE + size / 2e6
