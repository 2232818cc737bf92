"""What `build --json` prints, success and failure alike (README, "JSON documents")."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autoinstall.build.state import BuildState
from autoinstall.errors import AutoinstallError
from autoinstall.events import read_events
from autoinstall.image.export import ImageInfo
from autoinstall.installer.failure import InstallerError

Document = dict[str, Any]


def build_document(
    root: Path,
    state: BuildState,
    images: Sequence[ImageInfo],
    failure: Document | None,
    *,
    stand_ins: bool = False,
) -> Document:
    """The document of a build that ended; `image` is the first format asked for.

    `stand_ins` says that a rehearsal's own kernel and initrd stood for the real ones.
    """
    return {
        "result": "failed" if failure else "done",
        "build": str(root),
        "id": state.id,
        "stages": [
            {"name": record.name, "state": record.state.value, "seconds": round(record.seconds, 3)}
            for record in state.stages
        ],
        "image": image_document(images[0]) if images else None,
        "failure": failure,
        "stand_ins": stand_ins,
    }


def image_document(image: ImageInfo) -> Document:
    """An exported image; sizes in bytes, `size` is the virtual one."""
    return {
        "path": str(image.path),
        "format": image.format,
        "sha256": image.sha256,
        "md5": image.md5,
        "size": image.size,
        "file_size": image.file_size,
    }


def failure_document(
    error: AutoinstallError,
    *,
    stage: str | None,
    awaited: str,
    waited: float,
    screen: Sequence[str],
    go_on: str,
    kept: Path | None = None,
) -> Document:
    """Why a build failed. `awaited`, `waited` and `screen` are taken where the error does not know better.

    `kept` is the build folder of a guest that lives on.
    """
    document: Document = {
        "kind": error.kind,
        "exit": error.exit_code,
        "stage": stage,
        "awaited": awaited,
        "waited": round(waited, 1),
        "dialog": None,
        "question": None,
        "screen": list(screen) or None,
        "message": error.message,
        "hint": error.hint,
        "host_said": error.host_said,
        "next": go_on,
    }
    if isinstance(error, InstallerError):
        document |= {"dialog": error.dialog, "question": error.question}
        document |= {"near_misses": list(error.near_misses), "proposal": error.proposal}
        if error.awaited:
            document |= {"awaited": error.awaited, "waited": round(error.waited, 1)}
        if error.screen:
            document["screen"] = list(error.screen)
        if kept and error.proposal:
            document["answer"] = (
                f"{shlex.join(['autoinstall', 'answer', str(kept)])} '{error.question or ''}=VALUE'"
            )
    return document


def next_command(root: Path, state: BuildState) -> str:
    """The command that goes on with a failed build."""
    words = ["autoinstall", "build", state.answers, "--toolstack", state.toolstack]
    if state.host:
        words += ["--host", state.host]
    return shlex.join([*words, "--work", str(root), "--resume"])


def finished_document(events: Path, root: Path) -> Document | None:
    """The document of a finished build out of its events, its paths as the folder lies now."""
    if not events.exists():
        return None
    document: Document | None = None
    for event in read_events(events):
        if event.get("event") == "build-finished":
            document = event["document"]
    if document is None:
        return None
    document["build"] = str(root)
    if document["image"]:
        document["image"]["path"] = str(root / "image" / Path(document["image"]["path"]).name)
    return document
