"""How errors end: exit codes, what is said, JSON, signals, bugs without secrets."""

import json
import os
import signal
import subprocess
import sys

import pytest

PROGRAM = """
import sys
from autoinstall.cli.boundary import Boundary
from autoinstall.cli.output import Output
from autoinstall.errors import *
boundary = Boundary(Output(as_json="--json" in sys.argv))
with boundary:
    {}
sys.exit(boundary.exit_code)
"""
ERRORS = {
    "JobError": 1,
    "UsageError": 2,
    "InvalidFileError": 3,
    "HostError": 4,
    "VerificationError": 5,
    "BusyError": 6,
}


@pytest.fixture
def raising(python):
    def run(statement: str, *words: str, **variables: str):
        return python(PROGRAM.format(statement), *words, **variables)

    return run


@pytest.mark.parametrize(("name", "code"), ERRORS.items())
def test_each_error_has_its_exit_code_a_sentence_and_a_hint(raising, name, code):
    done = raising(f"raise {name}('it broke', hint='mend it', host_said='xm: no\\x1b[2J')")
    assert done.returncode == code and done.stdout == ""
    assert done.stderr.splitlines() == [
        "error: it broke",
        "the host said:",
        "    xm: no\\e[2J",
        "hint: mend it",
    ]


def test_a_failure_is_one_json_document(raising):
    done = raising("raise HostError('no bridge', kind='bridge-missing', hint='make it')", "--json")
    document = json.loads(done.stdout)
    assert document["result"] == "failed"
    failure = document["failure"]
    assert (failure["kind"], failure["exit"], failure["hint"]) == ("bridge-missing", 4, "make it")
    assert {"stage", "awaited", "waited", "dialog", "question", "screen", "message", "next"} <= failure.keys()


def test_usage_errors_print_no_document(raising):
    assert raising("raise UsageError('no')", "--json").stdout == ""


def test_an_invalid_file_gives_the_document_of_validate(raising):
    done = raising("raise InvalidFileError('dir/a.cast:3:1: no event', hint='h')", "--json")
    assert json.loads(done.stdout) == {
        "result": "invalid",
        "errors": [
            {"file": "dir/a.cast", "line": 3, "column": 1, "path": "", "message": "no event", "hint": "h"}
        ],
        "warnings": [],
    }


def test_a_bug_is_told_without_secrets(raising):
    secret = "can'ary\\u00e9-7"
    done = raising(
        f"raise KeyError({secret!r} + ' in ' + repr({secret!r}))",
        "--json",
        AUTOINSTALL_SECRET_PASSWORD=secret,
    )
    assert done.returncode == 70
    assert "KeyError" in done.stderr and "report it" in done.stderr
    for text in (done.stderr.replace("raise KeyError", ""), done.stdout):
        assert "can'ary" not in text.replace("    raise", "").split("KeyError:")[-1]
    assert json.loads(done.stdout)["failure"]["exit"] == 70


def test_a_bug_is_told_without_the_service_managers_credentials(raising, tmp_path):
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "password").write_text("canary-9\n")
    statement = "raise ValueError(open(sys.argv[1]).read())"
    folder = tmp_path / "credentials"
    done = raising(statement, str(folder / "password"), CREDENTIALS_DIRECTORY=str(folder))
    assert done.returncode == 70 and "canary" not in done.stderr and "***" in done.stderr


def test_a_full_disk_is_the_hosts_failure(raising):
    done = raising("raise OSError(28, 'No space left on device', 'image/disk.img')")
    assert done.returncode == 4
    assert "image/disk.img" in done.stderr and "--resume" in done.stderr


WAITING = """
import signal, sys
from autoinstall.cli.boundary import Boundary
from autoinstall.cli.main import _stop_on_signals
from autoinstall.cli.output import Output
boundary = Boundary(Output(as_json=True))
with boundary:
    _stop_on_signals()
    try:
        print("ready", file=sys.stderr, flush=True)
        signal.pause()
    finally:
        print("cleaned up", file=sys.stderr, flush=True)
        {}
sys.exit(boundary.exit_code)
"""


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_the_first_signal_ends_in_order(environment, number, code):
    child = start(environment, "pass")
    child.send_signal(number)
    stdout, stderr = child.communicate(timeout=20)
    assert child.returncode == code
    assert "cleaned up" in stderr and "stopped by a signal" in stderr
    assert json.loads(stdout)["failure"]["kind"] == "interrupted"


def test_the_second_signal_ends_at_once(environment):
    child = start(environment, "signal.pause()")
    child.send_signal(signal.SIGTERM)
    assert child.stderr.readline() == "cleaned up\n"
    child.send_signal(signal.SIGTERM)
    assert child.wait(timeout=20) == -signal.SIGTERM
    child.communicate()


def test_a_signal_that_was_ignored_stays_so(environment):
    child = start(environment, "pass", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    child.send_signal(signal.SIGHUP)
    child.send_signal(signal.SIGTERM)
    child.communicate(timeout=20)
    assert child.returncode == 143


def start(environment, statement, **options) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", WAITING.format(statement)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment | {"PATH": os.environ["PATH"]},
        **options,
    )
    assert child.stderr.readline() == "ready\n"
    return child
