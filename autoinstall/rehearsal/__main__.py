"""`python -m autoinstall.rehearsal prepare|stop|faults`: the rehearsal as the driver starts and ends it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from autoinstall.rehearsal import home
from autoinstall.rehearsal.faults import KINDS, Fault, UnknownFault, parse

SUITES = ("precise",)
"""The releases whose installer and whose installed system can be rehearsed."""

USAGE = 2
HOST_FAILED = 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status (2: wrong use, 4: the rehearsal could not be made ready)."""
    given = _parser().parse_args(arguments)
    if given.command == "prepare":
        return _prepare(given)
    if given.command == "stop":
        home.stop(given.home)
    else:
        _list_faults(given.json)
    return 0


def _prepare(given: argparse.Namespace) -> int:
    if given.session is None and given.suite not in SUITES:
        return _refuse(
            f"There is no rehearsal of suite {given.suite!r}; there is one of {', '.join(SUITES)}."
        )
    try:
        faults: list[Fault] = [parse(text) for text in given.fault]
    except UnknownFault as problem:
        return _refuse(str(problem))
    try:
        ready = home.prepare(given.home, given.seed, faults, given.suite, given.session)
    except home.NotPrepared as problem:
        sys.stderr.write(f"{problem}\n")
        return HOST_FAILED
    sys.stdout.write(json.dumps(ready) + "\n")
    return 0


def _refuse(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return USAGE


def _list_faults(as_json: bool) -> None:
    if as_json:
        faults = [{"name": name, "about": kind.about, "times": kind.times} for name, kind in KINDS.items()]
        sys.stdout.write(json.dumps({"result": "done", "faults": faults}) + "\n")
        return
    width = max(map(len, KINDS))
    for name, kind in KINDS.items():
        often = {None: "", 1: " (once)"}.get(kind.times, f" ({kind.times} times)")
        sys.stdout.write(f"{name:<{width}}  {kind.about}{often}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m autoinstall.rehearsal", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    prepare = commands.add_parser("prepare", help="make a host ready and print where it is, as one JSON line")
    prepare.add_argument("--home", type=Path, required=True, help="the folder that holds all of it")
    prepare.add_argument("--suite", required=True, help="the release to rehearse")
    prepare.add_argument("--session", type=Path, help="a recorded session: its dialogs are asked (JSON)")
    prepare.add_argument("--seed", type=int, default=0, help="the same seed gives the same faults")
    prepare.add_argument("--fault", action="append", default=[], metavar="NAME[=N][@QUESTION]")
    stop = commands.add_parser("stop", help="end everything that runs for a folder")
    stop.add_argument("--home", type=Path, required=True)
    faults = commands.add_parser("faults", help="list what can go wrong")
    faults.add_argument("--json", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main())
