"""OpenNebula's own contextualization package in a rehearsed build: the real dpkg, the package's own scripts."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.build.whole import HOW_TO, exported_file, rehearse
from tests.one_context import PACKAGE, VERSION

pytestmark = pytest.mark.guest


def test_the_package_comes_in_place_of_the_edits(tmp_path: Path) -> None:
    answers = yaml.load(HOW_TO.read_text(), Loader=yaml.BaseLoader)
    answers["guest"] = [{"profile": {"name": "opennebula-context", "file": str(PACKAGE)}}]
    file = tmp_path / "answers.yaml"
    file.write_text(yaml.safe_dump(answers, sort_keys=False))
    done = rehearse(tmp_path, answers=file)
    assert done.status == 0, done.failure
    package, proof = done.events("step")[:2]
    assert package["evidence"] == f"one-context {VERSION} is installed"
    assert "one-context-local.conf calls /usr/sbin/one-contextd before the network" in proof["evidence"]
    checks = {event["name"]: event["ok"] for event in done.events("check") if event["stage"] == "verify"}
    assert checks[f"install_package {PACKAGE.name}"] and checks["prove_context"]
    status = exported_file(Path(done.document["image"]["path"]), "/var/lib/dpkg/status", tmp_path)
    assert "Package: qemu-guest-agent\nStatus: install ok installed\n" in status
