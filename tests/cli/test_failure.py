"""The text of a failure: everything that its reader needs, nothing that acts on the terminal."""

from hypothesis import given
from hypothesis import strategies as st

from autoinstall.cli.failure import failure_document, failure_lines, screen_lines
from autoinstall.cli.output import printable, table
from autoinstall.installer.failure import InstallerError


def error(**more) -> InstallerError:
    facts = {
        "kind": "unanswered",
        "hint": "add an answer",
        "awaited": "an answer for the dialog on the screen",
        "waited": 31.04,
        "dialog": {"title": "[!!] Set up \x1b[31musers", "question": "passwd/username"},
        "screen": ("\u250c\u2500 Set up \u2500\u2510", "  Username:\x07", "", ""),
        "near_misses": ("answers.yaml:12:3: passwd/user-name: another question",),
        "proposal": 'questions:\n  passwd/username: "ubuntu"\n',
    }
    return InstallerError("nothing answers this dialog", **(facts | more))


def test_a_failure_tells_stage_wait_screen_near_miss_hint_and_next_command():
    document = failure_document(error(), stage="install", next_command="autoinstall build a.yaml --resume")
    assert failure_lines(document) == [
        "error in stage install: nothing answers this dialog",
        "awaited: an answer for the dialog on the screen, for 31.0 s",
        "dialog: [!!] Set up \\e[31musers (passwd/username)",
        "the last screen:",
        "+-----------------+",
        "| \u250c\u2500 Set up \u2500\u2510    |",
        "|   Username:\\x07 |",
        "+-----------------+",
        "nearly fitting, but not quite:",
        "    answers.yaml:12:3: passwd/user-name: another question",
        "these lines in the answers file would answer it:",
        "    questions:",
        '      passwd/username: "ubuntu"',
        "hint: add an answer",
        "next: autoinstall build a.yaml --resume",
    ]


def test_what_is_not_known_is_left_out():
    assert failure_lines(
        failure_document(error(awaited="", screen=(), near_misses=(), proposal=None, hint=None))
    ) == ["error: nothing answers this dialog"]


@given(st.text())
def test_no_text_acts_on_the_terminal(text):
    shown = printable(text)
    assert shown.isprintable()
    assert all(line.isprintable() for line in screen_lines(text.splitlines()))


def test_harmless_text_stays_as_it_is():
    assert printable("\u00dcbung \u4e2d\u6587 \u2500 'x' \\n") == "\u00dcbung \u4e2d\u6587 \u2500 'x' \\n"
    assert printable("a\u202eb\u200d") == "a\\u202eb\\u200d"


def test_columns_stand_under_their_heads():
    assert table(["asked", "answered"], [["\u4e2d\u6587", "x"], ["abcdefg", "\x1b"]]) == [
        "asked    answered",
        "\u4e2d\u6587     x",
        "abcdefg  \\e",
    ]
