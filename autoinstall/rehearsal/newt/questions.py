"""One window for each kind of question, as cdebconf's newt frontend builds it."""

from __future__ import annotations

from autoinstall.rehearsal.newt import layout, wording
from autoinstall.rehearsal.newt.dialog import Left, run
from autoinstall.rehearsal.newt.layout import TEXT_PADDING
from autoinstall.rehearsal.newt.model import Form as Question
from autoinstall.rehearsal.newt.model import FormType, Outcome
from autoinstall.rehearsal.newt.palette import Mood, Part
from autoinstall.rehearsal.newt.widgets.button import Button, Label
from autoinstall.rehearsal.newt.widgets.checkbox import CheckBox
from autoinstall.rehearsal.newt.widgets.entry import Entry
from autoinstall.rehearsal.newt.widgets.form import Form
from autoinstall.rehearsal.newt.widgets.listbox import ListBox
from autoinstall.rehearsal.newt.widgets.scrollbar import ScrollBar
from autoinstall.rehearsal.newt.widgets.textbox import TextBox
from autoinstall.rehearsal.newt.widgets.widget import Widget
from autoinstall.rehearsal.newt.windows import Desktop

BACK = Outcome(back=True)


def ask(desktop: Desktop, question: Question) -> Outcome:
    """Show a question in its window and give the outcome."""
    match question.type:
        case FormType.SELECT | FormType.MULTISELECT:
            return _ask_below_its_text(desktop, question)
        case FormType.STRING | FormType.PASSWORD:
            return _ask_text(desktop, question)
        case FormType.BOOLEAN:
            return _ask_boolean(desktop, question)
        case FormType.NOTE:
            return _show_text(desktop, question)
        case FormType.ERROR:
            desktop.set_mood(Mood.ERROR)
            outcome = _show_text(desktop, question)
            desktop.set_mood(Mood.USUAL)
            return outcome


def _ask_below_its_text(desktop: Desktop, question: Question) -> Outcome:
    """Show the list below its text, or behind a window with the text, to which Go Back leads."""
    ask_in_list = _ask_select if question.type is FormType.SELECT else _ask_multiselect
    if not layout.needs_text_window(question, desktop.charset):
        return ask_in_list(desktop, question, layout.paragraphs(question, desktop.charset))
    while True:
        if _show_text(desktop, question).back:
            return BACK
        outcome = ask_in_list(desktop, question, [])
        if not outcome.back:
            return outcome


def _show_text(desktop: Desktop, question: Question) -> Outcome:
    """A note, an error, or the text of a question whose list comes after it."""
    charset = desktop.charset
    is_note = question.type in (FormType.NOTE, FormType.ERROR)
    lines = layout.note_text(question, charset) if is_note else layout.paragraphs(question, charset)
    heading = charset.text(question.description)
    name = layout.title(question.title, charset)
    buttons = 2 * layout.BUTTON_PADDING + charset.width(wording.CONTINUE) + 2
    if question.backup:
        buttons += charset.width(wording.GO_BACK) + 3
    extra = 5 if is_note else 3
    place = layout.text_layout(lines, name, charset, extra=extra, buttons=buttons, heading=heading)
    desktop.open_window(place.width, place.height, name.shown)
    widgets: list[Widget] = []
    if is_note:
        widgets.append(Label(desktop, (place.width - charset.width(heading)) // 2, 1, heading))
    text = _text_box(desktop, place, lines, top=2 if is_note else 1)
    back, proceed = _back_and_continue(desktop, place.width, place.height, question.backup)
    widgets += [*([back] if back else []), text, proceed]
    left = _run_and_close(desktop, widgets, proceed)
    return BACK if left.by_escape_or(back) or left.by_f12 else Outcome(back=False)


def _text_box(desktop: Desktop, place: layout.TextLayout, lines: list[str], top: int = 1) -> TextBox:
    box = TextBox(desktop, TEXT_PADDING, top, place.text_width, place.text_height, scrolls=place.scrolls)
    box.set_lines(lines)
    return box


def _back_and_continue(
    desktop: Desktop, width: int, height: int, backup: bool
) -> tuple[Button | None, Button]:
    row = height - 2
    if not backup:
        middle = layout.middle_button(width, wording.CONTINUE, desktop.charset)
        return None, Button(desktop, middle, row, wording.CONTINUE)
    right = layout.right_button(width, wording.CONTINUE, desktop.charset)
    back = Button(desktop, layout.LEFT_BUTTON, row, wording.GO_BACK)
    return back, Button(desktop, right, row, wording.CONTINUE)


def _run_and_close(desktop: Desktop, widgets: list[Widget], current: Widget) -> Left:
    form = Form(desktop, widgets)
    form.set_current(current)
    left = run(desktop, form)
    desktop.pop_window()
    return left


def _ask_text(desktop: Desktop, question: Question) -> Outcome:
    charset = desktop.charset
    is_password = question.type is FormType.PASSWORD
    lines = layout.paragraphs(question, charset)
    name = layout.title(question.title, charset)
    buttons = layout.buttons_width(charset, question)
    place = layout.text_layout(lines, name, charset, extra=8 if is_password else 6, buttons=buttons)
    desktop.open_window(place.width, place.height, name.shown)
    text = _text_box(desktop, place, lines)
    default = "" if is_password or not isinstance(question.default, str) else charset.text(question.default)
    entry_top = 1 + place.text_height + 1
    entry = Entry(desktop, TEXT_PADDING, entry_top, place.text_width, default, hidden=is_password)
    back, proceed = _back_and_continue(desktop, place.width, place.height, question.backup)
    widgets: list[Widget] = [*([back] if back else []), text, entry]
    if is_password:
        widgets.append(_clear_text_box(desktop, place.height - 4, entry))
    left = _run_and_close(desktop, [*widgets, proceed], entry)
    return BACK if left.by_escape_or(back) else Outcome(back=False, value=charset.plain(entry.text))


def _clear_text_box(desktop: Desktop, top: int, entry: Entry) -> CheckBox:
    return CheckBox(
        desktop,
        TEXT_PADDING,
        top,
        wording.SHOW_PASSWORD,
        on_change=lambda ticked: entry.set_hidden(not ticked),
    )


def _ask_boolean(desktop: Desktop, question: Question) -> Outcome:
    charset = desktop.charset
    lines = layout.paragraphs(question, charset)
    name = layout.title(question.title, charset)
    buttons = layout.buttons_width(charset, question)
    place = layout.text_layout(lines, name, charset, extra=4, buttons=buttons)
    desktop.open_window(place.width, place.height, name.shown)
    text = _text_box(desktop, place, lines)
    row = place.height - 2
    no_left = layout.right_button(place.width, wording.NO, charset)
    no = Button(desktop, no_left, row, wording.NO)
    if question.backup:
        yes_left = no_left - charset.width(wording.YES) - 3 - 3
        back = Button(desktop, layout.LEFT_BUTTON, row, wording.GO_BACK)
    else:
        yes_left, back = layout.LEFT_BUTTON, None
    yes = Button(desktop, yes_left, row, wording.YES)
    widgets: list[Widget] = [*([back] if back else []), text, yes, no]
    left = _run_and_close(desktop, widgets, yes if question.default == "true" else no)
    if left.by_escape_or(back) or left.by_f12:
        return BACK
    return Outcome(back=False, value="true" if left.by is yes else "false")


def _ask_select(desktop: Desktop, question: Question, lines: list[str]) -> Outcome:
    charset = desktop.charset
    name = layout.title(question.title, charset)
    buttons = layout.buttons_width(charset, question)
    extra = 3 + (2 if question.backup else 0)
    place = layout.list_layout(question, lines, name, charset, extra=extra, buttons=buttons)
    desktop.open_window(place.width, place.height, name.shown)
    widgets: list[Widget] = _list_text(desktop, place, lines)
    left_edge = (place.width - place.label_width - 3) // 2
    top = 1 + len(lines) + 1 if lines else 1
    box = ListBox(desktop, left_edge, top, place.list_height, place.labels)
    if len(question.choices) == 1:
        box.select(0)
    elif question.default in question.choices:
        box.select(len(question.choices) - 1 - question.choices[::-1].index(str(question.default)))
    back = None
    if question.backup or not lines:
        back = Button(desktop, layout.LEFT_BUTTON, place.height - 2, wording.GO_BACK)
        widgets.append(back)
    left = _run_and_close(desktop, [*widgets, box], box)
    if left.by_escape_or(back):
        return BACK
    return Outcome(back=False, value=question.choices[box.selected])


def _list_text(desktop: Desktop, place: layout.ListLayout, lines: list[str]) -> list[Widget]:
    if not lines:
        return []
    text = TextBox(desktop, TEXT_PADDING, 1, place.text_width, len(lines))
    text.set_lines(lines)
    return [text]


def _ask_multiselect(desktop: Desktop, question: Question, lines: list[str]) -> Outcome:
    charset = desktop.charset
    name = layout.title(question.title, charset)
    buttons = layout.buttons_width(charset, question)
    place = layout.list_layout(question, lines, name, charset, extra=5, buttons=buttons)
    desktop.open_window(place.width, place.height, name.shown)
    top = 1 + len(lines) + 1
    widgets: list[Widget] = _list_text(desktop, place, lines)
    bar = None
    if len(place.labels) > place.list_height:
        bar_left = (place.width + place.label_width + 5) // 2
        bar = ScrollBar(desktop, bar_left, top, place.list_height, Part.WINDOW)
        widgets.append(bar)
    boxes = _boxes(desktop, question, place, top)
    form = Form(desktop, list(boxes), height=place.list_height, bar=bar, part=Part.CHECKBOX)
    back, proceed = _back_and_continue(desktop, place.width, place.height, question.backup or not lines)
    widgets += [*([back] if back else []), form, proceed]
    left = _run_and_close(desktop, widgets, form)
    if left.by_escape_or(back):
        return BACK
    ticked = [choice for choice, box in zip(question.choices, boxes, strict=True) if box.ticked]
    return Outcome(back=False, value=tuple(ticked))


def _boxes(desktop: Desktop, question: Question, place: layout.ListLayout, top: int) -> list[CheckBox]:
    ticked = question.default if isinstance(question.default, tuple) else ()
    left = (place.width - place.label_width - 3) // 2
    return [
        CheckBox(desktop, left, top + row, label, ticked=choice in ticked, enter_leaves=True)
        for row, (choice, label) in enumerate(zip(question.choices, place.labels, strict=True))
    ]
