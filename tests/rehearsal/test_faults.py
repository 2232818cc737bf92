"""Faults by name, number and place, shared by processes and decided by the seed."""

import json
import subprocess
import sys

import pytest

from autoinstall.rehearsal.faults import KINDS, Fault, Faults, UnknownFault, parse

CONTRACT = [
    "lose-keys",
    "delay-keys",
    "kernel-lines",
    "repaint-twice",
    "split-bytes",
    "drop-console",
    "console-held",
    "crash",
    "mirror-bad",
    "unknown-question",
    "dhcp-fails",
    "keyboard",
    "geoip",
    "acs",
    "bridge-missing",
    "name-taken",
    "memory-short",
    "disk-full",
    "silent-boot",
    "ignore-shutdown",
    "restart-too-fast",
    "wrong-mode",
]


def faults(home, *texts, seed=0):
    made = Faults(home, seed, [parse(text) for text in texts])
    made.save()
    return made


def test_the_names_of_the_contract():
    assert sorted(KINDS) == sorted(CONTRACT)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("lose-keys", Fault("lose-keys")),
        ("crash", Fault("crash", 1)),
        ("crash=3", Fault("crash", 3)),
        ("crash@netcfg/get_hostname", Fault("crash", 1, "netcfg/get_hostname")),
        ("lose-keys=2@passwd/user-password", Fault("lose-keys", 2, "passwd/user-password")),
    ],
)
def test_parse(text, fault):
    assert parse(text) == fault


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("loose-keys", "There is no fault 'loose-keys'. Did you mean lose-keys?"),
        ("zzz", "There is no fault 'zzz'. `faults` lists them all."),
        ("", "There is no fault ''."),
        ("crash=0", "'0' is no number of times"),
        ("crash=often", "'often' is no number of times"),
        ("crash@", "the name of a question is missing"),
    ],
)
def test_parse_refuses(text, words):
    with pytest.raises(UnknownFault) as caught:
        parse(text)
    assert words in str(caught.value)


def test_counts_down(tmp_path):
    some = faults(tmp_path, "crash=2")
    assert [some.active("crash") for _ in range(4)] == [True, True, False, False]


def test_without_a_number_it_never_ends(tmp_path):
    some = faults(tmp_path, "lose-keys")
    assert all(some.active("lose-keys") for _ in range(100))


def test_only_at_its_question(tmp_path):
    some = faults(tmp_path, "crash@a/b")
    assert not some.active("crash")
    assert not some.active("crash", "a/c")
    assert some.active("crash", "a/b")


def test_anywhere_means_at_each_question_too(tmp_path):
    assert faults(tmp_path, "lose-keys").active("lose-keys", "a/b")


def test_two_places_count_apart(tmp_path):
    some = faults(tmp_path, "crash@a", "crash@b")
    assert [some.active("crash", where) for where in "aabb"] == [True, False, True, False]


def test_wanted_counts_nothing(tmp_path):
    some = faults(tmp_path, "crash")
    assert some.wanted("crash")
    assert some.wanted("crash")
    assert some.active("crash")
    assert not some.wanted("crash")


def test_nothing_asked_for(tmp_path):
    some = Faults.load(tmp_path)
    assert not some.active("crash")
    assert not some.wanted("crash")
    assert list(tmp_path.iterdir()) == []


def test_the_count_is_shared_by_processes(tmp_path):
    faults(tmp_path, "crash=50")
    program = (
        "import sys; from autoinstall.rehearsal.faults import Faults;"
        "some = Faults.load(sys.argv[1]); print(sum(some.active('crash') for _ in range(40)))"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", program, tmp_path], stdout=subprocess.PIPE, text=True)
        for _ in "ab"
    ]
    struck = [int(process.communicate()[0]) for process in processes]
    assert sum(struck) == 50


def test_saving_begins_anew(tmp_path):
    some = faults(tmp_path, "crash")
    assert some.active("crash")
    some.save()
    assert Faults.load(tmp_path).active("crash")


def test_the_file_is_the_contract(tmp_path):
    faults(tmp_path, "crash=2@a/b", "lose-keys", seed=7)
    assert json.loads((tmp_path / "faults.json").read_text()) == {
        "seed": 7,
        "faults": [
            {"name": "crash", "times": 2, "question": "a/b"},
            {"name": "lose-keys", "times": None, "question": None},
        ],
    }


def test_chance_depends_on_seed_name_and_place_alone(tmp_path):
    def draw(seed, *where):
        return faults(tmp_path, seed=seed).random(*where).random()

    assert draw(1, "lose-keys", "a") == draw(1, "lose-keys", "a")
    others = [draw(2, "lose-keys", "a"), draw(1, "crash", "a"), draw(1, "crash", "b")]
    assert len({draw(1, "lose-keys", "a"), *others}) == 4


def test_strikes_are_written_down(tmp_path):
    some = faults(tmp_path, "crash")
    some.record("crash", question="a/b", offset=3)
    some.record("crash", question=None)
    lines = (tmp_path / "faults.log").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"fault": "crash", "question": "a/b", "offset": 3},
        {"fault": "crash", "question": None},
    ]
