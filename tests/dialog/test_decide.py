"""What the answers file says to a dialog: one test a rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autoinstall.answers.answer import (
    AcceptDefault,
    Answer,
    AnswerBook,
    AnswerValue,
    DialogRule,
    ErrorPolicy,
    ErrorReply,
    Place,
    SecretReference,
    TextPattern,
)
from autoinstall.answers.secret import Secret
from autoinstall.catalogue.shipped import load_shipped
from autoinstall.dialog.decide import LOOP_LIMIT, Judge
from autoinstall.dialog.history import History
from autoinstall.dialog.model import (
    Choose,
    Decision,
    Dialog,
    Fill,
    Focus,
    Kind,
    Part,
    PressButton,
    Recognition,
    Stop,
    Tick,
)
from autoinstall.dialog.vocabulary import ENGLISH

PLACE = Place("answers.yaml", 7, 5)
CATALOGUE = load_shipped()


def judge(answers: dict[str, AnswerValue] | None = None, **book: object) -> Judge:
    lines = tuple(Answer(name, value, PLACE) for name, value in (answers or {}).items())
    secrets = {"pw": Secret("pw", "secret12")}
    return Judge(replace(AnswerBook(lines), **book), secrets, ENGLISH)  # type: ignore[arg-type]


def recognised(name: str) -> Recognition:
    return Recognition(CATALOGUE[name])


def select(*choices: str) -> Dialog:
    return Dialog(
        Kind.SELECT,
        "T",
        "high",
        "P:",
        "P:",
        choices=choices,
        focus=Focus(Part.LIST, choices[0]),
        buttons=("Go Back",),
    )


def boolean(*buttons: str) -> Dialog:
    return Dialog(
        Kind.BOOLEAN, "T", "high", "P?", "P?", buttons=buttons, focus=Focus(Part.BUTTON, buttons[-1])
    )


def entry(kind: Kind, value: str = "") -> Dialog:
    return Dialog(kind, "T", "high", "P:", "P:", value=value, width=60, focus=Focus(Part.ENTRY))


ERROR = Dialog(
    Kind.ERROR, "T", "critical", "Bad archive mirror", "Bad archive mirror", buttons=("Go Back", "Continue")
)


def reply(verdict: Decision | Stop) -> object:
    assert isinstance(verdict, Decision)
    return verdict.reply


@pytest.mark.parametrize("given", ["US", "United States", "  United   States "])
def test_a_value_an_english_label_and_blanks_are_one(given: str) -> None:
    shown = select("Ireland", "United States")
    verdict = judge({"localechooser/shortlist/en": given}).decide(
        shown, recognised("localechooser/shortlist/en"), History()
    )
    assert reply(verdict) == Choose("United States")
    assert isinstance(verdict, Decision)
    assert verdict.why == "answers.yaml:7:5"


@pytest.mark.parametrize(("given", "label"), [("true", "Yes"), ("false", "No"), ("Yes", "Yes"), ("no", "No")])
def test_truth_is_a_button(given: str, label: str) -> None:
    verdict = judge({"clock-setup/utc": given}).decide(
        boolean("Go Back", "Yes", "No"), recognised("clock-setup/utc"), History()
    )
    assert reply(verdict) == PressButton(label)


def test_a_value_that_no_button_has_is_not_guessed() -> None:
    verdict = judge({"clock-setup/utc": "maybe"}).decide(
        boolean("Go Back", "Yes", "No"), recognised("clock-setup/utc"), History()
    )
    assert isinstance(verdict, Stop)
    assert verdict.kind == "unanswerable"
    assert "answers.yaml:7:5" in verdict.message


def test_a_secret_is_filled_in_and_never_shown() -> None:
    verdict = judge({"passwd/user-password": SecretReference("pw")}).decide(
        entry(Kind.PASSWORD), recognised("passwd/user-password-again"), History()
    )
    filled = reply(verdict)
    assert isinstance(filled, Fill)
    assert (filled.reveal(), filled.secret) == ("secret12", True)
    assert "secret12" not in repr(verdict)


def test_what_is_shown_is_accepted_only_where_the_file_says_so() -> None:
    shown = select("vda", "vdb")
    known = recognised("partman-auto/select_disk")
    assert reply(judge({known.question.name: AcceptDefault()}).decide(shown, known, History())) == Choose(
        "vda"
    )  # type: ignore[union-attr]
    verdict = judge().decide(shown, known, History())
    assert isinstance(verdict, Stop)
    assert (verdict.kind, verdict.proposal) == (
        "unanswered",
        'questions:\n  partman-auto/select_disk: "vda"    # or: "vdb"\n',
    )


def test_a_list_ticks_its_labels() -> None:
    shown = replace(select("DNS server", "OpenSSH server"), kind=Kind.MULTISELECT, ticked=())
    verdict = judge({"tasksel/first": ("OpenSSH server",)}).decide(
        shown, recognised("tasksel/first"), History()
    )
    assert reply(verdict) == Tick(("OpenSSH server",))


def test_a_known_note_is_confirmed_and_an_unknown_one_is_not() -> None:
    note = Dialog(Kind.NOTE, "T", "critical", "Done", "Done", buttons=("Go Back", "Continue"))
    known = judge().decide(note, recognised("finish-install/reboot_in_progress"), History())
    assert reply(known) == PressButton("Continue")
    unknown = judge().decide(note, Recognition(None), History())
    assert isinstance(unknown, Stop)
    assert unknown.kind == "unknown-dialog"


def test_a_rule_answers_a_screen_that_no_template_explains() -> None:
    rule = DialogRule(TextPattern("T"), TextPattern("P.*", regex=True), None, "boolean", "false", PLACE)
    verdict = judge(rules=(rule,)).decide(boolean("Yes", "No"), Recognition(None), History())
    assert reply(verdict) == PressButton("No")


def test_a_rule_must_fit_in_all_its_parts_and_says_which_does_not() -> None:
    rule = DialogRule(TextPattern("T"), TextPattern("Q"), None, None, "false", PLACE)
    verdict = judge(rules=(rule,)).decide(boolean("Yes", "No"), Recognition(None), History())
    assert isinstance(verdict, Stop)
    assert verdict.near_misses == ("answers.yaml:7:5: its prompt 'Q' is not the screen's 'P?'",)


def test_an_expression_must_match_the_whole() -> None:
    rule = DialogRule(
        TextPattern("T|other", regex=True), TextPattern("P", regex=True), None, None, "false", PLACE
    )
    verdict = judge(rules=(rule,)).decide(boolean("Yes", "No"), Recognition(None), History())
    assert isinstance(verdict, Stop)


@pytest.mark.parametrize(
    ("policy", "button"),
    [(ErrorReply.RETRY, "Continue"), (ErrorReply.CONTINUE, "Continue"), (ErrorReply.BACK, "Go Back")],
)
def test_an_error_is_answered_by_its_policy(policy: ErrorReply, button: str) -> None:
    errors = (ErrorPolicy("mirror/bad", policy, 2, PLACE),)
    history = History()
    for _ in range(2):
        assert reply(judge(errors=errors).decide(ERROR, recognised("mirror/bad"), history)) == PressButton(
            button
        )
        history = history.with_policy("mirror/bad")
    past = judge(errors=errors).decide(ERROR, recognised("mirror/bad"), history)
    assert isinstance(past, Stop)
    assert past.kind == "installer-error"
    assert "came 3 times" in past.message


def test_an_error_without_a_policy_stops() -> None:
    verdict = judge().decide(ERROR, recognised("mirror/bad"), History())
    assert isinstance(verdict, Stop)
    assert (verdict.kind, "mirror/bad" in verdict.message) == ("installer-error", True)


def test_a_dialog_that_comes_back_unchanged_is_a_loop() -> None:
    shown = boolean("Yes", "No")
    history = History()
    for _ in range(LOOP_LIMIT):
        history = history.with_answer("clock-setup/utc", shown.identity)
    verdict = judge({"clock-setup/utc": "true"}).decide(shown, recognised("clock-setup/utc"), history)
    assert isinstance(verdict, Stop)
    assert verdict.kind == "dialog-loop"
