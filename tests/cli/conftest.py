"""Runs the command as its users do: a child process, on pipes or on a terminal."""

import json
import os
import shutil
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


@pytest.fixture
def answers_file(tmp_path):
    """Our own answers file with its files, as a user would copy it."""
    shutil.copytree(ROOT / "answers" / "files", tmp_path / "files")
    return Path(shutil.copy(ROOT / "answers" / "ubuntu-12.04.yaml", tmp_path / "answers.yaml"))


@pytest.fixture
def installer_command(tmp_path):
    """A console command: the rehearsal's installer, without its host and without a wait."""
    home = tmp_path / "installer"
    home.mkdir()
    with (home / "disk.img").open("wb") as disk:
        disk.truncate(8 << 30)
    disks = [{"path": str(home / "disk.img"), "device": "xvda"}]
    domain = {"name": "ubuntu", "memory": 256, "extra": "", "disks": disks}
    (home / "domain.json").write_text(json.dumps(domain | {"vifs": [{"bridge": "xenbr0", "mac": ""}]}))
    variables = {
        "PYTHONPATH": ROOT,
        "TERM": "linux",
        "AUTOINSTALL_REHEARSAL_HOME": home,
        "AUTOINSTALL_REHEARSAL_PACE": "0",
        "REHEARSAL_DOMAIN": home / "domain.json",
        "REHEARSAL_QUESTION_FILE": home / "question",
    }
    settings = [f"{name}={value}" for name, value in variables.items()]
    return ["env", *settings, sys.executable, "-m", "autoinstall.rehearsal.installer"]
