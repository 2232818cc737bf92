"""Secrets never pass: in pieces, quoted, encoded, echoed, painted around."""

import base64
import re
import shlex
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autoinstall.answers.secret import Secret
from autoinstall.recording.mask import Masker

CANARY = "c4n'ry $(x) {{y}}"
PLAIN = "canary-0815"


def masker(*texts: str, **options) -> Masker:
    return Masker([Secret(f"s{number}", text) for number, text in enumerate(texts)], **options)


def masked(data: bytes, *texts: str) -> bytes:
    mask = masker(*texts)
    return mask.feed(data) + mask.finish()


def chunks(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({cut % (len(data) + 1) for cut in cuts})
    return [data[start:end] for start, end in zip([0, *places], [*places, len(data)], strict=True)]


PIECES = st.one_of(
    st.binary(max_size=6),
    st.text(max_size=4).map(str.encode),
    st.sampled_from(
        [
            PLAIN.encode(),
            PLAIN[:5].encode(),
            PLAIN[5:].encode(),
            shlex.quote(CANARY).encode(),
            CANARY[:7].encode(),
            b"\x1b[1;31m",
            b"\x1b[3;7H",
            b"\x1b[3;8H",
            b"\x1b[2C",
            b" \r",
            b"\r\n",
            b"\x1b(0lqk\x1b(B",
            "\u2500\u4e2d".encode(),
            base64.b64encode(b"x" + CANARY.encode()),
        ]
    ),
)


@given(st.lists(PIECES, max_size=12).map(b"".join), st.lists(st.integers(0, 500), max_size=20))
def test_any_chunking_of_the_same_bytes_gives_the_same_text(data, cuts):
    mask = masker(CANARY, PLAIN)
    pieces = b"".join(mask.feed(chunk) for chunk in chunks(data, cuts))
    assert pieces + mask.finish() == masked(data, CANARY, PLAIN)


@given(st.lists(PIECES, max_size=12).map(b"".join))
def test_without_secrets_every_byte_passes(data):
    assert masked(data) == data


FORMS = {
    "as it stands": lambda secret: secret,
    "quoted for a shell": shlex.quote,
    "backslashes": lambda secret: "".join("\\" + char for char in secret),
    "in double quotes": lambda secret: (
        '"' + secret.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$") + '"'
    ),
    "URL-encoded": lambda secret: quote(secret, safe=""),
    "URL-encoded, small hex": lambda secret: re.sub(
        "%..", lambda code: code[0].lower(), quote(secret, safe="")
    ),
    "form-encoded": quote_plus,
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "base64 after 1": lambda secret: base64.b64encode(b"u" + secret.encode() + b"v").decode(),
    "base64 after 2": lambda secret: base64.b64encode(b"u:" + secret.encode() + b"v").decode(),
}
SECRETS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z", "M"]), min_size=8, max_size=20)


@pytest.mark.parametrize("form", FORMS)
@given(secret=SECRETS, cuts=st.lists(st.integers(0, 80), max_size=6))
@example(secret=CANARY, cuts=[3, 9])
@example(secret="a'b\"c\\d`e$f", cuts=[2])
@example(secret="''''''''", cuts=[])
def test_the_secret_is_found_in_no_form(form, secret, cuts):
    shown = FORMS[form](secret)
    mask = masker(secret)
    data = b"\x1b[5;1H> " + shown.encode() + b" <\r\n"
    out = b"".join(mask.feed(chunk) for chunk in chunks(data, cuts)) + mask.finish()
    core = shown.strip("\"'")[4:-4]
    assert core.encode() not in out or len(core) < 5 or set(core) <= set("*'\"\\")
    assert secret.encode() not in out or set(secret) <= set("*")
    assert b"*****" in out
    assert out.startswith(b"\x1b[5;1H> ") and out.endswith(b"<\r\n")


@pytest.mark.parametrize(
    "between",
    [
        b"\x1b[1m",
        b"\x1b[7;20H",
        b"\r\n",
        b"\x1b[C\x1b[D",
        b"\x0e\x0f",
        b"\x1b(B",
        b" \r",
        b"\x1b[K\x1b[m",
    ],
)
def test_what_only_controls_does_not_hide_a_secret(between):
    data = between.join(bytes([byte]) for byte in PLAIN.encode())
    out = masked(b"say " + data + b" end", PLAIN)
    assert out.count(b"*") >= len(PLAIN) - 2
    assert b"say " in out and out.endswith(b" end")
    assert not any(part in out for part in (b"can", b"815"))


def test_stars_take_as_many_cells_as_the_secret():
    assert (
        masked("[\u4e2d\u6587e\u0301passwort]".encode(), "\u4e2d\u6587e\u0301passwort") == b"[*************]"
    )


@pytest.mark.parametrize(
    "painted",
    [
        b"\x1b[5;10H" + b"under" + b"\x1b[5;16H" + b"score_1",
        b"under" + b"\x1b[C" + b"score_1",
    ],
)
def test_cells_that_a_painter_steps_over_count_as_the_secrets(painted):
    out = masked(painted, "under_score_1")
    assert b"under" not in out and b"score" not in out


def test_a_move_to_elsewhere_is_no_part_of_a_secret():
    out = masked(b"\x1b[5;10H" + b"under" + b"\x1b[5;60H" + b"score_1", "under_score_1")
    assert out.count(b"*") == 0


def test_only_what_could_become_a_secret_is_held_back():
    mask = masker(PLAIN)
    assert mask.feed(b"hello \x1b[1mcan") == b"hello \x1b[1m"
    assert mask.feed(b"dy") == b"candy"
    assert mask.feed(b"c") == b""
    assert mask.settle() == b"c"


def test_silence_masks_a_telling_beginning_and_the_rest_after_it():
    mask = masker(PLAIN)
    assert mask.feed(b"canary") + mask.settle() == b"******"
    assert mask.feed(b"-0815\r\n") == b"*****\r\n"


def test_silence_shows_a_beginning_that_tells_nothing_and_masks_the_rest():
    mask = masker(PLAIN)
    out = b"".join(mask.feed(bytes([byte])) + mask.settle() for byte in PLAIN.encode())
    assert out == b"can" + b"*" * (len(PLAIN) - 3)


def test_the_echo_of_secret_keys_is_masked_from_the_first_one():
    mask = masker(PLAIN)
    out = b""
    for byte in PLAIN.encode():
        mask.typed(bytes([byte]))
        out += mask.feed(bytes([byte]) + b"\x1b[5;5H") + mask.settle()
    assert out.replace(b"\x1b[5;5H", b"") == b"*" * len(PLAIN)


def test_lost_keys_and_kernel_lines_do_not_let_an_echo_through():
    mask = masker("hunter2")
    mask.typed(b"hunter2")
    out = mask.feed(b"un[ 1.0] XX\r\nter2") + mask.settle()
    assert out == b"**[ 1.0] XX\r\n****"


def test_stars_of_a_password_entry_use_the_expected_echo_up():
    mask = masker("hunter2")
    mask.typed(b"hunter2")
    assert mask.feed(b"*******") == b"*******"
    assert mask.feed(b"the next hour") == b"the next hour"


def test_a_short_secret_is_masked_in_its_own_field_only():
    mask = masker("ubuntu")
    assert mask.feed(b"ubuntu login: ") == b"ubuntu login: "
    mask.field(True)
    assert mask.feed(b"ubuntu\r\n") + mask.settle() == b"******\r\n"
    mask.field(False)
    assert mask.feed(b"ubuntu login: ") == b"ubuntu login: "


def test_a_secret_equal_to_a_visible_answer_counts_as_short():
    mask = masker("ubuntu-server", visible=["ubuntu-server"])
    assert mask.feed(b"ubuntu-server!") == b"ubuntu-server!"
    mask.field(True)
    assert mask.feed(b"ubuntu-server!") == b"*************!"


def test_a_typed_line_ends_the_field_at_its_echoed_end():
    mask = masker("hunter2")
    mask.typed(b"hunter2\r")
    assert mask.feed(b"hunter2\r\nhunter2") == b"*******\r\nhunter2"


def test_an_endless_beginning_is_not_held_back_for_ever():
    mask = masker(PLAIN)
    out = mask.feed(b"can" + b"\x1b[m" * 10_000)
    assert out.startswith(b"can")
    assert len(mask.feed(b"x")) > 0


def test_texts_and_screens():
    mask = masker(PLAIN, "short")
    assert mask.text(f"it is {PLAIN}, {quote(PLAIN)} and short") == "it is ***, *** and short"
    assert mask.text("nothing") == "nothing"
    screen = ["+---+", "ab" + PLAIN[:4], PLAIN[4:] + " yz"]
    assert mask.lines(screen) == ["+---+", "ab****", "******* yz"]
    assert mask.lines([]) == []


def test_keys_that_hold_a_secret_by_mistake_are_masked_byte_for_byte():
    assert (
        masker(PLAIN).whole(b"\xff\x1b[A" + PLAIN.encode() + b"\r")
        == b"\xff\x1b[A" + b"*" * len(PLAIN) + b"\r"
    )


def test_an_echo_that_is_stepped_over_is_no_longer_waited_for():
    mask = masker("a_b")
    mask.typed(b"a_b")
    assert mask.feed(b"a\x1b[Cb") + mask.settle() == b"*\x1b[C*"
    mask.typed(b"a_")
    assert mask.feed(b"a\x1b[C_") + mask.settle() == b"*\x1b[C_"


def test_only_so_many_keys_are_waited_for():
    mask = masker("hunter2")
    mask.typed(b"x" * 1000)
    assert mask.feed(b"x" * 1000).count(b"*") == 256


def test_endless_quoting_is_not_held_back_for_ever():
    mask = masker(PLAIN)
    assert mask.feed(b"can" + b"'" * 10_000 + b".").startswith(b"can''")


def test_a_blank_is_a_lines_end_only_before_a_return():
    assert b"*" not in masked(b"canary \x1b[m-0815", PLAIN)
    assert b"*" in masked(b"canary \r-0815", PLAIN)


def test_a_few_characters_far_between_are_no_secret():
    assert b"*" not in masked(b"c\x1b[3Cr\x1b[3C815", PLAIN)


def test_the_cursor_is_followed_through_text_that_begins_nothing():
    out = masked(b"\x1b[5;1HXXXX" + b"under" + b"\x1b[5;11H" + b"score_1", "under_score_1")
    assert b"under" not in out and b"score" not in out
