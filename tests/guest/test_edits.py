"""The edits as functions of a text: what they change, what they leave, and that twice is once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoinstall.errors import JobError
from autoinstall.guest.edits import Edited, comment_line, empty_file, insert_after, replace_line, unified_diff

FILE = "start on x\n\n  pre-start script\n\tmkdir -p /run/network\nend script\nexec ifup -a\n"


def test_a_line_is_commented_behind_its_indent() -> None:
    assert comment_line(FILE, "mkdir -p /run/network").text == FILE.replace("\tmkdir", "\t#mkdir")


def test_the_howtos_line_is_commented_at_its_start() -> None:
    rule = 'DRIVERS=="?*", IMPORT{program}="write_net_rules"'
    assert comment_line(f"a\n{rule}\nb\n", rule).text == f"a\n#{rule}\nb\n"


@pytest.mark.parametrize("commented", ["#exec ifup -a", "# exec ifup -a", "  ##exec ifup -a  "])
def test_a_commented_line_is_so_already(commented: str) -> None:
    text = FILE.replace("exec ifup -a", commented)
    assert comment_line(text, "exec ifup -a") == Edited(text, True)


def test_blanks_at_both_ends_are_ignored_in_finding() -> None:
    assert comment_line("  a b\t\n", "\ta b ").text == "  #a b\t\n"


def test_blanks_inside_are_not() -> None:
    with pytest.raises(JobError, match="no line of the file is: a b") as failure:
        comment_line("a  b\n", "a b")
    assert failure.value.kind == "line-not-found"
    assert "line 1: a  b" in failure.value.message


def test_part_of_a_line_is_no_line() -> None:
    with pytest.raises(JobError):
        comment_line(FILE, "exec ifup")


def test_a_line_that_is_there_twice_is_an_error_with_its_places() -> None:
    with pytest.raises(JobError, match=r"2 times \(lines 1, 3\)") as failure:
        comment_line("a\nb\n a\n", "a")
    assert failure.value.kind == "line-twice"


def test_the_nearest_lines_are_shown() -> None:
    with pytest.raises(JobError) as failure:
        replace_line(FILE, "pre-start exec mkdir -p /run/network", "x")
    assert "line 4: mkdir -p /run/network" in failure.value.message


def test_a_line_is_replaced_by_a_block_as_it_is_indented() -> None:
    edited = replace_line(FILE, "exec ifup -a", "script\n  exec true\nend script\n")
    assert edited == Edited(FILE.replace("exec ifup -a", "script\n  exec true\nend script"), False)


def test_a_replaced_line_is_so_already() -> None:
    block = "script\n  exec true\nend script"
    text = replace_line(FILE, "exec ifup -a", block).text
    assert replace_line(text, "exec ifup -a", block) == Edited(text, True)


def test_a_replacement_may_hold_the_line_itself() -> None:
    once = replace_line("a\nb\n", "a", "a\nc")
    assert once.text == "a\nc\nb\n"
    assert replace_line(once.text, "a", "a\nc") == Edited(once.text, True)


def test_neither_line_nor_replacement_is_an_error() -> None:
    with pytest.raises(JobError):
        replace_line("b\n", "a", "c")


def test_a_block_is_inserted_after_a_line_as_it_is_indented() -> None:
    edited = insert_after(FILE, "pre-start script", "    /etc/init.d/vmcontext\n")
    assert edited.text == FILE.replace("pre-start script\n", "pre-start script\n    /etc/init.d/vmcontext\n")
    assert insert_after(edited.text, "pre-start script", "/etc/init.d/vmcontext") == Edited(edited.text, True)


def test_an_insert_after_the_last_line_without_a_newline() -> None:
    assert insert_after("a", "a", "b").text == "a\nb"


def test_an_inserted_line_may_be_the_line_itself() -> None:
    once = insert_after("a\n", "a", "a")
    assert once.text == "a\na\n"
    assert insert_after(once.text, "a", "a").already


def test_lines_that_end_in_cr_lf_keep_doing_so() -> None:
    assert insert_after("a\r\nb\r\n", "a", "c").text == "a\r\nc\r\nb\r\n"
    assert replace_line("a\r\nb\r\n", "a", "c\nd").text == "c\r\nd\r\nb\r\n"
    assert comment_line("a\r\nb\r\n", "a").text == "#a\r\nb\r\n"


def test_an_empty_file_is_empty() -> None:
    assert empty_file("\n") == Edited("", False)
    assert empty_file("") == Edited("", True)


def test_a_diff_is_what_diff_would_say() -> None:
    assert unified_diff("a\nb\n", "a\nc", "/etc/x") == (
        "--- a/etc/x\n+++ b/etc/x\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n\\ No newline at end of file\n"
    )


lines = st.sampled_from(["a", " a", "a ", "#a", "# a", "b", "\tb", "c", "", "a\r", "b\x0bc", "\u2028"])
texts = st.lists(lines, max_size=8).map("\n".join)
blocks = st.lists(st.sampled_from(["a", "b", " a", "c", "d", ""]), min_size=1, max_size=3).map("\n".join)
wanted = st.sampled_from(["a", " a", "b", "#a", "c"])
edits: st.SearchStrategy[Callable[[str], Edited]] = st.one_of(
    st.builds(lambda line: lambda text: comment_line(text, line), wanted),
    st.builds(lambda line, block: lambda text: replace_line(text, line, block), wanted, blocks),
    st.builds(lambda line, block: lambda text: insert_after(text, line, block), wanted, blocks),
    st.just(empty_file),
)


@given(texts, edits)
def test_twice_is_once(text: str, edit: Callable[[str], Edited]) -> None:
    try:
        once = edit(text)
    except JobError:
        return
    assert once.already == (once.text == text)
    assert edit(once.text) == Edited(once.text, True)


@given(st.lists(lines, max_size=6), st.lists(lines, max_size=6), blocks)
def test_other_lines_stay_byte_for_byte(before: list[str], after: list[str], block: str) -> None:
    text = "\n".join([*before, "the line", *after])
    new = block.split("\n")
    if any(line.strip() == "the line" for line in before + after):
        return
    assert comment_line(text, "the line").text == "\n".join([*before, "#the line", *after])
    assert insert_after(text, "the line", block + "\n").text == "\n".join(
        [*before, "the line", *new, *after]
    ) or ([line.strip(" \t\r") for line in after[: len(new)]] == [line.strip() for line in new])
    assert replace_line(text, "the line", block + "\n").text == "\n".join([*before, *new, *after])
