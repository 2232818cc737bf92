"""A host that misbehaves when it is told to, and in the same way for the same seed."""

import signal
import time

import pexpect
import pytest

from tests.rehearsal.host_rig import ANSWER, Rig, ended, eventually


@pytest.fixture
def hosts(tmp_path):
    """A function that makes a host with faults; all are stopped in the end."""
    made = []

    def make(*faults, seed=0):
        folder = tmp_path / f"host{len(made)}"
        folder.mkdir()
        made.append(Rig(folder, *faults, seed=seed))
        return made[-1]

    yield make
    for host in made:
        host.close()


def type_at(host, question, keys):
    """Open a dialog of the stub and type into it key by key; what arrived."""
    host.create()
    console = host.console()
    console.send(question)
    console.expect_exact("/question]")
    for key in keys:
        console.send(key)
    console.send("\n")
    if console.expect_exact(["<0a>", pexpect.TIMEOUT]):
        return None
    return console.before


@pytest.mark.parametrize("seed", [1, 2])
def test_lost_keys_are_the_same_ones_for_a_seed(hosts, seed):
    keys = "abcdefghij" * 20
    first, second = hosts("lose-keys", seed=seed), hosts("lose-keys", seed=seed)
    arrived = type_at(first, "A", keys)
    assert arrived is not None
    assert 180 < arrived.count(b"<") < 200
    assert arrived == type_at(second, "A", keys)
    assert first.faults_log() == second.faults_log()
    assert {strike["question"] for strike in first.faults_log()} == {"a/question"}
    assert len(first.faults_log()) == 200 - arrived.count(b"<")


def test_what_is_lost_in_a_dialog_does_not_depend_on_what_was_typed_before(hosts):
    first, second = hosts("lose-keys", seed=1), hosts("lose-keys", seed=1)
    type_at(second, "A", "a" * 33)
    console = second.consoles[-1]
    console.send("B")
    console.expect_exact("/question]")
    for key in "b" * 100:
        console.send(key)
    console.send("\n")
    console.expect_exact(["<0a>", pexpect.TIMEOUT])
    assert console.before.strip() == type_at(first, "B", "b" * 100).strip()


def test_another_seed_loses_others(hosts):
    keys = "abcdefghij" * 20
    assert type_at(hosts("lose-keys", seed=1), "A", keys) != type_at(hosts("lose-keys", seed=3), "A", keys)


def test_keys_are_lost_at_the_named_question_only(hosts):
    host = hosts("lose-keys=2@b/question", seed=1)
    assert type_at(host, "A", "a" * 100).count(b"<61>") == 100
    host.xm("destroy", "ubuntu")
    assert type_at(host, "B", "a" * 100).count(b"<61>") == 98


def test_outside_of_dialogs_no_key_is_lost(hosts):
    host = hosts("lose-keys")
    host.create()
    console = host.console()
    console.send("a" * 500)
    for _ in range(500):
        console.expect_exact("<61>")


def test_delayed_keys_arrive_late_and_in_order(hosts):
    host = hosts("delay-keys")
    host.create()
    console = host.console()
    begin = time.monotonic()
    for _ in range(20):
        console.send("ab")
        console.expect_exact("<61><62>")
    assert 0.3 < time.monotonic() - begin < 2 + ANSWER


def test_split_bytes_cut_characters_and_change_nothing(hosts):
    host = hosts("split-bytes")
    host.create()
    console = host.console()
    console.send("U")
    pieces = []
    while not b"".join(pieces).endswith(b"|"):
        pieces.append(console.read_nonblocking(4096, timeout=ANSWER))
    assert b"".join(pieces).decode() == "┌─┐é" * 50 + "|"
    assert len(pieces) > 20
    assert any(not _whole(piece) for piece in pieces)


def _whole(piece):
    try:
        piece.decode()
    except UnicodeDecodeError:
        return False
    return True


def test_a_dropped_console_dies_at_the_named_dialog_and_the_guest_goes_on(hosts):
    host = hosts("drop-console@b/question")
    host.create()
    console = host.console()
    console.send("A")
    console.expect_exact("[a/question]")
    console.send("zB")
    console.expect_exact("[b/question]")
    console.send("z")
    assert ended(console) == -signal.SIGKILL
    console = host.console(ready=False)
    console.send("y")
    console.expect_exact("<79>")
    assert [(strike["fault"], strike["question"]) for strike in host.faults_log()] == [
        ("drop-console", "b/question")
    ]


def test_without_a_place_one_of_the_first_dialogs_is_chosen(hosts):
    host = hosts("drop-console", seed=5)
    host.create()
    console = host.console()
    for question in "ABABAB":
        console.send(question)
        if console.expect_exact(["/question]", pexpect.EOF]) == 0:
            console.send("z")
            console.expect_exact(["<7a>", pexpect.EOF])
    assert ended(console) == -signal.SIGKILL
    assert len(host.faults_log()) == 1


@pytest.mark.parametrize("tool", ["xm", "xl"])
def test_a_held_console(hosts, tool):
    host = hosts("console-held=2")
    host.create(tool)
    assert [host.run(tool, "console", "ubuntu").returncode for _ in range(3)] == [11, 11, 0]


def test_a_missing_bridge(hosts):
    host = hosts("bridge-missing")
    done = host.xm("create", host.description())
    assert (done.returncode, done.stderr) == (
        1,
        "Error: Device 0 (vif) could not be connected. Hotplug scripts not working.\n",
    )
    done = host.xl("create", host.description())
    assert done.returncode == 3
    assert "script: Could not find bridge device xenbr0\n" in done.stderr


def test_short_memory(hosts):
    host = hosts("memory-short")
    done = host.xm("create", host.description())
    assert (done.returncode, done.stderr.startswith("Error: I need 262144 KiB, but ")) == (1, True)
    assert "Out of memory" in host.xl("create", host.description()).stderr


def test_a_full_disk(hosts):
    host = hosts("disk-full")
    done = host.xm("create", host.description())
    assert (done.returncode, done.stderr) == (1, "Error: [Errno 28] No space left on device\n")
    assert "No space left on device" in host.xl("create", host.description()).stderr


def test_a_taken_name_belongs_to_a_domain_of_somebody_else(hosts):
    host = hosts("name-taken=1")
    done = host.xm("create", host.description())
    assert done.returncode == 1
    taken = int(host.xm("domid", "ubuntu").stdout)
    assert done.stderr == f"Error: VM name 'ubuntu' already exists as domain {taken}\n"
    assert host.xm("create", host.description()).returncode == 0


@pytest.mark.parametrize(("tool", "status"), [("xm", 0), ("xl", 1)])
def test_an_ignored_shutdown(hosts, tool, status):
    host = hosts("ignore-shutdown")
    host.create(tool)
    console = host.console(tool)
    done = host.run(tool, "shutdown", "ubuntu")
    assert done.returncode == status
    if tool == "xl":
        assert done.stderr == (
            "Shutting down domain 1\nlibxl: error: libxl_domain.c:854:pvcontrol_cb: guest didn't acknowledge control"
            " request: -9\nshutdown failed (rc=-9)\n"
        )
    console.send("z")
    console.expect_exact("<7a>")
    assert host.run(tool, "destroy", "ubuntu").returncode == 0


def test_xm_refuses_a_fast_restart_only_when_told_to(hosts):
    host = hosts("restart-too-fast")
    host.create()
    host.console().send("R")
    assert eventually(lambda: host.xm("domid", "ubuntu").returncode == 3)
    assert "Refusing to restart to avoid loops." in (host.home / "log" / "xend.log").read_text()
    assert host.xm("domid", "ubuntu").returncode == 3
