"""The `dialogs:` of an answers file against the dialog at hand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from autoinstall.answers.answer import DialogRule, TextPattern
from autoinstall.dialog.model import Dialog
from autoinstall.dialog.template_text import folded


def matching_rule(rules: Iterable[DialogRule], dialog: Dialog) -> DialogRule | None:
    """The first rule all of whose parts fit."""
    return next((rule for rule in rules if not list(_unfitting(rule, dialog))), None)


def rule_misses(rules: Iterable[DialogRule], dialog: Dialog) -> tuple[str, ...]:
    """For each rule that fits in some part: which of its other parts does not."""
    misses = []
    for rule in rules:
        unfitting = list(_unfitting(rule, dialog))
        given = sum(part is not None for part in (rule.title, rule.prompt, rule.text, rule.kind))
        if 0 < len(unfitting) < given:
            misses.append(f"{rule.place}: {'; '.join(unfitting)}")
    return tuple(misses)


def _unfitting(rule: DialogRule, dialog: Dialog) -> Iterator[str]:
    parts = (
        ("title", rule.title, dialog.title),
        ("prompt", rule.prompt, dialog.prompt),
        ("text", rule.text, dialog.text),
    )
    for name, pattern, shown in parts:
        if pattern is not None and not _fits(pattern, shown or ""):
            yield f"its {name} {pattern.text!r} is not the screen's {folded(shown or '')!r}"
    if rule.kind is not None and rule.kind != dialog.kind:
        yield f"its kind {rule.kind} is not the screen's {dialog.kind}"


def _fits(pattern: TextPattern, shown: str) -> bool:
    said = folded(shown)
    if pattern.regex:
        return re.fullmatch(pattern.text, said) is not None
    return folded(pattern.text) == said
