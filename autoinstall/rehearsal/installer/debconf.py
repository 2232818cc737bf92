"""A small debconf: questions with values, priorities and Go Back, as cdebconf runs them for the installer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from autoinstall.rehearsal.installer.templates import (
    Template,
    join_choices,
    split_choices,
    substitute,
)
from autoinstall.rehearsal.newt import Form, FormType, Outcome

PRIORITIES = ("low", "medium", "high", "critical")
_MARKS = {"low": "[.]", "medium": "[?]", "high": "[!]", "critical": "[!!]"}

Ask = Callable[[str, Form], Outcome]
"""Shows the form of the question with that name."""


@dataclass
class Question:
    """One question: its template, and what is known of it. `seen` keeps it from being asked (a preseeded answer)."""

    template: Template
    value: str
    seen: bool = False
    answered: bool = False
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def labels(self) -> tuple[str, ...]:
        return split_choices(substitute(self.template.choices, self.variables))

    @property
    def codes(self) -> tuple[str, ...]:
        return split_choices(substitute(self.template.codes, self.variables)) or self.labels


class Debconf:
    """The questions of one installation.

    `input` queues, `go` shows what was queued: as in the confmodule protocol, whose words these are. `title` and
    `backup` hold for the questions that follow.
    """

    def __init__(self, templates: Mapping[str, Template], ask: Ask) -> None:
        self._templates = templates
        self._ask = ask
        self._questions: dict[str, Question] = {}
        self._queue: list[tuple[str, str]] = []
        self._backed_up = False
        self.title = ""
        self.backup = False
        self.align = False

    @property
    def priority(self) -> str:
        """The priority below which questions are not shown."""
        found = self.get("debconf/priority")
        return found if found in PRIORITIES else "high"

    def preseed(self, answers: Mapping[str, str]) -> None:
        """Answer questions beforehand; they are not asked."""
        for name, value in answers.items():
            question = self._question(name)
            question.value, question.seen = value, True

    def get(self, name: str) -> str:
        """The answer: a choice's code, "true" or "false", a comma list (multiselect), or text."""
        return self._question(name).value

    def is_true(self, name: str) -> bool:
        return self.get(name) == "true"

    def chosen(self, name: str) -> tuple[str, ...]:
        """The codes ticked in a multiselect."""
        return split_choices(self.get(name))

    def set(self, name: str, value: str) -> None:
        self._question(name).value = value

    def seen(self, name: str) -> bool:
        return self._question(name).seen

    def unsee(self, *names: str) -> None:
        """Have preseeded questions asked all the same."""
        for name in names:
            self._question(name).seen = False

    def subst(self, name: str, **variables: str) -> None:
        """Give values to the `${...}` of a question's texts and choices."""
        self._question(name).variables.update(variables)

    def asked(self, name: str) -> bool:
        """Whether somebody has answered it."""
        return self._question(name).answered

    def choices(self, name: str) -> tuple[str, ...]:
        """The labels that a question offers."""
        return self._question(name).labels

    def codes(self, name: str) -> tuple[str, ...]:
        """The values that stand for these labels."""
        return self._question(name).codes

    def offer(self, name: str, labels: tuple[str, ...]) -> None:
        """Have a question offer other choices than its template."""
        question = self._question(name)
        question.template = replace(question.template, choices=join_choices(labels), codes="")

    def has_template(self, name: str) -> bool:
        return name in self._templates

    def register(self, template: str, name: str) -> None:
        """Make a question of another name out of a template."""
        self._questions[name] = Question(replace(self._templates[template], name=name), "")

    def input(self, priority: str, name: str) -> bool:
        """Queue a question; False where it will not be shown."""
        if self.seen(name) or PRIORITIES.index(priority) < PRIORITIES.index(self.priority):
            return False
        self._queue.append((priority, name))
        return True

    def go(self) -> bool:
        """Show what was queued. False: Go Back was chosen in the first of them.

        With nothing to show it goes on in the direction of the last answer, so that states without a question
        are walked through backwards as well.
        """
        queue, self._queue = self._queue, []
        at = 0
        while at < len(queue):
            at += 1 if self._answered(*queue[at]) else -1
            if at < 0:
                self._backed_up = True
                return False
        if queue:
            self._backed_up = False
        return not self._backed_up

    def start(self) -> None:
        """A new run of a component begins: nothing is queued, and it begins forwards."""
        self._queue, self._backed_up = [], False

    def _answered(self, priority: str, name: str) -> bool:
        question = self._question(name)
        outcome = self._ask(name, self._form(question, priority))
        if outcome.back:
            return False
        question.value, question.answered = _value(question, outcome.value), True
        return True

    def _form(self, question: Question, priority: str) -> Form:
        template = question.template
        return Form(
            type=FormType(template.type),
            title=f"{_MARKS[priority]} {self.title}",
            description=substitute(template.description, question.variables),
            extended=substitute(template.extended, question.variables),
            choices=question.labels,
            default=_default(question),
            backup=self.backup,
            align=self.align,
        )

    def _question(self, name: str) -> Question:
        if name not in self._questions:
            template = self._templates.get(name, Template(name, "string"))
            self._questions[name] = Question(template, template.default)
        return self._questions[name]


def _default(question: Question) -> str | tuple[str, ...] | None:
    kind, value = question.template.type, question.value
    if not value or kind in ("note", "error", "password"):
        return None
    if kind == "select":
        return dict(zip(question.codes, question.labels, strict=True)).get(value)
    if kind == "multiselect":
        ticked = split_choices(value)
        return tuple(
            label for code, label in zip(question.codes, question.labels, strict=True) if code in ticked
        )
    return value


def _value(question: Question, answer: str | tuple[str, ...] | None) -> str:
    codes = dict(zip(question.labels, question.codes, strict=True))
    if isinstance(answer, tuple):
        return join_choices(tuple(codes[label] for label in answer))
    if answer is None:
        return ""
    return codes[answer] if question.template.type == "select" else answer
