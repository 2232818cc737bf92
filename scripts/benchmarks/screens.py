"""How long it takes to read and recognise a screen: the recorded ones of 12.04's installer, in every drawing."""

from __future__ import annotations

import json
import time
from pathlib import Path

from autoinstall.catalogue.shipped import load_shipped
from autoinstall.dialog.history import History
from autoinstall.dialog.read import read
from autoinstall.dialog.recognise import Recogniser
from autoinstall.terminal.emulator import Terminal
from scripts.benchmarks.figure import Figure

SCREENS = Path(__file__).parents[2] / "tests" / "data" / "screens"
DRAWINGS = ("linux-utf8", "linux-c", "vt102-c")
ANSWERED = History(answered=("passwd/user-password",))
"""Twins with one text are told apart by what was answered before."""


def measure(runs: int) -> list[Figure]:
    """Milliseconds a screen for each part, and how many of them were recognised as what they are."""
    recogniser = Recogniser(load_shipped())
    questions = {
        one["screen"]: one["template"] for one in json.loads((SCREENS / "questions.json").read_text())
    }
    parts: dict[str, list[float]] = {"painting": [], "reading": [], "recognising": []}
    right: list[float] = []
    for _ in range(runs):
        named = [
            _one((SCREENS / drawing / f"{name}.raw").read_bytes(), recogniser, parts) == template
            for drawing in DRAWINGS
            for name, template in questions.items()
        ]
        right.append(sum(named))
    wanted = len(questions) * len(DRAWINGS)
    return [
        Figure("screens recognised", "", right, wanted, at_least=True),
        *(Figure(f"a screen: {part}", "ms", values) for part, values in parts.items()),
    ]


def _one(painted: bytes, recogniser: Recogniser, parts: dict[str, list[float]]) -> str | None:
    times = [time.perf_counter()]
    terminal = Terminal()
    terminal.feed(painted)
    snapshot = terminal.snapshot()
    times.append(time.perf_counter())
    dialog = read(snapshot)
    times.append(time.perf_counter())
    question = recogniser.recognise(dialog, ANSWERED).question if dialog else None
    times.append(time.perf_counter())
    for values, began, ended in zip(parts.values(), times, times[1:], strict=False):
        values.append((ended - began) * 1000)
    return question.name if question else None
