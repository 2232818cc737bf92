"""`python -m autoinstall.rehearsal`: a host made ready, found again, and ended without a trace."""

import json
import os
import signal
import stat
import subprocess
import sys
import urllib.request

import pytest

from autoinstall.rehearsal.faults import KINDS, Faults
from autoinstall.rehearsal.home import stop
from tests.rehearsal.host_rig import Rig, alive, ended, eventually


def rehearsal(*arguments, timeout=120):
    return subprocess.run(
        [sys.executable, "-m", "autoinstall.rehearsal", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@pytest.fixture
def home(tmp_path):
    yield tmp_path / "home"
    rehearsal("stop", "--home", tmp_path / "home")


def prepared(home, *more):
    done = rehearsal("prepare", "--home", home, "--suite", "precise", *more)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    return json.loads(done.stdout)


def test_prepare_says_all_that_the_driver_needs(home):
    ready = prepared(home, "--seed", "7", "--fault", "crash@a/b")
    assert sorted(ready) == ["environment", "keyring", "mirror", "path"]
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    ours = [home / "faults.json", *(home / "log").iterdir()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in ours} == {0o600}
    environment = {"PATH": f"{ready['path']}:/usr/bin:/bin", **ready["environment"]}
    for tool in ("xm", "xl"):
        done = subprocess.run([tool, "list"], env=environment, capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[1].startswith("Domain-0 ")
    with urllib.request.urlopen(f"{ready['mirror']}/dists/precise/Release", timeout=20) as answer:
        assert answer.status == 200
    assert os.path.getsize(ready["keyring"]) > 0  # noqa: PTH202
    assert Faults.load(home).faults == (("crash", 1, "a/b"),)
    assert Faults.load(home).seed == 7


def test_a_second_prepare_uses_what_runs(home):
    first = prepared(home, "--fault", "crash")
    assert Faults.load(home).active("crash")
    server = json.loads((home / "mirror.pid.json").read_text())
    assert prepared(home, "--fault", "crash") == first
    assert json.loads((home / "mirror.pid.json").read_text()) == server
    assert not Faults.load(home).wanted("crash")
    prepared(home)
    assert Faults.load(home).faults == ()


def test_a_mirror_that_died_is_started_again(home):
    prepared(home)
    server = json.loads((home / "mirror.pid.json").read_text())
    os.kill(server[0], signal.SIGKILL)
    assert eventually(lambda: not alive(server[0]))
    ready = prepared(home)
    with urllib.request.urlopen(f"{ready['mirror']}/dists/precise/Release", timeout=20) as answer:
        assert answer.status == 200


def test_stop_ends_the_mirror(home):
    prepared(home)
    server = json.loads((home / "mirror.pid.json").read_text())
    assert alive(server[0])
    assert rehearsal("stop", "--home", home).returncode == 0
    assert not alive(server[0])
    assert not (home / "mirror.json").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--suite", "warty"], "There is no rehearsal of suite 'warty'; there is one of precise."),
        (
            ["--suite", "precise", "--fault", "lose-key"],
            "There is no fault 'lose-key'. Did you mean lose-keys?",
        ),
        (["--suite", "precise", "--fault", "crash=x"], "'crash=x': 'x' is no number of times (1, 2, ...)."),
    ],
)
def test_wrong_use_is_said_and_makes_nothing(home, arguments, words):
    done = rehearsal("prepare", "--home", home, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert not home.exists()


def test_faults_are_listed():
    lines = rehearsal("faults").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(KINDS)
    assert all(len(line.split()) > 3 for line in lines)
    document = json.loads(rehearsal("faults", "--json").stdout)
    assert document["result"] == "done"
    assert [fault["name"] for fault in document["faults"]] == list(KINDS)


@pytest.fixture
def host(tmp_path):
    rig = Rig(tmp_path)
    yield rig
    rig.close()


def everything_of(host):
    """The processes that run for a host: keepers, guests and what guests started."""
    found = []
    for record in (host.home / "domains").glob("*.state.json"):
        document = json.loads(record.read_text())
        found += [document["keeper"][0], document["program"][0]]
    return found


def test_stop_leaves_no_process_and_may_come_twice(host):
    host.create()
    host.create("xl", name="second")
    console = host.console()
    console.send("O")
    console.expect(rb"orphan (\d+);")
    victims = [*everything_of(host), int(console.match[1])]
    assert all(map(alive, victims))
    assert rehearsal("stop", "--home", host.home).returncode == 0
    assert not any(map(alive, victims))
    assert rehearsal("stop", "--home", host.home).returncode == 0
    assert sorted(path.name for path in (host.home / "domains").iterdir()) == ["last-domid", "lock"]


def test_stop_between_two_lives_of_a_domain(host):
    host.create()
    keeper, _ = everything_of(host)
    console = host.console()
    console.send("R")
    ended(console)  # now the domain has no name for a moment
    stop(host.home)  # in this process, as starting another would take longer than the moment lasts
    assert not alive(keeper)


def test_stop_after_the_keeper_was_killed(host):
    host.create()
    console = host.console()
    console.send("O")
    console.expect(rb"orphan (\d+);")
    keeper, guest = everything_of(host)
    os.kill(keeper, signal.SIGKILL)
    assert rehearsal("stop", "--home", host.home).returncode == 0
    assert not any(map(alive, [guest, int(console.match[1])]))
    assert list((host.home / "domains").glob("*.socket")) == []


def test_stop_kills_no_process_that_only_has_the_number_of_one_of_ours(host):
    host.create()
    record = host.home / "domains" / "ubuntu.state.json"
    innocent = subprocess.Popen(["sleep", "300"])
    document = json.loads(record.read_text())
    keeper = document["keeper"][0]
    document["keeper"] = document["program"] = [innocent.pid, 1]
    record.write_text(json.dumps(document))
    (host.home / "mirror.pid.json").write_text(json.dumps([innocent.pid, 1]))
    try:
        rehearsal("stop", "--home", host.home)
        assert innocent.poll() is None
    finally:
        innocent.kill()
        innocent.wait()
        os.kill(keeper, signal.SIGTERM)


def test_stop_of_nothing(tmp_path):
    assert rehearsal("stop", "--home", tmp_path / "nowhere").returncode == 0
    assert not (tmp_path / "nowhere").exists()


def test_a_domain_outlives_whoever_created_it(host):
    shell = subprocess.Popen(
        ["sh", "-c", f"{host.home}/bin/xm create {host.description()}; kill -9 $$"],
        cwd=host.folder,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    shell.wait()
    host.console()
