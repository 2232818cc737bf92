"""`import-preseed` and `export-preseed` as their users run them."""

from __future__ import annotations

import json

PRESEED = """\
d-i debian-installer/locale string en_GB.UTF-8
d-i passwd/user-password password swordfish
d-i preseed/early_command string true
"""


def test_a_preseed_file_becomes_an_answers_file_that_is_valid(autoinstall, tmp_path):
    (tmp_path / "old.cfg").write_text(PRESEED)
    done = autoinstall("import-preseed", "old.cfg", "-o", "mine.yaml")
    assert (done.returncode, done.stdout) == (0, "mine.yaml: 3 settings of old.cfg\n")
    assert "old.cfg:2: warning: passwd/user-password: give it outside" in done.stderr
    assert "old.cfg:3: refused: preseed/early_command: it runs inside the installer" in done.stderr
    assert "swordfish" not in (tmp_path / "mine.yaml").read_text() + done.stderr
    checked = autoinstall("validate", "mine.yaml", AUTOINSTALL_SECRET_USER_PASSWORD="swordfish")
    assert (checked.returncode, checked.stderr) == (0, "")
    again = autoinstall("import-preseed", "old.cfg", "-o", "mine.yaml")
    assert (again.returncode, again.stdout) == (2, "")
    assert "mine.yaml is there already" in again.stderr


def test_an_answers_file_becomes_a_preseed_file_without_its_secrets(autoinstall, answers_file):
    done = autoinstall("export-preseed", "answers.yaml", AUTOINSTALL_SECRET_USER_PASSWORD="swordfish")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert "d-i netcfg/get_hostname string ubuntu" in lines
    assert "tasksel tasksel/first multiselect OpenSSH server" in lines
    assert "# d-i passwd/user-password password (the secret user_password)" in lines
    assert lines[-1] == "d-i finish-install/reboot_in_progress note"
    assert "swordfish" not in done.stdout + done.stderr
    assert "warning: 5 of the guest's steps are no plain commands" in done.stderr


def test_both_tell_machines_the_same(autoinstall, tmp_path, answers_file):
    (tmp_path / "old.cfg").write_text(PRESEED)
    told = json.loads(autoinstall("import-preseed", "old.cfg", "--json").stdout)
    assert told["result"] == "done"
    assert told["answers"].startswith("version: 1\nname: old\n")
    assert [one["line"] for one in told["warnings"]] == [2]
    assert [one["question"] for one in told["refused"]] == ["preseed/early_command"]
    told = json.loads(autoinstall("export-preseed", "answers.yaml", "--json").stdout)
    assert told["preseed"].startswith("# ubuntu-12.04: answers as a preseed file")
    assert len(told["warnings"]) == 3


def test_what_is_no_preseed_file_is_told_with_its_place(autoinstall, tmp_path):
    (tmp_path / "old.cfg").write_text("d-i netcfg/get_hostname strin x\n")
    done = autoinstall("import-preseed", "old.cfg")
    assert (done.returncode, done.stdout) == (3, "")
    assert (
        done.stderr.startswith("old.cfg:1:26: strin is no type of debconf's") or "old.cfg:1:" in done.stderr
    )
    assert autoinstall("import-preseed", "absent.cfg").returncode == 2
    (tmp_path / "old.cfg").write_bytes(b"\xff\xfe")
    assert autoinstall("import-preseed", "old.cfg").returncode == 3
