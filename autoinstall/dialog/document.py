"""A dialog as the JSON that events, failures and `inspect` show (README, "JSON")."""

from __future__ import annotations

from typing import Any

from autoinstall.dialog.model import (
    Accept,
    Choose,
    Decision,
    Dialog,
    Fill,
    Kind,
    PressButton,
    Recognition,
    Tick,
)

HIDDEN = "***"


def kind_of(dialog: Dialog, recognition: Recognition) -> Kind:
    """The dialog's kind. Older frontends draw a password's entry like any other, and the text frontend a checklist
    like a list: the template knows."""
    question = None if recognition.prelude else recognition.question
    if question is not None and question.type == "password" and dialog.kind is Kind.STRING:
        return Kind.PASSWORD
    if question is not None and question.type == "multiselect" and dialog.kind is Kind.SELECT:
        return Kind.MULTISELECT
    if question is not None and question.type == "error" and dialog.kind is Kind.NOTE:
        return Kind.ERROR
    return dialog.kind


def dialog_document(dialog: Dialog, recognition: Recognition) -> dict[str, Any]:
    """What the dialog shows as it came up; `answer` is for its reader to fill in."""
    focus = dialog.focus
    kind = kind_of(dialog, recognition)
    in_entry = kind in (Kind.STRING, Kind.PASSWORD)
    is_list = kind in (Kind.SELECT, Kind.MULTISELECT)
    return {
        "kind": kind.value,
        "priority": dialog.priority,
        "title": dialog.title,
        "question": recognition.question.name if recognition.question else None,
        "prompt": None if recognition.cut else dialog.prompt,
        "text": dialog.text,
        "choices": list(dialog.choices) if is_list else None,
        "focus": None if in_entry or focus is None else focus.label,
        "checked": list(dialog.ticked or ()) if kind is Kind.MULTISELECT else None,
        "value": dialog.value if kind is Kind.STRING else None,
        "buttons": list(dialog.buttons),
        "answer": None,
    }


def answer_document(decision: Decision, dialog: Dialog) -> str | bool | list[str] | None:
    """What was answered, for people and for `replay`; a secret is three stars."""
    reply = decision.reply
    match reply:
        case Choose(label):
            return label
        case Tick(labels):
            return list(labels)
        case Fill():
            return HIDDEN if reply.secret or dialog.kind is Kind.PASSWORD else reply.reveal()
        case PressButton(label):
            return label if dialog.kind is not Kind.BOOLEAN else _truth(dialog, label)
        case Accept():
            return _shown(dialog)


def _truth(dialog: Dialog, label: str) -> str | bool:
    """Yes stands before No in newt's yes/no windows, behind Go Back where there is one."""
    last_two = dialog.buttons[-2:]
    return label == last_two[0] if label in last_two else label


def _shown(dialog: Dialog) -> str | bool | list[str] | None:
    """What a dialog is answered with when it is taken as it stands."""
    focus = dialog.focus
    if dialog.kind is Kind.MULTISELECT:
        return list(dialog.ticked or ())
    if dialog.kind is Kind.STRING:
        return dialog.value or ""
    if dialog.kind is Kind.PASSWORD:
        return HIDDEN
    if focus is None or focus.label is None:
        return None
    return _truth(dialog, focus.label) if dialog.kind is Kind.BOOLEAN else focus.label
