"""The command line of `scripts/bench`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence

from scripts.benchmarks import (
    catalogue,
    command_start,
    dialogs,
    export,
    languages,
    preseeded,
    rehearsal,
    screens,
    sessions,
    table,
    transfer,
    xen,
)
from scripts.benchmarks.figure import Figure, NotMeasured

BENCHMARKS: dict[str, Callable[[int], list[Figure]]] = {
    "help": command_start.measure,
    "screens": screens.measure,
    "catalogue": catalogue.measure,
    "sessions": sessions.measure,
    "transfer": transfer.measure,
    "dialogs": dialogs.measure,
    "languages": languages.measure,
    "export": export.measure,
    "rehearsal": rehearsal.measure,
}
"""What can be measured, by the name that `--only` takes; the quick ones first."""

ON_DEMAND: dict[str, Callable[[int], list[Figure]]] = {
    "preseeded": preseeded.measure,
    "xen": xen.measure,
}
"""What takes many minutes, or needs to be root: measured only where it is named."""

_ONLY = f"{', '.join(BENCHMARKS)}; only where it is named: {', '.join(ON_DEMAND)}"

RUNS = 5


def main(words: Sequence[str] | None = None) -> int:
    """Measure, print, and give 0; a limit that is missed is printed, and is no failure on a machine that is busy."""
    given = _parser().parse_args(words)
    load = os.getloadavg()[0]
    figures, missing = _measured(given.only or list(BENCHMARKS), given.runs)
    if given.json:
        shown = [table.document(figure) for figure in figures]
        told = {"result": "done", "load": load, "figures": shown, "not_measured": missing}
        print(json.dumps(told, indent=2))
    elif figures:
        print(f"load at the start: {load:.1f}, on {os.cpu_count()} processors")
        print("\n".join(table.lines(figures)))
    return 0


def _measured(names: Sequence[str], runs: int) -> tuple[list[Figure], dict[str, str]]:
    """The figures, and why some were not to be had."""
    figures: list[Figure] = []
    missing: dict[str, str] = {}
    for name in names:
        print(f"measuring {name}, {runs} times ...", file=sys.stderr, flush=True)
        try:
            figures += {**BENCHMARKS, **ON_DEMAND}[name](runs)
        except NotMeasured as reason:
            missing[name] = str(reason)
            print(f"{name} was not measured: {reason}", file=sys.stderr)
    return figures, missing


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description="Measure autoinstall, and print its figures.")
    parser.add_argument("--runs", type=_count, default=RUNS, metavar="N", help=f"default: {RUNS}")
    parser.add_argument(
        "--only", action="append", choices=sorted({**BENCHMARKS, **ON_DEMAND}), metavar="NAME", help=_ONLY
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    return parser


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of runs")
    return int(text)
