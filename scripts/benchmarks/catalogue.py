"""The questions of a real installer: how soon they are read from its initrd, and a dialog found among 2,000."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from autoinstall.catalogue.catalogue import Catalogue
from autoinstall.catalogue.shipped import load_file, load_shipped
from autoinstall.dialog.read import read
from autoinstall.dialog.recognise import Recogniser
from autoinstall.terminal.emulator import Terminal
from scripts.benchmarks.figure import Figure, NotMeasured, Statistic
from scripts.benchmarks.screens import ANSWERED, SCREENS

INITRD = Path("/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64/initrd.gz")
COLD_LIMIT_S = 5.0
WARM_LIMIT_MS = 50.0
DIALOG_LIMIT_MS = 5.0
MANY = 2000
_WARM = """\
import sys, time
from pathlib import Path
from autoinstall.catalogue.shipped import load_file
began = time.perf_counter()
load_file(Path(sys.argv[1]), Path(sys.argv[2]))
print(time.perf_counter() - began)
"""


def measure(runs: int) -> list[Figure]:
    """Raises NotMeasured where the installer's package is not here."""
    if not INITRD.exists():
        raise NotMeasured(f"{INITRD} is not there (apt-get install debian-installer-12-netboot-amd64)")
    cold, warm = [], []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            load_file(INITRD, Path(folder))
            cold.append(time.perf_counter() - began)
            warm.append(1000 * _seconds_anew(Path(folder)))
    return [
        Figure("catalogue of a real initrd, cold", "s", cold, COLD_LIMIT_S),
        Figure("  the same, kept", "ms", warm, WARM_LIMIT_MS),
        Figure(
            f"a dialog recognised among {MANY} questions",
            "ms",
            _recognising(),
            DIALOG_LIMIT_MS,
            Statistic.P99,
        ),
    ]


def _seconds_anew(folder: Path) -> float:
    """In a process of its own, which has read nothing before."""
    argv = [sys.executable, "-c", _WARM, str(INITRD), str(folder)]
    return float(subprocess.run(argv, check=True, capture_output=True, text=True, timeout=300).stdout)


def _recognising() -> list[float]:
    """Milliseconds for each of the 45 screens, with as many questions beside them as a whole suite has."""
    questions = dict(load_shipped())
    others = [*load_shipped("trixie").values(), *questions.values()]
    for number in range(MANY - len(questions)):
        other = others[number % len(others)]
        texts = {"en": replace(other.english, description=f"{other.english.description} ({number})")}
        questions[f"{other.name}-{number}"] = replace(other, name=f"{other.name}-{number}", texts=texts)
    recogniser = Recogniser(Catalogue(questions), ("en",))
    milliseconds = []
    for painted in sorted((SCREENS / "linux-utf8").glob("*.raw")):
        terminal = Terminal()
        terminal.feed(painted.read_bytes())
        dialog = read(terminal.snapshot(), recogniser.vocabulary)
        if dialog is not None:
            recogniser.recognise(dialog, ANSWERED)  # the first one has the index made
            began = time.perf_counter()
            recogniser.recognise(dialog, ANSWERED)
            milliseconds.append(1000 * (time.perf_counter() - began))
    return milliseconds
