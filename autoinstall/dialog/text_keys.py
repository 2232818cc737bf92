"""What to type for a reply on the text frontend's line, and when Enter may follow (cdebconf, text.c)."""

from __future__ import annotations

from autoinstall.dialog.document import HIDDEN
from autoinstall.dialog.model import Accept, Choose, Dialog, Fill, Kind, PressButton, Reply, Tick
from autoinstall.dialog.press import CLEAR, RETURN, Press, Purpose, Unreachable

_HELP, _GO_BACK, _EMPTY = COMMANDS = ("?", "<", "!")
"""Lines that the frontend takes for help, Go Back and the empty text."""

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

GO_BACK = "Go Back"
"""What the command is called where answers are shown; the frontend itself draws no button for it."""


def next_line_key(dialog: Dialog, reply: Reply, cleared: int | None) -> Press | Unreachable:
    """What to press on a question of the text frontend; SUBMIT when the line shows the reply.

    `cleared`: the row on which the line was last seen to become empty by a key of ours. Where the console printed
    something below the prompt, what was typed before may be hidden: only that shows that nothing is left of it.
    """
    line = dialog.line
    assert line is not None
    wanted = line_for(dialog, reply)
    if isinstance(wanted, Unreachable):
        return wanted
    secret = isinstance(reply, Fill) and reply.secret
    torn = line.broken and cleared != line.row
    if torn and not line.typed:
        return Press(Purpose.TYPE, text=_LETTERS[0])
    if line.typed == wanted and not torn:
        return Press(Purpose.SUBMIT, RETURN)
    if line.typed:
        return Press(Purpose.CLEAR, CLEAR)
    return Press(Purpose.TYPE, text=wanted, secret=secret)


def line_for(dialog: Dialog, reply: Reply) -> str | Unreachable:
    """The whole line that gives this reply."""
    match reply:
        case Choose(label):
            return _number(dialog, label)
        case Tick(labels):
            return _numbers(dialog, labels)
        case Fill():
            return _text(dialog, reply.reveal())
        case PressButton(label) if label == GO_BACK:
            return _GO_BACK
        case PressButton(label) if dialog.kind is Kind.BOOLEAN:
            return str(dialog.buttons.index(label) + 1)
        case Accept() if dialog.kind is Kind.MULTISELECT:
            return _numbers(dialog, dialog.ticked or ())
        case _:
            return ""


def answer_on_line(dialog: Dialog, typed: str) -> str | bool | tuple[str, ...] | None:
    """What a line answers, as `inspect` shows it; None for help, which answers nothing."""
    if dialog.kind is Kind.PASSWORD:
        return HIDDEN
    if typed == _HELP:
        return None
    if typed == _GO_BACK:
        return GO_BACK
    if dialog.kind is Kind.STRING:
        return "" if typed == _EMPTY else typed or dialog.value or ""
    default = dialog.focus.label if dialog.focus else None
    if dialog.kind is Kind.BOOLEAN:
        label = _labelled(dialog.buttons, typed) or default
        return label == dialog.buttons[0] if label else None
    if dialog.kind is Kind.MULTISELECT:
        labels = (_labelled(dialog.choices, number) for number in typed.split())
        return tuple(label for label in labels if label) if typed else dialog.ticked
    return (_labelled(dialog.choices, typed) if dialog.kind is Kind.SELECT else None) or default


def _labelled(labels: tuple[str, ...], number: str) -> str | None:
    """The label of a number, which counts from 1."""
    index = int(number) - 1 if number.isascii() and number.isdigit() else -1
    return labels[index] if 0 <= index < len(labels) else None


def probe(*taken: str) -> str | None:
    """A letter that stands in none of these texts: seen on the line, all that was typed before it has arrived."""
    return next((letter for letter in _LETTERS if not any(letter in text for text in taken)), None)


def _number(dialog: Dialog, label: str) -> str | Unreachable:
    """Choices are numbered from 1."""
    if dialog.choices.count(label) > 1:
        return Unreachable(f"two rows of the list are called {label!r}", dialog.choices)
    if label not in dialog.choices:
        return Unreachable(f"the list has no row {label!r}", dialog.choices)
    return str(dialog.choices.index(label) + 1)


def _numbers(dialog: Dialog, labels: tuple[str, ...]) -> str | Unreachable:
    """Of a checklist. Nothing ticked cannot be said: cdebconf 0.270 then answers with whatever its memory holds."""
    if not labels:
        return Unreachable("the text frontend cannot answer a checklist with nothing", dialog.choices)
    numbers = []
    for label in labels:
        number = _number(dialog, label)
        if isinstance(number, Unreachable):
            return number
        numbers.append(number)
    return " ".join(sorted(numbers, key=int))


def _text(dialog: Dialog, text: str) -> str | Unreachable:
    if text.startswith(COMMANDS) and len(text) == 1:
        return Unreachable(f"the text frontend takes {text!r} for a command")
    if text and len(text) % dialog.width == 0:
        return Unreachable("the text fills its row to the end, so that Enter after it could not be seen")
    return text or (_EMPTY if dialog.value else "")
