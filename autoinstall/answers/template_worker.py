"""Renders the templates of an answers file in a process of its own, so that none of them can hang or fill the driver.

A program: one JSON document on standard input, one JSON line a template on standard output. A
template that computes longer than allowed ends the process (SIGPROF); whoever started it knows by
the count of lines which one that was. Nothing of autoinstall is imported here.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
from collections.abc import Mapping
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

_MEMORY_LIMIT = 1 << 30
_FAILURES = (
    jinja2.TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
)


class _NoMirror(RuntimeError):
    """The host's apt sources name no mirror that a template could use."""


class _Names:
    """A group of names, `build` or `env`; jinja finds them by subscription, and nothing else."""

    def __init__(self, label: str, values: Mapping[str, str] | None) -> None:
        self.label = label
        self._values = values

    def __getitem__(self, name: str) -> str:
        if self._values is None:
            raise _NoMirror
        return self._values[name]

    def __str__(self) -> str:
        raise TypeError(f"{self.label} is a group of names: write {self.label}.NAME")


class _Undefined(jinja2.StrictUndefined):
    """An unknown name is an error that says which one."""

    @property
    def _undefined_message(self) -> str:
        if isinstance(self._undefined_obj, _Names):
            return f"there is no {self._undefined_obj.label}.{self._undefined_name}"
        return super()._undefined_message


def main() -> None:
    """Render every template of the request in turn."""
    request = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_LIMIT, _MEMORY_LIMIT))
    environment = ImmutableSandboxedEnvironment(
        undefined=_Undefined, keep_trailing_newline=True, autoescape=False
    )
    del environment.globals["lipsum"]
    names = {label: _Names(label, values) for label, values in request["names"].items()}
    for template in request["templates"]:
        signal.setitimer(signal.ITIMER_PROF, request["seconds"])
        answer = _rendered(environment, template, names, request["bytes"])
        signal.setitimer(signal.ITIMER_PROF, 0)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _rendered(
    environment: ImmutableSandboxedEnvironment, template: str, names: Mapping[str, _Names], limit: int
) -> dict[str, Any]:
    parts: list[str] = []
    length = 0
    try:
        for part in environment.from_string(template).generate(names):
            parts.append(part)
            length += len(part.encode("utf-8", "surrogatepass"))
            if length > limit:
                return {"error": f"the result is larger than {limit >> 10} KiB"}
        return {"text": "".join(parts)}
    except _NoMirror:
        return {"no_mirror": True}
    except _FAILURES as error:
        return {"error": _reason(error)}


def _reason(error: BaseException) -> str:
    text = str(error) or type(error).__name__
    return text.splitlines()[0][:200]


if __name__ == "__main__":
    main()
