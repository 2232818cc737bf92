"""Somebody who answers the installer's questions without a screen."""

from __future__ import annotations

from autoinstall.rehearsal.installer import templates
from autoinstall.rehearsal.installer.stored import DATA
from autoinstall.rehearsal.newt import Form, FormType, Outcome

TEMPLATES = templates.load(DATA / "precise.templates")
BACK = Outcome(back=True)


class Person:
    """Answers the questions by their names, each answer once, and remembers what was asked."""

    def __init__(self, **answers: list[Outcome]) -> None:
        self.asked: list[str] = []
        self.forms: list[Form] = []
        self._answers = answers

    def __call__(self, name: str, form: Form) -> Outcome:
        self.asked.append(name)
        self.forms.append(form)
        waiting = self._answers.get(name.rpartition("/")[2], [])
        if waiting:
            return waiting.pop(0)
        return Outcome(back=False, value=form.default if form.type is not FormType.PASSWORD else "")


def said(value: str) -> Outcome:
    return Outcome(back=False, value=value)
