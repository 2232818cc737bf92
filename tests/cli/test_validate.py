"""`validate`, `plan`, `schema`: what they say of a file, for people and for machines."""

import json
import shutil
from pathlib import Path

import pytest

GIVEN = {"AUTOINSTALL_SECRET_USER_PASSWORD": "hunter2-canary"}


def test_a_good_file_is_valid(autoinstall, answers_file):
    done = autoinstall("validate", answers_file.name, **GIVEN)
    assert done.returncode == 0
    assert done.stdout.startswith("answers.yaml: valid")
    document = json.loads(autoinstall("validate", answers_file.name, "--json", **GIVEN).stdout)
    assert (document["result"], document["errors"]) == ("valid", [])


def test_everything_that_is_wrong_is_said_at_once_with_its_place(autoinstall, tmp_path):
    (tmp_path / "bad.yaml").write_text("version: 1\nname: Bad Name\nmachine: {memory: much}\nmagic: 1\n")
    done = autoinstall("validate", "bad.yaml")
    assert done.returncode == 3
    places = [line.split(" ")[0] for line in done.stderr.splitlines()]
    assert places == ["bad.yaml:2:7:", "bad.yaml:3:19:", "bad.yaml:4:1:"]
    assert done.stdout == "bad.yaml: invalid, 3 errors\n"
    document = json.loads(autoinstall("validate", "bad.yaml", "--json").stdout)
    assert document["result"] == "invalid"
    assert [(error["line"], error["column"]) for error in document["errors"]] == [(2, 7), (3, 19), (4, 1)]
    assert set(document["errors"][0]) == {"file", "line", "column", "path", "message", "hint"}


@pytest.mark.parametrize("command", ["plan", "build", "rehearse"])
def test_every_command_tells_an_invalid_file_as_validate_does(autoinstall, tmp_path, command):
    (tmp_path / "bad.yaml").write_text("version: 1\nname: x\nname: y\n")
    done = autoinstall(
        command, "bad.yaml", "--json", *(["--toolstack", "rehearsal"] if command != "rehearse" else [])
    )
    assert done.returncode == 3
    document = json.loads(done.stdout)
    assert document["result"] == "invalid" and 3 in [error["line"] for error in document["errors"]]
    problems = [line for line in done.stderr.splitlines() if not line.startswith("hint: ")]
    assert all(line.startswith("bad.yaml:") for line in problems)
    assert any(line.startswith("bad.yaml:3:1: name: ") for line in problems)


def test_a_missing_secret_is_named_with_both_ways_to_give_it(autoinstall, answers_file):
    done = autoinstall("validate", answers_file.name)
    assert done.returncode == 3
    assert "AUTOINSTALL_SECRET_USER_PASSWORD" in done.stderr and "CREDENTIALS_DIRECTORY" in done.stderr


@pytest.mark.parametrize("name", ["absent.yaml", "."])
def test_a_file_that_cannot_be_read_is_a_usage_error(autoinstall, name):
    done = autoinstall("validate", name, "--json")
    assert (done.returncode, done.stdout) == (2, "") and name in done.stderr


def test_values_can_be_set(autoinstall, answers_file):
    done = autoinstall("validate", answers_file.name, "--set", "machine.memory=lots", **GIVEN)
    assert done.returncode == 2 and "--set machine.memory" in done.stderr
    assert autoinstall("validate", answers_file.name, "--set", "machine.memory=512", **GIVEN).returncode == 0


def test_another_catalogue_can_be_named(autoinstall, answers_file, tmp_path):
    (tmp_path / "own.templates").write_text("Template: own/question\nType: string\nDescription: Which one?\n")
    done = autoinstall("validate", answers_file.name, "--catalogue", "own.templates", "--json", **GIVEN)
    paths = [warning["path"] for warning in json.loads(done.stdout)["warnings"]]
    assert "questions.netcfg/get_hostname" in paths


def test_quiet_says_only_what_is_wrong(autoinstall, answers_file):
    done = autoinstall("plan", answers_file.name, "--quiet")
    assert done.returncode == 0 and done.stderr == ""


def test_the_plan_shows_stages_descriptions_and_questions_and_touches_nothing(
    autoinstall, answers_file, tmp_path
):
    before = sorted(tmp_path.rglob("*"))
    done = autoinstall("plan", answers_file.name)
    assert done.returncode == 0
    for piece in (
        "disk, netboot, install, boot",
        'bootloader = "pygrub"',
        "memory = 256",
        "netcfg/get_hostname: ubuntu",
    ):
        assert piece in done.stdout
    document = json.loads(autoinstall("plan", answers_file.name, "--json").stdout)
    assert [stage["name"] for stage in document["stages"]][:3] == ["disk", "netboot", "install"]
    assert set(document["domains"]) == {"install", "boot"}
    assert {"question", "answer"} <= document["questions"][0].keys()
    assert "***" in [one["answer"] for one in document["questions"]]
    assert sorted(path for path in tmp_path.rglob("*") if "__pycache__" not in path.parts) == before


def test_the_schema_fits_our_own_file(autoinstall, answers_file):
    jsonschema = pytest.importorskip("jsonschema")
    import yaml

    schema = json.loads(autoinstall("schema").stdout)
    jsonschema.validate(yaml.load(answers_file.read_text(), yaml.BaseLoader), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"version": 1, "name": "x", "magic": 1}, schema)


def test_no_secret_reaches_any_output(autoinstall, answers_file):
    shutil.copy(answers_file, Path(answers_file).with_name("bad.yaml"))
    text = answers_file.read_text().replace("{secret: user_password}", "hunter2-canary")
    Path(answers_file).with_name("bad.yaml").write_text(text)
    for command in ("validate", "plan"):
        done = autoinstall(command, "bad.yaml", "--json", **GIVEN)
        assert done.returncode == 3
        assert "hunter2" not in done.stdout + done.stderr
