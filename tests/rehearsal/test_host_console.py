"""The console client and the line behind it, over real PTYs and real processes."""

import signal
from itertools import pairwise

import pexpect
import pytest

from tests.rehearsal.host_rig import Rig, ended, eventually


@pytest.fixture
def host(tmp_path):
    rig = Rig(tmp_path)
    yield rig
    rig.close()


@pytest.mark.parametrize("tool", ["xm", "xl"])
def test_prints_nothing_of_its_own(host, tool):
    host.create()
    console = host.attach(tool, "console", "ubuntu")
    console.expect_exact("ready\r\n")
    assert console.before == b"first byte of install, domain 1, None\r\n"


def test_keys_arrive_and_are_not_echoed_by_the_client(host):
    host.create()
    console = host.console()
    console.send("a\r")
    console.expect_exact("<61><0d>")
    assert console.before == b""


def test_leaves_on_a_lone_escape_key_with_status_0(host):
    host.create()
    console = host.console()
    console.send("\x1d")
    assert ended(console) == 0
    assert console.before == b""
    assert host.xm("domid", "ubuntu").stdout == "1\n"


@pytest.mark.parametrize("keys", ["a\x1d", "\x1da", "\x1d\x1d", "ab\x1dcd"])
def test_the_escape_key_among_others_goes_to_the_guest(host, keys):
    host.create()
    console = host.console()
    console.send(keys)
    console.expect_exact("".join(f"<{ord(key):02x}>" for key in keys))
    assert console.isalive()


def test_of_61_bytes_in_one_write_the_last_is_read_alone(host):
    host.create()
    console = host.console()
    console.send("a" * 60 + "\x1d")
    assert ended(console) == 0


def test_end_of_input_ends_it_with_status_0(host):
    host.create()
    done = host.xm("console", "ubuntu")  # its standard input is /dev/null or a closed pipe
    assert (done.returncode, done.stderr) == (0, "")


def test_sigterm_ends_it_with_status_0(host):
    host.create()
    console = host.console()
    console.kill(signal.SIGTERM)
    assert ended(console) == 0


def test_the_terminal_is_as_before_afterwards(host):
    host.create()
    shell = pexpect.spawn("/bin/sh", cwd=str(host.folder), timeout=10, echo=True)
    host.consoles.append(shell)
    shell.sendline(f"PS1=; stty -a >before; {host.home}/bin/xm console ubuntu; stty -a >after; echo d''one")
    shell.expect_exact("ready\r\n")
    shell.send("\x1d")
    shell.expect_exact("done\r\n")
    assert (host.folder / "before").read_text() == (host.folder / "after").read_text()


@pytest.mark.parametrize(
    ("tool", "words"),
    [
        ("xm", "xenconsole: Could not lock tty '/dev/pts/"),
        ("xl", "xenconsole: Could not lock /var/lock/xenconsole.1: Resource temporarily unavailable\n"),
    ],
)
def test_a_second_holder_is_refused_and_the_first_goes_on(host, tool, words):
    host.create()
    first = host.console()
    second = host.run(tool, "console", "ubuntu")
    assert second.returncode == 11
    assert second.stderr.startswith(words)
    assert second.stderr.endswith(": Resource temporarily unavailable\n")
    first.send("z")
    first.expect_exact("<7a>")


def test_a_killed_holder_frees_the_console(host):
    host.create()
    host.console().kill(signal.SIGKILL)
    assert eventually(lambda: host.xm("console", "ubuntu").returncode == 0)
    console = host.console(ready=False)
    console.send("z")
    console.expect_exact("<7a>")


def test_what_one_client_read_the_next_does_not_get(host):
    host.create()
    console = host.console()
    console.send("\x1d")
    ended(console)
    console = host.console(ready=False)
    console.send("z")
    console.expect_exact("<7a>")
    assert console.before == b""


def test_the_backlog_keeps_both_ends_of_too_much(host):
    host.create()
    first = host.console()
    first.send("M")
    first.expect_exact("0000000\r\n")
    first.kill(signal.SIGKILL)
    ended(first)
    assert eventually(lambda: host.question() == "written", 60)
    console = host.console(ready=False)
    console.expect_exact("[written]", timeout=60)
    assert 1 << 20 <= len(console.before) <= (1 << 20) * 5 // 4
    lines = [int(line) for line in console.before.split(b"\r\n") if len(line) == 7]
    gaps = [after - before for before, after in pairwise(lines) if after != before + 1]
    assert lines[0] < 20000
    assert lines[-1] == 299999
    assert sum(gaps) > 100000
    assert min(gaps) > 0


def test_it_is_bound_to_the_domain_and_ends_with_it(host):
    host.create()
    console = host.console()
    console.send("Q")
    console.expect_exact("Power down.\r\n")
    assert ended(console) == 0
    assert host.xm("domid", "ubuntu").returncode == 3


def test_destroy_elsewhere_ends_it_with_status_0_and_no_word(host):
    host.create()
    console = host.console()
    assert host.xm("destroy", "ubuntu").returncode == 0
    assert ended(console) == 0
    assert console.before == b""


def test_the_domain_outlives_the_client_and_its_terminal(host):
    host.create()
    host.console().close(force=True)  # hangs up, then kills
    assert eventually(lambda: host.xl("console", "ubuntu").returncode == 0)
    console = host.console(ready=False)
    console.send("z")
    console.expect_exact("<7a>")


def test_a_home_deeper_than_a_socket_name_may_be(tmp_path):
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    host = Rig(deep)
    try:
        host.create()
        host.console()
    finally:
        host.close()


def test_domain_0_has_no_console(host):
    for tool in ("xm", "xl"):
        done = host.run(tool, "console", "0")
        assert (done.returncode, done.stderr) == (22, "Can't specify Domain-0\n")
