"""Which of gpgv's words make a good signature: as apt judges them."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoinstall.errors import HostError, VerificationError
from autoinstall.image.signature import check_detached

KEY = "3B4FE6ACC0B21F32"
VALID = f"VALIDSIG 790BC7277767219C42C86F93{KEY} 2012-05-11 1336692756 0 4 0 1 10 00"
GOOD = f"GOODSIG {KEY} Ubuntu Archive"


@pytest.fixture
def keyring(tmp_path: Path) -> Path:
    path = tmp_path / "keyring.gpg"
    path.write_bytes(b"\x99")
    return path


def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *words: str, status: int = 0) -> None:
    tool = tmp_path / "gpgv"
    lines = "".join(f"echo '[GNUPG:] {word}'\n" for word in words)
    tool.write_text(f"#!/bin/sh\necho 'gpgv: GOODSIG VALIDSIG'\n{lines}exit {status}\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ((GOOD, VALID), 0),
        (("ERRSIG 40976EAF437D05B5 17 2 00 1336692756 9", "NO_PUBKEY 40976EAF437D05B5", GOOD, VALID), 2),
    ],
)
def test_one_good_signature_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keyring: Path, words: tuple[str, ...], status: int
) -> None:
    say(tmp_path, monkeypatch, *words, status=status)
    assert check_detached("x", b"content", b"signature", keyring).fingerprint.endswith(KEY)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((f"BADSIG {KEY} Ubuntu Archive",), "bad"),
        ((GOOD, VALID, "BADSIG 40976EAF437D05B5 Other"), "bad"),
        ((f"EXPKEYSIG {KEY} Ubuntu Archive", VALID), "expired"),
        ((f"REVKEYSIG {KEY} Ubuntu Archive", VALID), "revoked"),
        (("ERRSIG 40976EAF437D05B5 17 2 00 1336692756 9", "NO_PUBKEY 40976EAF437D05B5"), "40976EAF437D05B5"),
        (("NODATA 4",), "no signature"),
        ((GOOD,), "no signature"),
        ((), "no signature"),
    ],
)
def test_everything_else_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keyring: Path, words: tuple[str, ...], why: str
) -> None:
    say(tmp_path, monkeypatch, *words)
    with pytest.raises(VerificationError) as caught:
        check_detached("x", b"content", b"signature", keyring)
    assert why in caught.value.message
    assert caught.value.hint


def test_a_missing_gpgv_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keyring: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HostError) as caught:
        check_detached("x", b"content", b"signature", keyring)
    assert caught.value.kind == "tool-missing"
