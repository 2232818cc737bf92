"""The Xen lab's program without its machine, and the xm of its dom0 on an xl that is a script."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autoinstall.toolstack.differences import XM, rows_in
from autoinstall.toolstack.domain import DomainState
from scripts.xen_lab.places import Lab

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "scripts" / "xen-lab"
FILES = ROOT / "scripts" / "xen_lab" / "files"

XL = r"""#!/bin/sh
echo "xl $*" >> calls
case "$1" in
list) printf 'Name                                        ID   Mem VCPUs\tState\tTime(s)\n'
    printf '%-40s %5d %5d %5d     %s  %8.1f\n' Domain-0 0 1024 1 r----- 12.3 web 4 256 2 ---sc- 0.5 \
        "(null)" 5 0 1 --ps-d 0.1;;
vm-list) printf 'UUID                                  ID    name\n'
    printf '00000000-0000-0000-0000-00000000000%s  %s    %-30s\n' 4 4 web;;
create) cat "$2" > config; echo "Parsing config from $2" >&2; exit 0;;
domid) echo 7;;
destroy) exit 0;;
info) echo 'free_memory            : 17';;
esac
"""


def lab(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, str(PROGRAM), words[0], "--folder", str(folder), *words[1:]]
    return subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)


class TestProgram:
    def test_a_lab_that_is_down(self, tmp_path: Path) -> None:
        done = lab("status", "--json", folder=tmp_path)
        assert (done.returncode, json.loads(done.stdout)["state"]) == (3, "down")
        assert lab("down", folder=tmp_path).returncode == 0

    @pytest.mark.parametrize("words", [("ssh", "true"), ("save",), ("reset",)])
    def test_what_needs_it_up(self, tmp_path: Path, words: tuple[str, ...]) -> None:
        done = lab(*words, folder=tmp_path)
        assert done.returncode == 4
        assert "xen-lab up" in done.stderr

    def test_a_folder_that_is_used_for_something_else_stays(self, tmp_path: Path) -> None:
        (tmp_path / "mine").write_text("mine")
        assert lab("up", folder=tmp_path).returncode == 6
        assert lab("clean", folder=tmp_path).returncode == 2
        assert (tmp_path / "mine").exists()

    def test_clean_removes_all_of_it(self, tmp_path: Path) -> None:
        Lab(tmp_path / "lab").claim()
        assert lab("clean", folder=tmp_path / "lab").returncode == 0
        assert not (tmp_path / "lab").exists()

    def test_a_state_that_was_never_saved(self, tmp_path: Path) -> None:
        done = lab("save", "no/name", folder=tmp_path)
        assert done.returncode in (2, 4)


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is missing here")
@pytest.mark.parametrize("script", ["make-dom0.sh", "toy/init", "toy/sbin/poweroff", "toy/sbin/reboot"])
def test_the_scripts_are_sound(script: str) -> None:
    subprocess.run(["shellcheck", "--shell=sh", "--exclude=SC2174", FILES / script], check=True)


class TestXm:
    """`xm` of Xen 4.2 on top of xl; `xl` here is a script that notes what it was asked."""

    @pytest.fixture(autouse=True)
    def host(self, tmp_path: Path) -> None:
        self.folder = tmp_path
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "xl").write_text(XL)
        (tmp_path / "bin" / "xl").chmod(0o755)
        if os.geteuid() != 0:
            pytest.skip("xm answers root only")

    def xm(self, *words: str) -> tuple[int, str, str]:
        environment = {"PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}"}
        argv = [sys.executable, str(FILES / "dom0/usr/local/sbin/xm"), *words]
        done = subprocess.run(
            argv, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        return done.returncode, done.stdout, done.stderr

    def describe(self, text: str) -> None:
        (self.folder / "web.xen").write_text(text)

    def test_its_list_is_xms(self) -> None:
        status, said, _ = self.xm("list")
        assert status == 0
        assert (
            said.splitlines()[0]
            == "Name                                        ID   Mem VCPUs      State   Time(s)"
        )
        rows = rows_in(said)
        assert [(row.name, row.domid, row.memory) for row in rows] == [("Domain-0", 0, 1024), ("web", 4, 256)]
        assert rows[1].state is DomainState.CRASHED

    def test_the_uuid_is_where_the_driver_looks_for_it(self) -> None:
        _, said, _ = self.xm("list", "--long", "web")
        assert XM.uuid_in(said, "web") == "00000000-0000-0000-0000-000000000004"

    def test_a_description_is_a_program(self) -> None:
        (self.folder / "kernel").touch()
        self.describe("import os\nname = 'new'\nkernel = './kernel'\nmemory = '64' + ''\nbuilder = 'linux'\n")
        status, said, _ = self.xm("create", "web.xen")
        assert (status, said) == (0, 'Using config file "./web.xen".\nStarted domain new (id=7)\n')
        config = (self.folder / "config").read_text()
        assert "memory = 64\n" in config and 'on_crash = "restart"\n' in config and "builder" not in config

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("name = 'web'\n", "Error: VM name 'web' already exists as domain 4\n"),
            ("name = 'new'\nkernel = '/nowhere'\n", "Error: Kernel image does not exist: /nowhere\n"),
            ("name = \n", "Error: invalid syntax (web.xen, line 1)\n"),
            (
                "name = 'new'\nbootloader = 'pygrub'\ndisk = ['file:/nowhere,xvda,w']\n",
                "Error: Disk '/nowhere' isn't accessible\n",
            ),
        ],
    )
    def test_what_it_refuses(self, text: str, said: str) -> None:
        self.describe(text)
        status, _, stderr = self.xm("create", "web.xen")
        assert (status, stderr) == (1, said)

    def test_a_domain_that_is_not_there(self) -> None:
        for command in ("console", "shutdown", "destroy", "list", "domid"):
            assert self.xm(command, "nobody") == (3, "", "Error: Domain 'nobody' does not exist.\n")
