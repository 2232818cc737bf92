"""The rehearsal's widgets against Debian's own cdebconf: the same keys, and what both show after each of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autoinstall.rehearsal.newt import Style
from tests.rehearsal.newt_real import both
from tests.rehearsal.newt_templates import FORMS

pytestmark = pytest.mark.cdebconf

EXAMPLES = int(os.environ.get("NEWT_EXAMPLES", "2"))
"""Key sequences for each dialog and drawing; a thorough run takes some hundred."""

MOVES = (
    *(b"\x1b[" + letter for letter in (b"A", b"B", b"C", b"D", b"H")),
    *(b"\x1bO" + letter for letter in (b"A", b"B")),
    *(b"\x1b[%d~" % number for number in (1, 3, 4, 5, 6)),
    b"\t",
    b"\x1b[Z",
)
TYPED = tuple(bytes((byte,)) for byte in b" aBdfz/_\x01\x02\x05\x06\x0b\x15\x7f")
ODD = (b"\x0c", b"\x1a", b"\n", b"\x1b[15~", "ü".encode(), "世".encode(), b"\xff")
LEAVING = (b"\r", b"\x1b[F", b"\x1b[24~", b"\x1bx")

keys = st.lists(
    st.one_of(st.sampled_from(MOVES), st.sampled_from(MOVES + TYPED), st.sampled_from(TYPED + ODD + LEAVING)),
    min_size=6,
    max_size=14,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cdebconf")


@pytest.mark.parametrize("style", Style, ids=lambda style: style.value)
@pytest.mark.parametrize("name", FORMS)
def test_the_widget_and_the_real_one_obey_the_same_keys(folder: Path, name: str, style: Style) -> None:
    form = FORMS[name]

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(typed=keys)
    def obey(typed: list[bytes]) -> None:
        with both(folder, form, style) as pair:
            assert pair.ours.sent == pair.real.sent
            for number, key in enumerate(typed):
                real, ours = pair.real.press(key), pair.ours.press(key)
                where = f"key {number + 1} of {typed}"
                assert pair.ours.shown() == pair.real.shown(), where
                assert ours == real, where
                if pair.closed:
                    said, answered = pair.answers()
                    assert answered == said
                    break

    obey()
