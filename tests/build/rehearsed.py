"""Whole builds in this process against the rehearsal's host, over real terminals and a real disk."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autoinstall.answers.loading import load
from autoinstall.answers.rendered import rendered
from autoinstall.answers.secret import Secret
from autoinstall.answers.template import TemplateContext
from autoinstall.build.run import BuildRequest, earlier_id

HOW_TO = Path(__file__).parents[2] / "answers" / "ubuntu-12.04.yaml"

CANARY = """p'a"s$s`w{{1}}\\o;r|d <&>"""
"""A secret that nothing may show."""


def request(
    work: Path, answers: Path = HOW_TO, *, overrides: tuple[str, ...] = (), **more: Any
) -> BuildRequest:
    build_id = (more.get("resume") and earlier_id(work, "")) or "0badcafe"
    loaded = load(answers, context=TemplateContext(build_id), overrides=overrides, for_build=True)
    secrets = {"user_password": Secret("user_password", CANARY)}
    return BuildRequest(
        build_id, loaded, answers, rendered(loaded), secrets, toolstack="rehearsal", work=work, **more
    )


def processes_of(work: Path) -> list[str]:
    """What still runs for a build: command lines or environments that name its folder."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            told = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
        except (OSError, ValueError):
            continue
        if entry.name != str(os.getpid()) and str(work).encode() in told:
            found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


def events_of(work: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (work / "events.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the builds of a module lie; they share one cache, so that one can start from another's install."""
    root = tmp_path_factory.mktemp("places")
    before = os.environ.get("CACHE_DIRECTORY")
    os.environ["CACHE_DIRECTORY"] = str(root / "cache")
    yield root
    os.environ.pop("CACHE_DIRECTORY")
    if before:
        os.environ["CACHE_DIRECTORY"] = before
