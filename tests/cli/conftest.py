"""Runs the command as its users do: a child process, on pipes or on a terminal."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def environment(tmp_path):
    """A user of their own: no configuration, state or secrets of the machine's."""
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "LC_ALL": "C.UTF-8",
    }


@pytest.fixture
def autoinstall(environment, tmp_path):
    """A function that runs the command line to its end."""

    def run(*words: str, timeout: float = 60, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "autoinstall", *words],
            capture_output=True,
            text=True,
            timeout=timeout,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            env=environment | variables,
            check=False,
        )

    return run


@pytest.fixture
def python(environment, tmp_path):
    """A function that runs a program which uses our modules."""

    def run(program: str, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", program, *words],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=tmp_path,
            env=environment | variables,
            check=False,
        )

    return run
