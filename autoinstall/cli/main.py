"""The command `autoinstall`: parses, runs one command, and turns what happened into an exit code."""

from __future__ import annotations

import argparse
import importlib
import signal
import sys
from collections.abc import Callable, Sequence
from types import FrameType

from autoinstall.cli.boundary import Boundary
from autoinstall.cli.output import Output
from autoinstall.cli.parser import make_parser
from autoinstall.errors import Interrupted

COMMAND_SEPARATOR = "--"
_NEED_COMMAND = {"drive": "drive ANSWERS", "record": "record -o FILE.cast"}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line (default: that of the process) and give its exit code."""
    arguments = parse(list(sys.argv[1:] if argv is None else argv))
    output = Output(
        quiet=arguments.quiet, verbose=arguments.verbose, as_json=getattr(arguments, "json", False)
    )
    boundary = Boundary(output, arguments.command)
    with boundary:
        _stop_on_signals()
        boundary.exit_code = _command(arguments.command)(arguments, output)
    return boundary.exit_code


def parse(words: list[str]) -> argparse.Namespace:
    """The parsed command line; the console command of `drive` and `record`, after `--`, is in `command_line`."""
    command_line: list[str] = []
    if words[:1] in (["drive"], ["record"]) and COMMAND_SEPARATOR in words:
        cut = words.index(COMMAND_SEPARATOR)
        words, command_line = words[:cut], words[cut + 1 :]
    parser = make_parser()
    arguments = parser.parse_args(words)
    if arguments.command in _NEED_COMMAND and not command_line:
        usage = _NEED_COMMAND[arguments.command]
        parser.error(f"{arguments.command} needs a console command: autoinstall {usage} -- COMMAND...")
    arguments.command_line = command_line
    return arguments


def _command(name: str) -> Callable[[argparse.Namespace, Output], int]:
    """The function that carries out a command; its module is imported only now, for it may be heavy."""
    run: Callable[[argparse.Namespace, Output], int] = importlib.import_module(
        f"autoinstall.cli.{name.replace('-', '_')}"
    ).run
    return run


def _stop_on_signals() -> None:
    """The first signal ends the command in order, by an exception that cleans up; the second one at once."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(other) is _interrupt:
            signal.signal(other, signal.SIG_DFL)
    raise Interrupted(number)
