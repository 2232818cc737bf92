"""`autoinstall questions` over the real installer's initrd, and over what is none."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.catalogue.test_catalogues import archive

INITRD = Path("/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64/initrd.gz")


@pytest.mark.qemu
def test_the_questions_of_a_real_initrd_in_all_its_languages(autoinstall):
    done = autoinstall("questions", str(INITRD), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert (document["result"], document["missing"]) == ("ok", [])
    questions = {question["name"]: question for question in document["questions"]}
    hostname = questions["netcfg/get_hostname"]
    assert (hostname["type"], hostname["default"]) == ("string", "debian")
    assert hostname["texts"]["en"]["description"] == "Hostname:"
    assert hostname["texts"]["ja"]["description"] == "ホスト名:"
    assert len(hostname["texts"]) > 50
    priority = questions["debconf/priority"]
    assert priority["values"] == ["critical", "high", "medium", "low"]
    assert len(priority["texts"]["fr"]["choices"]) == 4


@pytest.mark.qemu
def test_people_see_what_is_asked_in_their_language(autoinstall):
    done = autoinstall("questions", str(INITRD), "--language", "de")
    assert "netcfg/get_hostname  (string, default 'debian')\n    Rechnername:\n" in done.stdout
    assert "internal use" not in done.stdout
    assert done.stdout.splitlines()[-1].endswith(" questions")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["absent.gz"], 2, "absent.gz cannot be read: No such file or directory"),
        (["broken.gz"], 3, "broken.gz: the initrd cannot be decompressed"),
        (["empty.gz"], 3, "empty.gz holds no questions"),
        (["broken.gz", "trixie"], 2, "broken.gz is no mirror, and only a mirror has suites"),
        (["http://127.0.0.1:1/debian"], 2, "a mirror has many suites"),
        (["http://127.0.0.1:1/debian", "trixie", "--keyring", "absent.gpg"], 2, "absent.gpg is not there"),
        (["http://127.0.0.1:1/debian", "trixie", "--keyring", "broken.gz"], 4, "cannot be fetched"),
    ],
)
def test_what_cannot_be_read_is_told(autoinstall, tmp_path, words, status, said):
    (tmp_path / "broken.gz").write_bytes(b"\x1f\x8b\x08\x00rubbish")
    (tmp_path / "empty.gz").write_bytes(gzip.compress(archive({"init": b"#!/bin/sh\n"})))
    done = autoinstall("questions", *words)
    assert (done.returncode, done.stdout) == (status, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
