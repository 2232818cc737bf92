"""What the command lines of the labs have in common: how a command ends, and how it prints."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import platformdirs

from autoinstall.errors import AutoinstallError, HostError

Command = Callable[[argparse.Namespace], int]
"""Does what the arguments say; its exit code."""


class LabCommand:
    """A program with commands, each with a folder of its own and `--json`."""

    def __init__(self, name: str, description: str, epilog: str) -> None:
        self._name = name
        self._parser = argparse.ArgumentParser(
            prog=name,
            description=description,
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        self._commands = self._parser.add_subparsers(metavar="COMMAND", required=True)

    def add(self, name: str, command: Command, text: str) -> argparse.ArgumentParser:
        """A command's own parser."""
        parser = self._commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        parser.set_defaults(command=command)
        default = Path(platformdirs.user_cache_dir("autoinstall")) / self._name
        parser.add_argument("--folder", type=Path, default=default, metavar="DIR", help=f"default: {default}")
        parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")
        return parser

    def run(self, argv: Sequence[str] | None) -> int:
        """Run one command; the exit code is the contract of `autoinstall`'s own."""
        arguments = self._parser.parse_args(argv)
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            command: Command = arguments.command
            return command(arguments)
        except AutoinstallError as error:
            self._complain(error)
            return error.exit_code
        except OSError as error:
            self._complain(
                HostError(f"{error.filename or 'the system'}: {error.strerror}", hint="see `df` and `ls -l`")
            )
            return HostError.exit_code
        except KeyboardInterrupt as stopped:
            return 128 + (stopped.args[0] if stopped.args else signal.SIGINT)

    def _complain(self, error: AutoinstallError) -> None:
        for line in (error.host_said or "").splitlines():
            print(f"  {line}", file=sys.stderr)
        say(self._name, error.message)
        if error.hint:
            print(f"  hint: {error.hint}", file=sys.stderr)


def say(program: str, line: str) -> None:
    """Tell how the work of a program goes on."""
    print(f"{program}: {line}", file=sys.stderr, flush=True)


def print_document(arguments: argparse.Namespace, document: dict[str, Any]) -> None:
    """One JSON document, or a line for each of its fields."""
    if arguments.json:
        print(json.dumps(document, indent=2))
        return
    for name, value in document.items():
        print(f"{name}: {value if isinstance(value, str) else json.dumps(value)}")


def _interrupt(number: int, frame: FrameType | None) -> None:
    """A stopped build stops what it started, as an interrupted one does."""
    raise KeyboardInterrupt(number)
