"""A host's command as an executable on PATH that says what a test wrote down for it."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest


class FakeHost:
    """A folder with executables; each subcommand prints, exits and logs as told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "calls.log"
        self.environment = {"PATH": f"{folder}:/usr/bin:/bin"}

    def answers(self, tool: str, **replies: tuple[str, str, int]) -> None:
        """`domid=("3\\n", "", 0)`: what `tool domid ...` prints on stdout and stderr, and its status."""
        cases = "".join(
            f"{name})\n printf %s {shlex.quote(out)}\n printf %s {shlex.quote(err)} >&2\n exit {status};;\n"
            for name, (out, err, status) in replies.items()
        )
        self.script(tool, f'case "$1" in\n{cases}*) echo "no such subcommand: $1" >&2; exit 64;;\nesac\n')

    def script(self, tool: str, body: str) -> None:
        path = self.folder / tool
        path.write_text(f'#!/bin/sh\nprintf "%s\\n" "{tool} $*" >> {shlex.quote(str(self.log))}\n{body}')
        path.chmod(0o755)

    @property
    def calls(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def host(tmp_path: Path) -> FakeHost:
    folder = tmp_path / "bin"
    folder.mkdir()
    return FakeHost(folder)
