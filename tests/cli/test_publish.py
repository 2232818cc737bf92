"""`autoinstall publish`: what a user sees of an image's marketplace files, and what a script reads."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from tests.image.test_marketplace import NAME, PRODUCT, write


def image_folder(build: Path) -> Path:
    (build / "image").mkdir(parents=True)
    return build / "image"


def test_what_marketplaces_take_is_listed_with_its_commands(autoinstall, tmp_path):
    write(image_folder(tmp_path / "build"))
    done = autoinstall("publish", "build", "--check")
    assert (done.returncode, done.stderr) == (0, "")
    assert "build/image/marketplace.yaml\n" in done.stdout
    assert "  oneimage create --name 'Ubuntu 12.10' " in done.stdout
    assert "  onetemplate create vm-xen.tmpl\n" in done.stdout
    assert "  onemarketapp create --name 'Ubuntu 12.10' --image 'Ubuntu 12.10' " in done.stdout


def test_what_they_would_refuse_is_a_warning_and_with_check_an_error(autoinstall, tmp_path):
    write(image_folder(tmp_path / "build"), replace(PRODUCT, publisher=None))
    said = "marketplace.yaml: publisher is missing (marketplace.publisher in the answers file) [required]\n"
    done = autoinstall("publish", "build")
    assert (done.returncode, done.stderr) == (0, f"warning: {said}")
    done = autoinstall("publish", "build", "--check", "--json")
    assert (done.returncode, done.stderr) == (5, f"error: {said}")
    document = json.loads(done.stdout)
    assert document["result"] == "wrong"
    assert [problem["rule"] for problem in document["problems"]] == ["required"]
    assert len(document["commands"]) == 3


def test_a_build_without_an_image_is_named(autoinstall, tmp_path):
    image_folder(tmp_path / "build")
    for folder in ("build", "nowhere"):
        done = autoinstall("publish", folder, "--check")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"error: {folder} has no exported image\nhint: ")


def test_a_changed_image_fits_its_files_no_more(autoinstall, tmp_path):
    write(image_folder(tmp_path / "build"))
    (tmp_path / "build" / "image" / NAME).write_bytes(b"another one")
    done = autoinstall("publish", "build", "--check", "--json")
    assert done.returncode == 5
    assert {problem["rule"] for problem in json.loads(done.stdout)["problems"]} == {"checksums", "size"}
