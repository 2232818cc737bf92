"""Ready-made lines of an answers file for a dialog that it does not answer."""

from __future__ import annotations

import json

from autoinstall.dialog.model import Dialog, Kind, Part, Recognition


def proposed_lines(
    dialog: Dialog, recognition: Recognition, answer: str | bool | tuple[str, ...] | None = None
) -> str:
    """YAML that answers the dialog: as given, else with what it shows now, the other choices in a comment."""
    line, comment = _shown(dialog)
    if answer is not None and dialog.kind is not Kind.PASSWORD:
        line = _given(answer)
    remark = f"    # {comment}" if comment else ""
    if recognition.question is not None:
        return f"questions:\n  {recognition.question.name}: {line}{remark}\n"
    prompt = f", prompt: {_quoted(dialog.prompt)}" if dialog.prompt else ""
    return (
        "dialogs:\n"
        f"  - match: {{title: {_quoted(dialog.title)}{prompt}, kind: {dialog.kind}}}\n"
        f"    reply: {line}{remark}\n"
    )


def _given(answer: str | bool | tuple[str, ...]) -> str:
    if isinstance(answer, bool):
        return str(answer).lower()
    return _quoted(answer) if isinstance(answer, str) else "[" + ", ".join(map(_quoted, answer)) + "]"


def _shown(dialog: Dialog) -> tuple[str, str]:
    """The answer that the dialog shows, and what else it offers."""
    focus = dialog.focus
    if dialog.kind is Kind.PASSWORD:
        return "{secret: NAME}", "the value of AUTOINSTALL_SECRET_NAME"
    if dialog.kind is Kind.STRING:
        return _quoted(dialog.value or ""), ""
    if dialog.kind is Kind.MULTISELECT:
        ticked = ", ".join(_quoted(label) for label in dialog.ticked or ())
        return f"[{ticked}]", "of: " + ", ".join(_quoted(label) for label in dialog.choices)
    if dialog.kind is Kind.SELECT:
        label = focus.label if focus and focus.part in (Part.LIST, Part.LINE) and focus.label else ""
        return _quoted(label), "or: " + ", ".join(_quoted(one) for one in dialog.choices if one != label)
    if dialog.kind is Kind.BOOLEAN:
        shown = focus.label if focus and focus.label else ""
        return _quoted(shown), "or: " + ", ".join(_quoted(one) for one in dialog.buttons if one != shown)
    return _quoted(focus.label if focus and focus.label else "Continue"), ""


def _quoted(text: str) -> str:
    """A text that YAML reads as itself (a JSON string is one, and hides control characters)."""
    return json.dumps(text, ensure_ascii=False)
