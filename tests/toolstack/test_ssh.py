"""A host over ssh: addresses, refusals, cuts, jobs, consoles; the client is an executable on this machine."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoinstall.errors import HostError, UsageError
from autoinstall.toolstack.host import OTHER_DOMAIN, Same
from autoinstall.toolstack.ssh import CLIENT_VARIABLE, SshHost, reached
from autoinstall.toolstack.ssh_address import SshAddress, parse_address
from tests.rigs.hosted import HostedRig


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HostedRig:
    rig = HostedRig(tmp_path / "host", tmp_path / "bin")
    monkeypatch.setenv(CLIENT_VARIABLE, str(rig.client))
    return rig


@pytest.fixture
def host(rig: HostedRig) -> Iterator[SshHost]:
    with reached(rig.url) as host:
        host.works_in(str(rig.home))
        yield host


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("ssh://root@xen1", SshAddress("xen1", "root")),
        ("ssh://xen1.example.org:2222/", SshAddress("xen1.example.org", None, 2222)),
        ("ssh://me@[fe80::1]:22", SshAddress("fe80::1", "me", 22)),
    ],
)
def test_an_address(url: str, address: SshAddress) -> None:
    assert parse_address(url) == address
    assert parse_address(address.url) == address


@pytest.mark.parametrize(
    "url",
    [
        "", "xen1", "root@xen1", "http://xen1", "ssh://", "ssh://xen1/path", "ssh://xen1:port", "ssh://xen1:70000",
        "ssh://-oProxyCommand=x", "ssh://-l@xen1", "ssh://a b@xen1", "ssh://xen1?x", "ssh://xen1;ls", "ssh://xen1 x",
    ],
)  # fmt: skip
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(UsageError):
        parse_address(url)


def test_a_password_is_refused_and_not_repeated() -> None:
    with pytest.raises(UsageError) as caught:
        parse_address("ssh://root:geheim@xen1")
    assert "geheim" not in str(caught.value.message) + str(caught.value.hint)


@given(st.text(max_size=30))
def test_any_text_is_an_address_or_an_error(text: str) -> None:
    try:
        address = parse_address(text)
    except UsageError:
        return
    assert not any(word.startswith("-") and word not in ("-l", "-p") for word in address.options)


def test_a_command_and_its_status(host: SshHost) -> None:
    done = host.run(("sh", "-c", "echo 'out  $x'; echo err >&2; exit 7"), 60)
    assert (done.status, done.stdout, done.stderr) == (7, "out  $x\n", "err\n")
    assert done.command_line.startswith("ssh -l root xen1 ")


def test_a_command_that_ends_as_ssh_does_when_it_fails(host: SshHost) -> None:
    assert host.run(("sh", "-c", "exit 255"), 60).status == 254


def test_a_cut_connection_is_made_again(host: SshHost, rig: HostedRig) -> None:
    rig.cut("before", times=4)
    assert host.run(("echo", "here"), 60).stdout == "here\n"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("root@xen1: Permission denied (publickey,password).\n", "host-not-permitted"),
        ("Host key verification failed.\n", "host-key"),
        ("ssh: Could not resolve hostname xen1: Name or service not known\n", "host-unknown"),
        ("command-line: line 0: Bad configuration option: x\n", "ssh-configuration"),
    ],
)
def test_what_no_further_try_mends_is_told_at_once(rig: HostedRig, words: str, kind: str) -> None:
    rig.refuse(words)
    with pytest.raises(HostError) as caught, reached(rig.url):
        pass
    assert (caught.value.kind, caught.value.exit_code) == (kind, 4)
    assert caught.value.host_said == words.strip()
    assert len(rig.calls.splitlines()) == 1


def test_a_host_that_never_answers(rig: HostedRig) -> None:
    rig.refuse("ssh: connect to host xen1 port 22: Connection refused\n")
    host = SshHost(parse_address(rig.url), first_contact=0.3)
    with pytest.raises(HostError) as caught:
        _ = host.facts
    host.close()
    assert caught.value.kind == "host-not-reached"
    assert "Connection refused" in (caught.value.host_said or "")


def test_no_ssh_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CLIENT_VARIABLE, "no-such-ssh-client -F x")
    with pytest.raises(HostError) as caught, reached("ssh://root@xen1"):
        pass
    assert caught.value.kind == "tool-missing"


def test_a_job_is_done_once_over_a_cut(host: SshHost, rig: HostedRig) -> None:
    counted = rig.home / "count"
    rig.cut("after-create")
    done = host.run_once(("sh", "-c", f"echo x >> {counted}; echo done; exit 3; : create "), 60)
    assert (done.status, done.stdout) == (3, "done\n")
    assert counted.read_text() == "x\n"
    assert not list(rig.home.glob("job-*"))


def test_a_console_ends_the_holder_that_a_cut_left(host: SshHost, rig: HostedRig) -> None:
    command = host.console(("sh", "-c", "echo attached; exec cat"), "a/name")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as first:
        assert first.stdout and first.stdout.readline() == b"attached\n"
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as second:
            assert second.stdout and second.stdout.readline() == b"attached\n"
            assert first.wait(60) == -15
            second.kill()


@pytest.mark.parametrize(("domid", "status"), [(7, 3), (8, OTHER_DOMAIN)])
def test_a_console_of_another_domain_is_not_taken(host: SshHost, domid: int, status: int) -> None:
    command = host.console(("sh", "-c", "exit 3"), "name", Same(("echo", "7"), domid))
    assert subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode == status


def test_a_process_that_only_has_the_holders_number_is_left_alone(host: SshHost, rig: HostedRig) -> None:
    with subprocess.Popen(["sleep", "60"]) as other:
        (rig.home / "console-name.pid").write_text(f"{other.pid} 12345\n")
        subprocess.run(host.console(("true",), "name"), stdin=subprocess.DEVNULL, check=True)
        assert other.poll() is None
        other.kill()


def test_a_description_lies_in_our_folder_there(host: SshHost, rig: HostedRig, tmp_path: Path) -> None:
    here = tmp_path / "domain-install.cfg"
    here.write_text('name = "x"\n')
    there = Path(host.description(here))
    assert there.parent == rig.home and there.read_text() == here.read_text()
    assert there.stat().st_mode & 0o777 == 0o600


def test_nothing_is_left_of_the_connection(
    rig: HostedRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    with reached(rig.url):
        assert list((tmp_path / "temporary").iterdir())
    assert not list((tmp_path / "temporary").iterdir())
