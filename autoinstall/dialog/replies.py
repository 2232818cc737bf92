"""An answer's value as a reply on the dialog at hand: value, English label and translated label are one."""

from __future__ import annotations

from dataclasses import dataclass

from autoinstall.answers.answer import AcceptDefault
from autoinstall.answers.secret import Secret
from autoinstall.dialog.model import (
    Accept,
    Choose,
    Dialog,
    Fill,
    Kind,
    Part,
    PressButton,
    Recognition,
    Reply,
    Tick,
)
from autoinstall.dialog.template_text import folded, label_text, squeezed
from autoinstall.dialog.vocabulary import Vocabulary

_TRUE = frozenset({"true", "yes"})
_FALSE = frozenset({"false", "no"})


@dataclass(frozen=True, slots=True)
class NoReply:
    """Why a value cannot be a reply to this dialog, and what could be."""

    why: str
    hint: str


def reply_for(
    dialog: Dialog,
    recognition: Recognition,
    value: str | tuple[str, ...] | Secret | AcceptDefault,
    vocabulary: Vocabulary,
) -> Reply | NoReply:
    """The reply that gives this value; a label is looked for on the screen when the keys are pressed."""
    if isinstance(value, AcceptDefault):
        return _as_shown(dialog)
    if isinstance(value, Secret):
        text = value.reveal()
        reply = _by_kind(dialog, recognition, text, vocabulary)
        return Fill(value) if isinstance(reply, Fill) else reply
    if isinstance(value, tuple) and dialog.kind is not Kind.MULTISELECT:
        return NoReply(f"a list cannot answer a {dialog.kind}", "give one value")
    return _by_kind(dialog, recognition, value, vocabulary)


def _by_kind(
    dialog: Dialog, recognition: Recognition, value: str | tuple[str, ...], vocabulary: Vocabulary
) -> Reply | NoReply:
    if dialog.kind is Kind.MULTISELECT:
        labels = (value,) if isinstance(value, str) else value
        return Tick(tuple(_on_screen(label, dialog, recognition) for label in labels if label))
    assert isinstance(value, str)
    if dialog.kind is Kind.SELECT:
        return Choose(_on_screen(value, dialog, recognition))
    if dialog.kind in (Kind.STRING, Kind.PASSWORD):
        return Fill(value)
    return _button(dialog, value, vocabulary)


def _button(dialog: Dialog, value: str, vocabulary: Vocabulary) -> Reply | NoReply:
    """A button by its label, or by true and false."""
    folded = value.strip().lower()
    wanted = vocabulary.yes if folded in _TRUE else vocabulary.no if folded in _FALSE else frozenset({value})
    if dialog.line is not None and dialog.kind is Kind.BOOLEAN and folded in _TRUE | _FALSE:
        return PressButton(dialog.buttons[folded in _FALSE])
    for label in dialog.buttons:
        if label in wanted:
            return PressButton(label)
    offered = ", ".join(dialog.buttons)
    return NoReply(f"the dialog has no button for {value!r}", f"the buttons are: {offered}")


def _on_screen(given: str, dialog: Dialog, recognition: Recognition) -> str:
    """The label that stands on the screen for a value, an English label, or a label of any other language."""
    meant = folded(given)
    question = recognition.question
    if question is None:
        return meant
    shown = question.texts.get(recognition.language, question.english).choices
    for column in (question.values, question.english.choices, shown):
        for index, label in enumerate(column):
            if folded(label) == meant and index < len(shown) and (row := _row(shown[index], dialog)):
                return row
    if meant in dialog.choices or recognition.wording is None:
        return meant
    return recognition.wording.of(meant, question.name) or meant


def _row(label: str, dialog: Dialog) -> str | None:
    """A template's label as it stands on the screen; with a variable in it only where a single row in view fits."""
    if "${" not in label:
        return folded(label)
    text = label_text(label)
    rows = [row for row in dialog.choices if text.literal and text.fits(squeezed(row))]
    return rows[0] if len(rows) == 1 else None


def _as_shown(dialog: Dialog) -> Reply | NoReply:
    """What the dialog shows, as a reply that can be found again after the focus was moved."""
    focus = dialog.focus
    if dialog.line is not None and dialog.kind is not Kind.PASSWORD:
        return Accept()
    if dialog.kind is Kind.SELECT and focus is not None and focus.part is Part.LIST and focus.label:
        return Choose(focus.label)
    if dialog.kind is Kind.STRING:
        return Fill(dialog.value or "")
    if dialog.kind is Kind.PASSWORD:
        return (
            Fill("") if not dialog.value else NoReply("a password's default cannot be read", "name a secret")
        )
    if (
        focus is not None
        and focus.part is Part.BUTTON
        and focus.label
        and dialog.kind is not Kind.MULTISELECT
    ):
        return PressButton(focus.label)
    return Accept()
