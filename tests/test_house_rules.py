"""What holds for every file of the project: no trace of the place where it was written, and a version that is told."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import autoinstall
from tests.conftest import INSTALL

ROOT = Path(__file__).parents[1]

_PIECES = (
    (r"(?<!\w)/wo", r"rk\b"),
    (r"(?<!\w)/fa", r"rm\b"),
    (r"(?<!\w)/ro", "ot/"),
    ("/tmp/", "lab"),
    (r"\b(deb|security)\.", r"debian\."),
    (r"\bpy", r"pi\."),
    ("python", "hosted"),
    (r"\bnpm", r"js\."),
    ("farm-", "(studio|bench)"),
    (r"\.libr", "ary/"),
)
PLACES = re.compile("|".join("".join(pieces) for pieces in _PIECES))
"""Paths of one machine, the workplace's names and hosts of package registries; in pieces, for this file is read too."""

MADE = {
    ".git",
    ".venv",
    "build",
    "dist",
    "__pycache__",
    ".hypothesis",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
}


@cache
def files() -> tuple[Path, ...]:
    """The project's files: what git knows or would take; without git all that is not made by tools."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        found = [path for path in ROOT.rglob("*") if not MADE & set(path.relative_to(ROOT).parts)]
    return tuple(path for path in found if path.is_file())


def found_in(path: Path) -> Iterator[str]:
    """Each line of a file that names such a place."""
    for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").splitlines(), 1):
        if PLACES.search(line):
            yield f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"


def version() -> str:
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"])


def test_the_files_are_found() -> None:
    names = {str(path.relative_to(ROOT)) for path in files()}
    assert {"Makefile", "pyproject.toml", "autoinstall/process.py", "tests/test_house_rules.py"} <= names


def test_no_file_names_the_place_where_it_was_written() -> None:
    assert not [line for path in files() for line in found_in(path)]


def test_the_version_is_one_and_the_changelog_tells_it() -> None:
    assert autoinstall.__version__ == version()
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.search(rf"^## \[{re.escape(version())}\]( - \d{{4}}-\d\d-\d\d)?$", changelog, re.MULTILINE)


def test_the_licence_is_the_one_that_is_declared() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text("utf-8")
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text("utf-8")


def test_ci_installs_what_the_tests_ask_for() -> None:
    ci = set((ROOT / ".ci" / "run").read_text("utf-8").split())
    assert set(INSTALL.split()[2:]) <= ci


def test_scripts_can_be_run() -> None:
    scripts = [path for path in files() if path.parent in (ROOT / ".ci", ROOT / "scripts")]
    assert ROOT / ".ci" / "run" in scripts
    assert not [str(path) for path in scripts if not path.stat().st_mode & 0o100]
