"""An installer that asks what a recorded session was asked, in its order, whatever is answered.

The session is a JSON list of dialogs as `autoinstall inspect --json` tells them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autoinstall.rehearsal.disk import write_installed_disk
from autoinstall.rehearsal.installer.component import Component
from autoinstall.rehearsal.installer.endings import Ended
from autoinstall.rehearsal.installer.installation import Installation
from autoinstall.rehearsal.installer.precise.finish import installed_system
from autoinstall.rehearsal.installer.script import Script
from autoinstall.rehearsal.installer.stored import DATA
from autoinstall.rehearsal.newt import Form, FormType

_MARKS = {"low": "[.] ", "medium": "[?] ", "high": "[!] ", "critical": "[!!] "}
_PROGRESS_SECONDS = 0.1
_USER = "passwd/username"


def recorded(path: Path) -> Script:
    """The script of a session that was written down."""
    dialogs: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))

    def run(installation: Installation) -> bool:
        for dialog in dialogs:
            _show(installation, dialog)
        _install(installation)
        raise Ended("REBOOT")

    step = Component("Install the system", run, in_initrd=True)
    return Script(DATA / "precise.templates", lambda installation: None, (step,), unknown_before="")


def _show(installation: Installation, dialog: Mapping[str, Any]) -> None:
    if dialog["kind"] == "progress":
        installation.screen.progress(dialog["title"], {_one_line(dialog["text"]): _PROGRESS_SECONDS})
        return
    outcome = installation.ask(dialog["question"] or "", form_of(dialog))
    if dialog["question"] and isinstance(outcome.value, str):
        installation.debconf.set(dialog["question"], outcome.value)


def form_of(dialog: Mapping[str, Any]) -> Form:
    """The dialog as a live form that shows what it showed as it came up."""
    kind = FormType(dialog["kind"])
    prompt, text = dialog["prompt"] or "", dialog["text"]
    words = r"\s+".join(map(re.escape, prompt.split()))
    place = rf"\A\s*{words}" if kind in (FormType.NOTE, FormType.ERROR) else rf"{words}\s*\Z"
    extended = re.sub(place, "", text)
    return Form(
        kind,
        _MARKS.get(dialog["priority"] or "", "") + dialog["title"],
        _one_line(prompt),
        extended.strip("\n"),
        tuple(dialog["choices"] or ()),
        _default(kind, dialog),
        backup=len(dialog["buttons"]) > {FormType.BOOLEAN: 2, FormType.SELECT: 0}.get(kind, 1),
    )


def _default(kind: FormType, dialog: Mapping[str, Any]) -> str | tuple[str, ...] | None:
    if kind is FormType.MULTISELECT:
        return tuple(dialog["checked"] or ())
    if kind is FormType.STRING:
        return dialog["value"] or None
    if kind is FormType.BOOLEAN:
        return "true" if dialog["focus"] == dialog["buttons"][-2] else "false"
    return dialog["focus"] if kind is FormType.SELECT else None


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _install(installation: Installation) -> None:
    """A disk with a system of the answers on it, whatever of partitioning the session showed."""
    if not installation.debconf.get(_USER):
        installation.debconf.set(_USER, "user")
    installation.disk = installation.machine.disks[0]
    installation.partition_disk()
    with installation.writing():
        write_installed_disk(installation.disk.path, installed_system(installation))
