"""The real installation that the tests here share: Debian 13 in QEMU, from the first dialog to the exported image."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml

from autoinstall.answers.sections import HYGIENE_ITEMS
from scripts.lab_mirror.lending import lent
from scripts.lab_mirror.places import Variant
from tests.conftest import needs
from tests.one_context import PACKAGE
from tests.real.installation import ROOT, Installation, installed

SECONDS = 75 * 60
"""Five times what it takes on a quiet machine of two cores without hardware virtualisation."""

LIVE = ("--live", "--on-reboot", "restart")


@pytest.fixture(scope="session")
def served() -> Iterator[None]:
    """The mirror stays where it is for all installations: answers that name it again are the same answers."""
    needs("qemu")
    with lent(Variant.LIVE, lambda line: None):
        yield


@pytest.fixture(scope="session")
def installation(served: None) -> Installation:
    needs("guest")
    cleaned = f"hygiene=[{', '.join(HYGIENE_ITEMS)}]"
    return installed("image", "real", SECONDS, *LIVE, "--set", cleaned)


@pytest.fixture(scope="session")
def with_package(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The same installation again, made ready by OpenNebula's own package in place of our script."""
    answers = yaml.load((ROOT / "answers" / "debian-13.yaml").read_text(), Loader=yaml.BaseLoader)
    answers["guest"] = [{"profile": {"name": "opennebula-context", "file": str(PACKAGE)}}]
    file = tmp_path_factory.mktemp("context") / "answers.yaml"
    file.write_text(yaml.safe_dump(answers, sort_keys=False))
    return installed("image", "real-package", SECONDS, *LIVE, "--answers", str(file), "--reuse")
