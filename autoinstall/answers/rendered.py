"""An answers file as a build uses it: nothing left to render, to override or to look up beside the file."""

from __future__ import annotations

import yaml

from autoinstall.answers.model import Answers

_HEADER = "# Written by autoinstall: the answers as this build uses them. Nothing here is a template.\n"


def rendered(answers: Answers) -> str:
    """The text of BUILD/answers.yaml: secrets as references, local paths absolute.

    `load` with no template context gives answers equal to these.
    """
    return _HEADER + yaml.safe_dump(answers.as_used, sort_keys=False, allow_unicode=True, width=100)
