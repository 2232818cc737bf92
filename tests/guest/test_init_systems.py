"""Steps that depend on the guest's init, upon a root folder of its own and init's tools as fakes on PATH."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from autoinstall.errors import JobError
from autoinstall.guest import init_systems, profiles
from autoinstall.guest.init_systems import Enable, Init, OnInit, ProveContext, init_of
from autoinstall.guest.shell import Shell
from autoinstall.guest.steps import StepState

FILES = Path(__file__).parent / "files"
SHIPPED = Path(init_systems.__file__).parent

SYSTEMCTL = """#!/bin/sh
case $1 in
cat) [ "$2" = "$(cat {state}/unit)" ] ;;
is-enabled) [ -e {state}/enabled ] ;;
show) echo "Before=shutdown.target $(cat {state}/before)" ;;
esac
"""
ANALYZE = """#!/bin/sh
[ ! -e {state}/complaint ] || {{ cat {state}/complaint >&2; exit 1; }}
"""
CHECKCONF = """#!/bin/sh
grep -q BROKEN "$1" && {{ echo "ERROR: File $1: syntax invalid"; exit 1; }}
echo "File $1: syntax ok"
"""
SU = """#!/bin/sh
# -s SHELL USER -c COMMAND
exec sh -c "$5"
"""


@dataclass
class Guest:
    """A root folder with the context script in it, and the folder of the fakes' state."""

    root: Path
    state: Path

    @property
    def script(self) -> Path:
        return self.root / "etc/init.d/vmcontext"

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def proof(self) -> ProveContext:
        return ProveContext(
            ("/usr/sbin/one-contextd", "/etc/init.d/vmcontext"), ("vmcontext",), str(self.root)
        )


@pytest.fixture
def guest(guest_path: str, tmp_path: Path) -> Guest:
    state = tmp_path / "init-state"
    state.mkdir()
    (state / "unit").write_text("vmcontext.service")
    tools = {"systemctl": SYSTEMCTL, "systemd-analyze": ANALYZE, "init-checkconf": CHECKCONF, "su": SU}
    for name, text in {**tools, "initctl": "#!/bin/sh\nexit 1\n"}.items():
        tool = Path(guest_path.split(":")[0]) / name
        tool.write_text(text.format(state=state))
        tool.chmod(0o755)
    found = Guest(tmp_path / "root", state)
    found.write("etc/init.d/vmcontext", profiles.shipped_vmcontext().decode()).chmod(0o755)
    return found


def with_upstart(guest: Guest) -> None:
    networking = profiles.call_in_networking((FILES / "networking.conf").read_text()).text
    guest.write("etc/init/networking.conf", networking)


def with_systemd(guest: Guest) -> None:
    (guest.root / "run/systemd/system").mkdir(parents=True)
    (guest.state / "enabled").touch()
    (guest.state / "before").write_text("network-pre.target")


def with_sysvinit(guest: Guest) -> None:
    guest.write("etc/rcS.d/S10vmcontext", "")
    guest.write("etc/rcS.d/S12networking", "")


def test_what_starts_a_guest(shell: Shell, guest: Guest) -> None:
    assert init_of(shell, str(guest.root)) is Init.SYSVINIT
    with_upstart(guest)
    assert init_of(shell, str(guest.root)) is Init.UPSTART
    with_systemd(guest)
    assert init_of(shell, str(guest.root)) is Init.SYSTEMD


@pytest.mark.parametrize("prepare", [with_upstart, with_systemd, with_sysvinit])
def test_a_context_that_works_is_proved(shell: Shell, guest: Guest, prepare) -> None:
    prepare(guest)
    result = guest.proof().apply(shell)
    assert result.state is StepState.ALREADY
    assert "/etc/init.d/vmcontext is executable; /etc/init.d/vmcontext ends with status 0" in result.evidence


@pytest.mark.parametrize("prepare", [with_upstart, with_systemd, with_sysvinit])
def test_a_script_that_fails_or_cannot_run_is_found(shell: Shell, guest: Guest, prepare) -> None:
    prepare(guest)
    guest.script.write_text("#!/bin/sh\necho no such card >&2\nexit 3\n")
    check = guest.proof().prove(shell)
    assert not check.ok
    assert "ends with status 0 under sh -e: no such card" in check.evidence
    guest.script.chmod(0o644)
    with pytest.raises(JobError, match="vmcontext is executable"):
        guest.proof().apply(shell)


def test_upstarts_job_must_call_it_before_ifup(shell: Shell, guest: Guest) -> None:
    guest.write("etc/init/networking.conf", "exec ifup -a\npost-start exec /etc/init.d/vmcontext\n")
    check = guest.proof().prove(shell)
    assert (check.ok, check.evidence) == (
        False,
        "not so on upstart: networking.conf calls /etc/init.d/vmcontext before the network",
    )
    guest.write("etc/init/networking.conf", "# /etc/init.d/vmcontext\nexec ifup -a\n")
    assert "jobs of upstart call /etc/init.d/vmcontext: none" in guest.proof().prove(shell).evidence


def test_upstarts_own_check_is_heard(shell: Shell, guest: Guest) -> None:
    with_upstart(guest)
    assert "networking.conf: syntax ok" in guest.proof().prove(shell).evidence
    job = guest.root / "etc/init/networking.conf"
    job.write_text(job.read_text() + "BROKEN\n")
    check = guest.proof().prove(shell)
    assert not check.ok
    assert "syntax invalid" in check.evidence


def test_the_packages_job_starts_before_the_network(shell: Shell, guest: Guest) -> None:
    guest.write("usr/sbin/one-contextd", "#!/bin/sh\nexit 1\n").chmod(0o755)
    guest.write("etc/init/networking.conf", "exec ifup -a\n")
    job = "start on {}\ntask\nexec /usr/sbin/one-contextd local\n"
    guest.write(
        "etc/init/one-context-local.conf", job.format("mounted MOUNTPOINT=/ and mounted MOUNTPOINT=/run")
    )
    assert guest.proof().prove(shell).ok
    guest.write("etc/init/one-context-local.conf", job.format("runlevel [2345]"))
    assert not guest.proof().prove(shell).ok


def test_sysvinit_goes_by_its_links(shell: Shell, guest: Guest) -> None:
    assert "init starts one of: vmcontext" in guest.proof().prove(shell).evidence
    guest.write("etc/rcS.d/S12networking", "")
    guest.write("etc/rcS.d/S13vmcontext", "")
    check = guest.proof().prove(shell)
    assert (check.ok, check.evidence) == (
        False,
        "not so on sysvinit: /etc/rcS.d starts S13vmcontext before S12networking",
    )


def test_systemds_unit_must_be_enabled_early_and_well_formed(shell: Shell, guest: Guest) -> None:
    with_systemd(guest)
    (guest.state / "enabled").unlink()
    assert guest.proof().prove(shell).evidence == "not so on systemd: vmcontext.service is enabled"
    (guest.state / "enabled").touch()
    (guest.state / "before").write_text("")
    assert "comes before the network" in guest.proof().prove(shell).evidence
    (guest.state / "before").write_text("networking.service")
    (guest.state / "complaint").write_text("Unknown section\n")
    check = guest.proof().prove(shell)
    assert (check.ok, check.evidence.rstrip()) == (
        False,
        "not so on systemd: systemd-analyze verify vmcontext.service: Unknown section",
    )


def test_a_step_for_another_init_is_not_done(shell: Shell, guest: Guest, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    enable = Enable("it", f"test -e {mark}", f"touch {mark}")
    other = OnInit(Init.SYSTEMD, enable, str(guest.root))
    assert other.apply(shell).evidence == "not needed: sysvinit starts this system"
    assert (other.prove(shell), mark.exists()) == (None, False)
    own = OnInit(Init.SYSVINIT, enable, str(guest.root))
    assert not enable.prove(shell).ok
    assert [own.apply(shell).state, own.apply(shell).state] == [StepState.DONE, StepState.ALREADY]
    found = own.prove(shell)
    assert found and found.ok


def test_a_service_that_cannot_be_enabled(shell: Shell) -> None:
    with pytest.raises(JobError, match=r"\(status 4\) did not enable it; it printed:\nread-only"):
        Enable("it", "false", "echo read-only; exit 4").apply(shell)


def test_systemd_reads_the_shipped_unit(tmp_path: Path) -> None:
    """The real systemd-analyze, where there is one; the script must be there for it."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    unit = tmp_path / "vmcontext.service"
    unit.write_text(profiles.shipped_unit().decode().replace("/etc/init.d/vmcontext", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--recursive-errors=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_shellcheck_finds_nothing() -> None:
    if not shutil.which("shellcheck"):
        pytest.skip("shellcheck is not installed")
    done = subprocess.run(
        ["shellcheck", str(SHIPPED / "prove_context.sh")], capture_output=True, text=True, check=False
    )
    assert done.stdout == ""
