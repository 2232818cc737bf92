"""What the text frontend prints, read back: columns, marks, torn rows, every language's prompt."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoinstall.catalogue.initrd import templates_in_initrd
from autoinstall.dialog.model import Dialog, Kind
from autoinstall.dialog.read_text import read_text
from autoinstall.dialog.vocabulary import ENGLISH, Vocabulary
from autoinstall.installer.lifecycle import Lifecycle
from autoinstall.installer.sight import Sight
from autoinstall.terminal.emulator import Terminal
from tests.rigs.netboot import INITRD

PROMPT = "Prompt: '?' for help, default=1> \r\n"
WORDS = Vocabulary(passwords=frozenset({"Rootpassword:"}))


def sight() -> Sight:
    return Sight(80, 24, WORDS, Lifecycle(), lambda _: None)


def shown(text: str) -> Dialog | None:
    """What stands there after the text, whose line breaks are a terminal's."""
    terminal = Terminal(80, 24)
    terminal.feed(text.replace("\r\n", "\n").replace("\n", "\r\n").encode())
    snapshot = terminal.snapshot()
    rows = (*terminal.above(), *snapshot.rows[: snapshot.cursor.row + 1])
    return read_text(rows, snapshot.gone - len(terminal.above()), snapshot.cursor.column, WORDS)


def in_columns(labels: list[str], columns: int, default: int) -> str:
    """As cdebconf's stralign puts them: numbered downwards, each column as wide as its widest cell."""
    height = -(-len(labels) // columns)
    cells = [
        f"{number:3}: {label}{' [*],' if number == default else ',    '}"
        for number, label in enumerate(labels, 1)
    ]
    width = max(map(len, cells)) + 1
    rows = ["".join(cell.ljust(width) for cell in cells[row::height]) for row in range(height)]
    return "\r\n".join(rows) + "\r\n"


LABELS = st.lists(
    st.from_regex(r"[A-Za-z(][A-Za-z0-9 ,.()/-]{0,20}[A-Za-z)]", fullmatch=True).filter(
        lambda label: not label.endswith(",") and "[*]" not in label
    ),
    min_size=2,
    max_size=60,
)


@given(labels=LABELS, columns=st.integers(1, 3), data=st.data())
def test_choices_come_back_in_the_order_of_their_numbers(
    labels: list[str], columns: int, data: st.DataObject
) -> None:
    default = data.draw(st.integers(1, len(labels)))
    dialog = shown("Pick one:\r\n" + in_columns(labels, columns, default) + PROMPT)
    assert dialog is not None
    assert dialog.choices == tuple(" ".join(label.split()) for label in labels)
    assert dialog.ticked == (dialog.choices[default - 1],)
    assert (dialog.kind, dialog.prompt) == (Kind.SELECT, "Pick one:")


@given(cuts=st.lists(st.integers(0, 700)))
def test_any_chunking_leaves_the_same_question(cuts: list[int]) -> None:
    text = "Title\r\n-----\r\n\r\nA long text.\r\nPick one:\r\n" + in_columns(["a"] * 40, 1, 1) + PROMPT
    whole, pieces = sight(), sight()
    whole.take(text.encode())
    at = 0
    for cut in [*sorted(cuts), len(text)]:
        pieces.take(text[at:cut].encode())
        at = max(at, cut)
    assert whole.dialog is not None
    assert pieces.dialog == whole.dialog


def test_a_number_inside_a_label_that_could_begin_a_cell_makes_the_list_unreadable() -> None:
    assert shown("Pick:\n  1: a, 3: b,      3: c,    \n  2: d,    \n" + PROMPT) is None


def test_yes_and_no_stand_side_by_side_without_commas() -> None:
    dialog = shown("Go on?\n  1: Yes      2: No [*]\nPrompt: '?' for help, default=2> \n")
    assert dialog is not None
    assert (dialog.kind, dialog.buttons) == (Kind.BOOLEAN, ("Yes", "No"))
    assert dialog.focus is not None and dialog.focus.label == "No"


def test_a_list_with_its_beginning_beyond_what_is_remembered_is_no_question() -> None:
    assert shown("Pick:\n" + in_columns([f"row {n}" for n in range(1200)], 1, 1) + PROMPT) is None


def test_the_title_stays_until_another_one_is_printed() -> None:
    first = "Users\n-----\n\nName:\nPrompt: '?' for help, default=> \njane\n\n"
    dialog = shown(first + "A longer text.\n\nOf two paragraphs.\nShell:\nPrompt: '?' for help> \nba")
    assert dialog is not None and dialog.line is not None
    assert (dialog.title, dialog.prompt, dialog.line.typed) == ("Users", "Shell:", "ba")
    assert dialog.text == "A longer text.\n\nOf two paragraphs.\nShell:"


def test_a_password_has_no_prompt_but_its_own_text() -> None:
    dialog = shown("Users\n-----\n\nA good one is long.\nRoot password:\n")
    assert dialog is not None
    assert (dialog.kind, dialog.prompt, dialog.text) == (
        Kind.PASSWORD,
        "Root password:",
        "A good one is long.\nRoot password:",
    )
    assert shown("Users\n-----\n\nA good one is long.\nRoot password:\n\n") is None
    assert shown("Root passwords:\n") is None


def test_what_is_typed_goes_on_in_the_next_row() -> None:
    dialog = shown("Name:\nPrompt: '?' for help> \n" + "x" * 200)
    assert dialog is not None and dialog.line is not None
    assert (dialog.line.typed, dialog.line.broken) == ("x" * 200, False)


def test_a_line_of_the_kernel_below_the_prompt_breaks_what_was_typed() -> None:
    kernel = "\n[   12.345678] xvdb: barrier or flush: disabled\n"
    dialog = shown("Name:\nPrompt: '?' for help> \nja" + kernel + "ne")
    assert dialog is not None and dialog.line is not None
    assert (dialog.line.typed, dialog.line.broken) == ("ne", True)


def test_lines_of_the_kernel_are_no_part_of_a_text_or_a_list() -> None:
    kernel = "[   12.345678] EXT4-fs (xvda1): mounted filesystem with ordered data mode. Opts: (null)\n"
    dialog = shown(f"Pick\n{kernel}one:\n  1: a,    \n\n{kernel}  2: b [*],\n{kernel}{PROMPT}")
    assert dialog is not None
    assert (dialog.text, dialog.choices, dialog.ticked) == ("Pick\none:", ("a", "b"), ("b",))


@pytest.mark.parametrize(
    "foot",
    ["login: ", "root@lab:~# ", "~ # ", "[Press a key]\n", "is it? > \n", "grub> ", "What's up?>\n", ""],
)
def test_other_programs_prompts_are_none(foot: str) -> None:
    assert shown("Some text.\n" + foot) is None


def test_progress_is_a_row_of_percents() -> None:
    dialog = shown("Detecting network hardware  ... 2%... 95%")
    assert dialog is not None
    assert (dialog.kind, dialog.title, dialog.percent) == (Kind.PROGRESS, "Detecting network hardware", 95)
    assert not dialog.complete


def test_what_progress_printed_is_no_part_of_the_next_question() -> None:
    steps = "Copying data to disk  " + "".join(f"... {percent}%" for percent in range(0, 101, 5))
    dialog = shown(f"Users\n-----\n\n{steps}\nName:\nPrompt: '?' for help> \n")
    assert dialog is not None
    assert (dialog.title, dialog.text) == ("Users", "Name:")


@pytest.mark.qemu
def test_the_prompt_of_every_language_of_the_real_installer_is_found() -> None:
    templates = prompts_of(INITRD)
    assert len(templates) > 180
    found = [text for text in templates if shown(f"Name:\n{text}\n")]
    assert len(found) >= len(templates) - 1, set(templates) - set(found)


def prompts_of(initrd: Path) -> list[str]:
    """Each `text-prompt*` in each language, filled in as cdebconf does."""
    with initrd.open("rb") as stream:
        text = "\n".join(text for _, text in templates_in_initrd(stream))
    found = re.findall(r"^Template: debconf/text-prompt\S*\n((?:.+\n)+)", text, re.MULTILINE)
    lines = [line for block in found for line in re.findall(r"^Description\S*: (.*)$", block, re.MULTILINE)]
    return [line.replace("%c", "?").replace("%d", "2").replace("%s", "lab") for line in lines]


def test_english_words_are_known_without_a_catalogue() -> None:
    assert "[Press enter to continue]" in ENGLISH.press_enter
