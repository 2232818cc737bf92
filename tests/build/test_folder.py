"""A build folder belongs to one build and one process, and nothing of the user's in it is ever touched."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from autoinstall.build.folder import open_folder
from autoinstall.build.state import BuildState, StateFile
from autoinstall.errors import BusyError, UsageError


def saved(root: Path, name: str = "ubuntu") -> None:
    root.mkdir(parents=True, exist_ok=True)
    StateFile(root / "state.json", BuildState("0" * 8, name, "/a.yaml", "xm")).save()


def test_a_new_folder_is_private(tmp_path: Path) -> None:
    folder = open_folder(tmp_path / "a" / "b", "ubuntu", "12345678", resume=False)
    assert folder.root.stat().st_mode & 0o777 == 0o700
    assert (folder.root / "lock").stat().st_mode & 0o777 == 0o600


def test_an_empty_folder_that_is_there_becomes_private(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir(mode=0o755)
    assert open_folder(tmp_path / "work", "ubuntu", "1", resume=False).root.stat().st_mode & 0o777 == 0o700


def test_a_folder_with_a_build_needs_resume(tmp_path: Path) -> None:
    saved(tmp_path / "work")
    with pytest.raises(BusyError) as caught:
        open_folder(tmp_path / "work", "ubuntu", "1", resume=False)
    assert (caught.value.kind, caught.value.exit_code) == ("build-exists", 6)
    open_folder(tmp_path / "work", "ubuntu", "1", resume=True).unlock()


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(UsageError):
        open_folder(tmp_path, "ubuntu", "1", resume=True)
    assert (tmp_path / "thesis.txt").read_text() == "precious"


def test_a_second_process_is_turned_away_and_a_killed_one_is_not_in_the_way(tmp_path: Path) -> None:
    holder = (
        "import sys, pathlib\nfrom autoinstall.build.folder import open_folder\n"
        "folder = open_folder(pathlib.Path(sys.argv[1]), 'ubuntu', '1', resume=False)\n"
        "print('locked', flush=True)\nsys.stdin.read()\n"
    )
    argv = [sys.executable, "-c", holder, str(tmp_path / "work")]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stdout.readline() == "locked\n"
        with pytest.raises(BusyError) as caught:
            open_folder(tmp_path / "work", "ubuntu", "1", resume=True)
        assert caught.value.kind == "build-in-use"
        process.kill()
    open_folder(tmp_path / "work", "ubuntu", "1", resume=False).unlock()


@pytest.mark.parametrize("name", ['a"b', "a,b", "a'b", "a\\b", "a\nb"])
def test_a_path_that_no_description_can_hold_is_refused_at_once(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        open_folder(tmp_path / name, "ubuntu", "1", resume=False)
    assert not list(tmp_path.iterdir())


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "work").write_text("")
    with pytest.raises(UsageError):
        open_folder(tmp_path / "work", "ubuntu", "1", resume=False)


def test_without_work_each_build_has_a_folder_and_resume_takes_the_newest_of_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    builds = tmp_path / "autoinstall" / "builds"
    assert open_folder(None, "ubuntu", "11111111", resume=False).root == builds / "ubuntu-11111111"
    saved(builds / "ubuntu-22222222")
    saved(builds / "ubuntu-lts-33333333", "ubuntu-lts")
    (builds / "ubuntu-broken").mkdir()
    (builds / "ubuntu-broken" / "state.json").write_text("{")
    assert open_folder(None, "ubuntu", "4", resume=True).root == builds / "ubuntu-22222222"
    assert open_folder(None, "debian", "55555555", resume=True).root == builds / "debian-55555555"


def test_the_state_is_as_the_contract_says(tmp_path: Path) -> None:
    saved(tmp_path)
    document = json.loads((tmp_path / "state.json").read_text())
    assert set(document) == {
        "v", "id", "name", "result", "stages", "domains", "files",
        "toolstack", "host", "answers", "until", "keep",
    }  # fmt: skip
    assert document["v"] == 1
    assert (tmp_path / "state.json").stat().st_mode & 0o777 == 0o600
