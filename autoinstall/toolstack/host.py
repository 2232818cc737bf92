"""Where a toolstack's commands run: on this machine, or on another one over ssh."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from autoinstall import process
from autoinstall.process import Completed

OTHER_DOMAIN = 77
"""The exit status of a console that was not taken, for the domain is another one than it was."""


@dataclass(frozen=True, slots=True)
class Same:
    """How a domain is known again: what its id is asked with, and that id."""

    argv: tuple[str, ...]
    domid: int


class Host(Protocol):
    """A Xen host. `run` raises FileNotFoundError, PermissionError and subprocess.TimeoutExpired as `process.run`."""

    @property
    def environment(self) -> Mapping[str, str]:
        """What is added to the environment of every command that is started here, the console's too."""

    def run(self, argv: Sequence[str], seconds: float) -> Completed:
        """Run a command of the toolstack that may be run again: asked anew where its answer was lost."""

    def run_once(self, argv: Sequence[str], seconds: float) -> Completed:
        """Run a command of the toolstack exactly once, to its end, whatever becomes of the connection."""

    def console(self, argv: Sequence[str], name: str, same: Same | None = None) -> tuple[str, ...]:
        """The command to start here, on a terminal, for a console command there; `name` is the domain's.

        It may look first whether the domain is still the `same`; where not, it exits with OTHER_DOMAIN.
        """

    def description(self, path: Path) -> str:
        """Where the host reads a domain description that lies here."""


class LocalHost:
    """This machine, as root or through `sudo -n`."""

    def __init__(self, environment: Mapping[str, str] | None = None, sudo: bool | None = None) -> None:
        """Without `sudo` given, it is used unless we are root."""
        self._environment = dict(environment or {})
        self._prefix = ("sudo", "-n") if (os.geteuid() != 0 if sudo is None else sudo) else ()

    @property
    def environment(self) -> Mapping[str, str]:
        return self._environment

    def run(self, argv: Sequence[str], seconds: float) -> Completed:
        return process.run((*self._prefix, *argv), timeout=seconds, environment=self._environment)

    def run_once(self, argv: Sequence[str], seconds: float) -> Completed:
        return self.run(argv, seconds)

    def console(self, argv: Sequence[str], name: str, same: Same | None = None) -> tuple[str, ...]:
        return (*self._prefix, *argv)

    def description(self, path: Path) -> str:
        return str(path)
