"""Answers files written into a folder of the test, and what loading them says."""

from pathlib import Path

import pytest

from autoinstall.answers.loading import load
from autoinstall.answers.problem import InvalidAnswers
from autoinstall.answers.template import TemplateContext

SMALLEST = "version: 1\nname: x\n"


@pytest.fixture
def apt_folder(tmp_path):
    folder = tmp_path / "apt"
    folder.mkdir()
    return folder


@pytest.fixture
def loaded(tmp_path, apt_folder):
    """Load a text as an answers file."""

    def load_text(text, *, environment=None, overrides=(), for_build=False, templates=True):
        path = tmp_path / "answers.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        context = TemplateContext("0badcafe", environment or {}, apt_folder) if templates else None
        return load(path, context=context, overrides=overrides, for_build=for_build)

    return load_text


@pytest.fixture
def problems(loaded):
    """What is wrong in a text: lines `LINE:COLUMN: path: message (hint)`."""

    def told(text, **given):
        with pytest.raises(InvalidAnswers) as caught:
            loaded(text, **given)
        assert caught.value.exit_code == 3
        assert str(caught.value) == "\n".join(str(problem) for problem in caught.value.problems)
        return [str(problem).removeprefix(problem.file + ":") for problem in caught.value.problems]

    return told


@pytest.fixture
def project():
    return Path(__file__).parents[2]
