"""Asks one question on its own terminal by the rehearsal's frontend: `newt_child.py STYLE FORM-FILE OUTCOME-FILE`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from autoinstall.rehearsal.newt import Form, FormType, Frontend, Style


def main() -> None:
    """Ask, and write the outcome down."""
    style, given, result = sys.argv[1:]
    fields = json.loads(Path(given).read_text())
    fields["type"] = FormType(fields["type"])
    fields["choices"] = tuple(fields["choices"])
    if isinstance(fields["default"], list):
        fields["default"] = tuple(fields["default"])
    frontend = Frontend(sys.stdin.fileno(), sys.stdout.fileno(), Style(style))
    outcome = frontend.ask(Form(**fields))
    frontend.close()
    Path(result).write_text(json.dumps(asdict(outcome)))


if __name__ == "__main__":
    main()
