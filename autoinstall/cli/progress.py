"""The events of a build as lines for people: the stages always, dialogs and steps for those who ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autoinstall.cli.output import Output
from autoinstall.cli.parser import STAGES
from autoinstall.events import Event


class ProgressLines:
    """A subscriber that prints events as they happen."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def __call__(self, event: Event) -> None:
        if line := headline(event.name, event.stage, event.fields):
            self._output.progress(line)
        elif line := detail(event.name, event.fields, self._output.verbose):
            self._output.detail("    " + line)


def headline(name: str, stage: str | None, fields: Mapping[str, Any]) -> str | None:
    """The line of an event that everybody wants to see."""
    match name:
        case "build-started":
            return f"build {fields.get('id', '')} in {fields.get('build', '')}"
        case "stage-started":
            return f"{_numbered(stage)} ..."
        case "stage-finished":
            return f"{_numbered(stage)}: {fields['state']} in {fields['seconds']:.1f} s"
        case "progress" if "percent" not in fields and fields.get("text"):
            return f"    {fields['text']}"
        case "check" if fields.get("ok", True) is None:
            return f"    check {fields.get('name')}: not looked at: {fields.get('evidence')}"
        case "check" if not fields.get("ok", True):
            return f"    check {fields.get('name')}: failed: {fields.get('evidence') or 'no evidence'}"
    return None


def detail(name: str, fields: Mapping[str, Any], verbose: int = 1) -> str | None:
    """The line of an event for those who want to know more; each percent of a progress bar only if asked twice."""
    match name:
        case "answered" if verbose:
            question = fields["question"] or fields["title"]
            presses = f"{fields['presses']} key{'s' if fields['presses'] != 1 else ''}"
            return f"{question}: {_value(fields['answer'])} ({presses}, {fields['seconds']:.2f} s)"
        case "progress" if fields.get("percent") is not None and verbose > 1:
            return f"{fields.get('title') or ''} {fields['percent']} %"
        case "lifecycle" if verbose:
            return f"guest: {fields.get('happening')}"
        case "step" | "check" if verbose:
            state = fields.get("state") or {True: "ok", None: "not looked at"}.get(fields.get("ok"), "failed")
            return f"{name} {fields.get('name')}: {state}"
        case "domain-created" | "domain-gone" | "console-attached" | "console-closed" if verbose:
            return f"{name}: {fields.get('name')} (domain {fields.get('domid')})"
    return None


def _numbered(stage: str | None) -> str:
    """`[3/8] install`: how far the build is."""
    if stage not in STAGES:
        return stage or "build"
    return f"[{STAGES.index(stage) + 1}/{len(STAGES)}] {stage}"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
