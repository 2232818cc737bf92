"""The figures as a table for people, and as a document for machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scripts.benchmarks.figure import Figure

HEADS = ("figure", "of", "value", "least", "most", "times", "limit", "")


def lines(figures: Sequence[Figure]) -> list[str]:
    """A line for the heads and one a figure, in columns."""
    rows = [HEADS, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    return [
        "  ".join(_cell(row, column, widths[column]) for column in range(len(HEADS))).rstrip() for row in rows
    ]


def document(figure: Figure) -> dict[str, Any]:
    """One figure of `bench --json`."""
    return {
        "figure": figure.what,
        "unit": figure.unit,
        "statistic": figure.statistic.value,
        "value": figure.value,
        "least": min(figure.values),
        "most": max(figure.values),
        "times": len(figure.values),
        "limit": figure.limit,
        "kept": figure.kept,
    }


def _row(figure: Figure) -> tuple[str, ...]:
    limit = "" if figure.limit is None else f"{'>=' if figure.at_least else '<='} {_number(figure.limit)}"
    return (
        figure.what,
        figure.statistic.value,
        f"{_number(figure.value)} {figure.unit}".rstrip(),
        _number(min(figure.values)),
        _number(max(figure.values)),
        str(len(figure.values)),
        limit,
        {None: "", True: "kept", False: "MISSED"}[figure.kept],
    )


def _number(value: float) -> str:
    """Three digits, as far as they mean something."""
    if float(value).is_integer():
        return str(int(value))
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _cell(row: Sequence[str], column: int, width: int) -> str:
    numeric = HEADS[column] in ("value", "least", "most", "times", "limit")
    return row[column].rjust(width) if numeric else row[column].ljust(width)
