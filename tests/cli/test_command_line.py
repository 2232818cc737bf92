"""The command line itself: help, usage errors, completion; what is printed where."""

import subprocess
import sys
from pathlib import Path

import pytest

COMMANDS = [
    *(
        "validate",
        "plan",
        "build",
        "answer",
        "drive",
        "rehearse",
        "record",
        "inspect",
        "replay",
        "learn",
        "diff",
    ),
    *("questions", "import-preseed", "export-preseed", "publish", "clean", "schema", "completion"),
]


def test_help_names_every_command_and_the_exit_codes(autoinstall):
    done = autoinstall("--help")
    assert done.returncode == 0 and done.stderr == ""
    for command in COMMANDS:
        assert f"\n    {command} " in done.stdout or f"\n    {command}\n" in done.stdout
    assert "70 a bug" in done.stdout


def test_help_loads_nothing_heavy(python):
    done = python(
        "import sys; from autoinstall.cli.main import parse\n"
        "try: parse(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'pydantic', 'rich', 'jinja2', 'urllib3', 'yaml', 'pyte', 'pexpect'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    assert done.stdout.endswith("[]\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help_of_its_own(autoinstall, command):
    done = autoinstall(command, "--help")
    assert done.returncode == 0 and done.stdout.startswith(f"usage: autoinstall {command}")
    assert "--quiet" in done.stdout and "--verbose" in done.stdout


@pytest.mark.parametrize("command", ["validate", "plan", "build", "drive", "rehearse"])
def test_what_works_on_answers_speaks_json(autoinstall, command):
    assert "--json" in autoinstall(command, "--help").stdout


def test_version(autoinstall):
    from autoinstall import __version__

    done = autoinstall("--version")
    assert (done.returncode, done.stdout) == (0, f"autoinstall {__version__}\n")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["no-such-command"],
        ["validate"],
        ["validate", "a.yaml", "b.yaml"],
        ["build", "a.yaml", "--toolstack", "vmware"],
        ["build", "a.yaml", "--until", "lunch"],
        ["build", "a.yaml", "--res"],
        ["drive", "a.yaml"],
        ["drive", "a.yaml", "--"],
        ["drive", "a.yaml", "console"],
        ["rehearse", "a.yaml", "--seed", "x"],
        ["completion", "fish-and-chips"],
    ],
)
@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_usage_errors_leave_stdout_empty(autoinstall, words, as_json):
    done = autoinstall(*words[:1], *as_json, *words[1:]) if words else autoinstall()
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage: autoinstall" in done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completion_scripts_know_the_commands(autoinstall, shell):
    done = autoinstall("completion", shell)
    assert done.returncode == 0 and done.stderr == ""
    assert all(command in done.stdout for command in COMMANDS)


def test_the_completion_script_completes_in_bash(autoinstall, tmp_path):
    script = tmp_path / "completion.sh"
    script.write_text(autoinstall("completion", "bash").stdout)
    asked = (
        f"source {script}; COMP_WORDS=(autoinstall va); COMP_CWORD=1; "
        "$(complete -p autoinstall | sed 's/.*-F \\([^ ]*\\).*/\\1/'); echo ${COMPREPLY[*]}"
    )
    done = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, timeout=20, check=False)
    assert done.stdout.split() == ["validate"]


def test_a_reader_that_has_seen_enough_is_no_error(environment):
    command = f"{sys.executable} -m autoinstall completion zsh | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=20, env=environment, check=False
    )
    assert done.stdout.splitlines()[-1] == "0" and done.stderr == ""


def test_a_narrow_encoding_is_no_error(python):
    done = python(
        "from autoinstall.cli.output import Output; Output().result(['caf\\u00e9 \\u2500'])",
        PYTHONIOENCODING="ascii",
        LC_ALL="C",
    )
    assert done.stdout == "caf\\xe9 \\u2500\n"


def test_the_installed_command_is_the_same(environment):
    command = Path(sys.executable).with_name("autoinstall")
    if not command.exists():
        pytest.skip("autoinstall is not installed in this environment: pip install -e .")
    done = subprocess.run(
        [command, "--version"], capture_output=True, text=True, timeout=20, env=environment, check=False
    )
    assert done.stdout.startswith("autoinstall ")
