"""The lists of xm and xl, made by their own format strings and read back."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoinstall.toolstack.differences import XL, XM, ending_in, rows_in
from autoinstall.toolstack.domain import DomainRow, DomainState

NAMES = st.text(string.ascii_letters + string.digits + "_-.:/+", min_size=1, max_size=60)
XM_HEADER = "%-40s %5s %5s %5s %10s %9s" % ("Name", "ID", "Mem", "VCPUs", "State", "Time(s)")  # noqa: UP031
XL_HEADER = "Name                                        ID   Mem VCPUs\tState\tTime(s)"


def xm_row(name: str, domid: int | str, memory: int, vcpus: int, state: str, seconds: float) -> str:
    return "%-40s %5s %5d %5d %10s %8.1f" % (name, domid, memory, vcpus, state, seconds)  # noqa: UP031


def xl_row(name: str, domid: int, memory: int, vcpus: int, state: str, seconds: float) -> str:
    return "%-40s %5d %5d %5d     %s  %8.1f" % (name, domid, memory, vcpus, state, seconds)  # noqa: UP031


@given(NAMES, st.integers(0, 200000), st.integers(0, 1 << 21), st.integers(1, 512), st.floats(0, 1e7))
def test_rows_of_both_lists_are_read_back(
    name: str, domid: int, memory: int, vcpus: int, seconds: float
) -> None:
    expected = (DomainRow(name, domid, memory, DomainState.BLOCKED),)
    for header, row in ((XM_HEADER, xm_row), (XL_HEADER, xl_row)):
        text = f"{header}\n{row(name, domid, memory, vcpus, '-b----', seconds)}\n"
        assert rows_in(text) == expected


@given(NAMES, st.integers(1, 99999))
def test_a_managed_domain_has_no_id_and_its_memory_is_not_taken_for_one(name: str, memory: int) -> None:
    assert rows_in(xm_row(name, "", memory, 1, "", 0.0)) == (
        DomainRow(name, None, memory, DomainState.ABSENT),
    )


@given(st.text(max_size=300))
def test_any_text_is_a_list_of_rows(text: str) -> None:
    for row in rows_in(text):
        assert row.name


@pytest.mark.parametrize(
    ("letters", "memory", "state"),
    [
        ("r-----", 256, DomainState.RUNNING),
        ("------", 256, DomainState.RUNNING),
        ("-b----", 256, DomainState.BLOCKED),
        ("--p---", 256, DomainState.PAUSED),
        ("--p---", 0, DomainState.BUILDING),
        ("--ps--", 256, DomainState.SHUTDOWN),
        ("---s--", 256, DomainState.SHUTDOWN),
        ("---sr-", 256, DomainState.SHUTDOWN),
        ("---sc-", 256, DomainState.CRASHED),
        ("----c-", 256, DomainState.CRASHED),
        ("-----d", 256, DomainState.DYING),
    ],
)
def test_the_letters_of_the_state(letters: str, memory: int, state: DomainState) -> None:
    assert rows_in(xl_row("a", 1, memory, 1, letters, 0.0))[0].state is state


def test_a_domain_that_is_being_removed_has_no_name() -> None:
    assert rows_in(xl_row("(null)", 16, 0, 1, "--ps-d", 0.3))[0].name == "(null)"


def test_uuids_are_found_by_name() -> None:
    uuid = "476d8d59-7394-5336-9ec9-0e1223383e9b"
    listed = (
        f"UUID                                  ID    name\n{uuid}  3    m1\n" + f"{'0' * 36}  4    m10\n"
    )
    assert XL.uuid_in(listed, "m1") == uuid
    assert XL.uuid_in(listed, "m") is None
    assert XM.uuid_in(f"(domain\n    (domid 3)\n    (uuid {uuid})\n    (name m1)\n)\n", "m1") == uuid


@pytest.mark.parametrize(
    ("log", "by_guest"),
    [
        ("Waiting for domain toy (domid 12) to die [pid 1230]\nDomain 12 has shut down, reason code 0 0x0\n"
         "Action for shutdown reason code 0 is destroy\nDone. Exiting now\n", True),
        ("Domain 12 has shut down, reason code 1 0x1\nDone. Rebooting now\n"
         "Waiting for domain toy (domid 13) to die [pid 1230]\nDomain 13 has been destroyed.\n", False),
        ("Waiting for domain toy (domid 12) to die [pid 1230]\n", None),
        ("", None),
    ],
)  # fmt: skip
def test_how_a_domain_ended(log: str, by_guest: bool | None) -> None:
    ending = ending_in(log)
    assert (ending.by_guest if ending else None) is by_guest
    assert ending is None or ending.words in log


def test_a_log_is_only_looked_for_where_there_can_be_one() -> None:
    assert XL.log_of("toy") == "/var/log/xen/xl-toy.log"
    assert XL.log_of("../toy") is None
    assert XM.log_of("toy") is None
