"""Eighteen dialogs of Debian 13 in English and in German, by the same answers file: right each time, and as fast."""

from __future__ import annotations

import tempfile
from pathlib import Path

from scripts.benchmarks.dialogs import answers_file, drive, require_cdebconf
from scripts.benchmarks.figure import Figure
from tests.rigs import translated

TIMES_ENGLISH = 1.1
"""No slower, but for what two runs of one sequence differ by."""


def measure(runs: int) -> list[Figure]:
    """Both sequences once a run, in turn. Raises NotMeasured without cdebconf, or where an answer was wrong."""
    require_cdebconf()
    english: list[float] = []
    german: list[float] = []
    for _ in range(runs):
        english.append(_seconds("en"))
        german.append(_seconds("de"))
    ratios = [theirs / ours for theirs, ours in zip(german, english, strict=True)]
    return [
        Figure("18 dialogs of Debian 13 in English: driven", "s", english),
        Figure("18 dialogs of Debian 13 in German: driven", "s", german),
        Figure("18 dialogs: German / English", "", ratios, TIMES_ENGLISH),
    ]


def _seconds(language: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        rig = translated.prepare(Path(folder, "rig"), language)
        log = drive(
            Path(folder),
            rig,
            translated.environment(rig, language),
            answers_file(translated.ANSWERS),
            translated.EXPECTED,
            ("--catalogue", str(translated.TEMPLATES)),
        )
        return log[-1][0]
