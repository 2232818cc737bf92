"""Holds the finished disk against what it was to be clean of, and writes down what it shows: image/hygiene.json."""

from __future__ import annotations

import json
from pathlib import Path

from autoinstall.answers.installed_user import USER_NAME, installed_user
from autoinstall.build.context import BuildContext
from autoinstall.build.folder import write_private
from autoinstall.errors import VerificationError
from autoinstall.events import read_events
from autoinstall.image.finished_disk import FinishedDisk
from autoinstall.image.hygiene import Finding, findings, tolerated

HYGIENE_STEP = "hygiene "
"""How the names of the clean stage's steps begin; the item's name follows."""

_SYSTEMD = "/lib/systemd/systemd"


def check_hygiene(context: BuildContext, disk: Path) -> None:
    """Look at the disk, and write hygiene.json.

    Raises VerificationError where something is there still that was to be cleaned.
    """
    if not context.answers.hygiene:
        return
    finished = FinishedDisk(disk)
    user = installed_user(context.answers)
    known = user if user and USER_NAME.fullmatch(user) else None
    found = findings(finished, _cured(context), known)
    path = context.folder.image / "hygiene.json"
    context.state.will_make(path)
    write_private(path, json.dumps([finding.document for finding in found], indent=2) + "\n")
    has_systemd = finished.exists(_SYSTEMD) or finished.exists(f"/usr{_SYSTEMD}")
    wrong = [
        finding
        for finding in found
        if finding.item in context.answers.hygiene and not tolerated(finding, has_systemd=has_systemd)
    ]
    for finding in found:
        context.events.tell(
            "check",
            name=f"{HYGIENE_STEP}{finding.item}",
            ok=finding not in wrong,
            evidence=f"{finding.state}: {finding.evidence}",
        )
    if wrong:
        raise _unclean(wrong)


def _cured(context: BuildContext) -> dict[str, list[str]]:
    """The paths that the guest had of each item when it was last cleaned, by any process of this build."""
    cured: dict[str, list[str]] = {item: [] for item in context.answers.hygiene}
    for event in read_events(context.folder.events):
        name = str(event.get("name"))
        if event.get("event") == "step" and name.startswith(HYGIENE_STEP):
            cured.setdefault(name.removeprefix(HYGIENE_STEP), []).extend(event.get("paths") or ())
    return {
        item: list(dict.fromkeys(paths)) for item, paths in cured.items() if item in context.answers.hygiene
    }


def _unclean(wrong: list[Finding]) -> VerificationError:
    told = "; ".join(f"{finding.item} ({', '.join(finding.paths[:5])})" for finding in wrong)
    return VerificationError(
        f"the finished disk still holds what was to be cleaned: {told}",
        kind="hygiene",
        hint="image/hygiene.json lists it; a step that puts it back, or `hygiene:` with the items that you want",
    )
