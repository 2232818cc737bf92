"""The rehearsal's widgets against Debian's own cdebconf: the same keys, and what both send after each of them.

The same bytes from the start on make the same text, colours and cursor on any terminal.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from autoinstall.rehearsal.newt import FormType, Style
from tests.rehearsal.newt_real import both
from tests.rehearsal.newt_templates import FORMS

pytestmark = pytest.mark.cdebconf

EXAMPLES = int(os.environ.get("NEWT_EXAMPLES", "1"))
"""Random key sequences for each dialog and drawing, besides the tour; a thorough run takes some dozens."""

UP, DOWN, RIGHT, LEFT, HOME = (b"\x1b[" + letter for letter in (b"A", b"B", b"C", b"D", b"H"))
DELETE, END, PAGE_UP, PAGE_DOWN = (b"\x1b[%d~" % number for number in (3, 4, 5, 6))
TAB, BACK_TAB, ENTER, SPACE = b"\t", b"\x1b[Z", b"\r", b" "
TO_END, TO_START, BACKSPACE = b"\x0b", b"\x15", b"\x7f"

MOVES = (
    UP,
    DOWN,
    RIGHT,
    LEFT,
    HOME,
    DELETE,
    END,
    PAGE_UP,
    PAGE_DOWN,
    TAB,
    BACK_TAB,
    b"\x1bOA",
    b"\x1bOB",
    b"\x1b[1~",
)
TYPED = tuple(bytes((byte,)) for byte in b" aBdfz/_\x01\x02\x05\x06\x0b\x15\x7f")
ODD = (b"\x0c", b"\x1a", b"\n", b"\x1b[15~", "ü".encode(), "世".encode(), b"\xff")
LEAVING = (ENTER, b"\x1b[F", b"\x1b[24~", b"\x1bx")

keys = st.lists(
    st.one_of(st.sampled_from(MOVES), st.sampled_from(MOVES + TYPED), st.sampled_from(TYPED + ODD + LEAVING)),
    min_size=6,
    max_size=14,
)

LIST_TOUR = [
    DOWN,
    DOWN,
    PAGE_DOWN,
    PAGE_UP,
    END,
    UP,
    PAGE_UP,
    PAGE_UP,
    b"B",
    b"b",
    b"b",
    b"d",
    END,
    b"a",
    HOME,
    UP,
    ENTER,
]
BOXES_TOUR = [
    SPACE,
    DOWN,
    SPACE,
    PAGE_DOWN,
    SPACE,
    UP,
    PAGE_UP,
    DOWN,
    SPACE,
    SPACE,
    TAB,
    LEFT,
    TAB,
    BACK_TAB,
    DOWN,
    ENTER,
]
TEXT_TOUR = [
    LEFT,
    LEFT,
    RIGHT,
    b"x",
    BACKSPACE,
    DELETE,
    HOME,
    RIGHT,
    DELETE,
    b"y",
    TO_START,
    END,
    LEFT,
    LEFT,
    TO_END,
]
EDGES_TOUR = [HOME, *[RIGHT] * 36, *[LEFT] * 36, END, BACKSPACE, b"z"]
LEAVE_TEXT = [DOWN, UP, TAB, SPACE, TAB, TAB, TAB, BACK_TAB, ENTER]
BUTTONS_TOUR = [LEFT, RIGHT, TAB, DOWN, PAGE_DOWN, UP, TAB, BACK_TAB, BACK_TAB, PAGE_UP, RIGHT, SPACE]
"""Keys that show each kind of dialog at its work; some end in a window behind the first one."""

TOURS = {
    FormType.SELECT: LIST_TOUR,
    FormType.MULTISELECT: BOXES_TOUR,
    FormType.STRING: TEXT_TOUR + EDGES_TOUR + LEAVE_TEXT,
    FormType.PASSWORD: TEXT_TOUR + LEAVE_TEXT,
    FormType.BOOLEAN: BUTTONS_TOUR,
    FormType.NOTE: BUTTONS_TOUR,
    FormType.ERROR: BUTTONS_TOUR,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cdebconf")


@pytest.mark.parametrize("style", Style, ids=lambda style: style.value)
@pytest.mark.parametrize("name", FORMS)
def test_the_widget_and_the_real_one_obey_the_same_keys(folder: Path, name: str, style: Style) -> None:
    form = FORMS[name]
    tour = [ENTER] * name.endswith("-behind-text") + TOURS[form.type]

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(typed=keys)
    @example(typed=tour)
    def obey(typed: list[bytes]) -> None:
        with both(folder, form, style) as pair:
            assert pair.ours.sent == pair.real.sent, pair.difference()
            for number, key in enumerate(typed):
                real, ours = pair.real.press(key), pair.ours.press(key)
                assert ours == real, f"key {number + 1} of {typed}: {pair.difference()}"
                if pair.closed:
                    said, answered = pair.answers()
                    assert answered == said
                    break

    obey()


@pytest.mark.parametrize("style", Style, ids=lambda style: style.value)
def test_a_repaint_asked_for_too_early_stops_both_until_another_key(folder: Path, style: Style) -> None:
    with both(folder, FORMS["select"], style, early=b"\x0c\x0c") as pair:
        assert b"Belgian" not in pair.real.sent
        assert pair.ours.sent == pair.real.sent, pair.difference()
        pair.real.press(TAB)
        pair.ours.press(TAB)
        assert b"Belgian" in pair.real.sent
        assert pair.ours.sent == pair.real.sent, pair.difference()
