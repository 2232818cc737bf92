"""What an answers file may say and a build cannot do: refused before anything begins."""

from __future__ import annotations

import pytest

from autoinstall.build.stages.clean import CleanStage
from autoinstall.build.stages.install import InstallStage
from autoinstall.errors import UsageError
from tests.build.conftest import ANSWERS, MakeContext


def test_an_item_that_cannot_be_cleaned(make_context: MakeContext) -> None:
    context = make_context(ANSWERS + "hygiene: [installer-user]\n")
    with pytest.raises(UsageError, match="installer-user"):
        CleanStage(None).validate(context)  # type: ignore[arg-type]


def test_a_frontend_that_is_not_read(make_context: MakeContext) -> None:
    context = make_context(ANSWERS.replace("verify: none", "verify: none, frontend: text"))
    with pytest.raises(UsageError, match="text frontend cannot be read yet"):
        InstallStage().validate(context)
