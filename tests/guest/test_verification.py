"""The context script tried on a new network: in namespaces of this machine where it may, else in another root."""

from __future__ import annotations

import os
import shlex
import subprocess
from importlib import resources
from pathlib import Path

import pytest

PROGRAM = resources.files("autoinstall.guest").joinpath("verify_context.sh").read_text()
VMCONTEXT = resources.files("autoinstall.guest").joinpath("vmcontext").read_text()
GAVE = "gave 192.168.0.10 to an interface with the address 02:00:c0:a8:00:0a"


def verify(script: Path, **environment: str) -> str:
    settings = {"program": PROGRAM, "scripts": f"/nowhere/vmcontext {script}", "place": ""}
    exports = "".join(f"{name}={shlex.quote(value)}; export {name}\n" for name, value in settings.items())
    done = subprocess.run(
        ["sh", "-c", exports + 'sh -c "$program"'],
        env={"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout.strip()


def script(folder: Path, text: str) -> Path:
    path = folder / "vmcontext"
    path.write_text(text)
    path.chmod(0o755)
    return path


def contents(folder: str) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}


def test_our_script_gives_the_address_and_this_machine_stays_as_it_is(tmp_path: Path) -> None:
    before, links = contents("/etc/network"), sorted(Path("/sys/class/net").iterdir())
    said = verify(script(tmp_path, VMCONTEXT))
    assert said.startswith("ok ") and GAVE in said
    assert contents("/etc/network") == before
    assert sorted(Path("/sys/class/net").iterdir()) == links


def test_without_namespaces_it_runs_in_another_root(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "unshare").write_text(
        "#!/bin/sh\necho 'unshare: unshare failed: Operation not permitted' >&2\nexit 1\n"
    )
    (tools / "unshare").chmod(0o755)
    said = verify(script(tmp_path, VMCONTEXT), PATH=f"{tools}:{os.environ['PATH']}")
    assert said.startswith("ok ") and GAVE in said
    assert "a root of its own (no network namespace: namespaces cannot be made: unshare: " in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "#!/bin/sh\n# VMCONTEXT_ROOT\necho no address for it\nexit 3\n",
            "it ended with status 3: no address for it",
        ),
        ("#!/bin/sh\n# VMCONTEXT_ROOT\nexit 0\n", "got no 192.168.0.10 in /etc/network/interfaces"),
    ],
)
def test_a_script_that_does_not_do_it_is_told(tmp_path: Path, text: str, said: str) -> None:
    found = verify(script(tmp_path, text))
    assert found.startswith("bad ") and said in found


def test_a_guest_without_the_script_is_not_called_right(tmp_path: Path) -> None:
    assert verify(tmp_path / "vmcontext").startswith("not none of /nowhere/vmcontext ")
