"""The ways in which a rehearsal misbehaves when it is told to.

`HOME/faults.json` says what was asked for: `{"seed": N, "faults": [{"name", "times", "question"}]}`. How
often each has struck is kept beside it (`faults-left.json`), because the host, its domains and its mirror are
processes of their own that share one count. Every strike is written to `faults.log`, one JSON object a line,
so that two runs with one seed can be compared.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # random is slow to import, and xm and xl must start fast
    from random import Random


class Kind(NamedTuple):
    """What a fault does, and how often it strikes where `=N` does not say so (None: each time)."""

    about: str
    times: int | None


KINDS: Mapping[str, Kind] = {
    "lose-keys": Kind("one byte in about forty of what is typed into dialogs never arrives", None),
    "delay-keys": Kind("what is typed arrives up to a tenth of a second late", None),
    "kernel-lines": Kind("the kernel prints over a dialog as soon as it stands there", None),
    "repaint-twice": Kind("the installer paints each dialog twice", None),
    "split-bytes": Kind("output comes in pieces that cut characters and escape sequences", None),
    "drop-console": Kind("the console client dies in the middle of a dialog", 1),
    "console-held": Kind("somebody else holds the console; =N: the first N attempts are refused", None),
    "crash": Kind("the guest's kernel panics while a dialog is open", 1),
    "mirror-bad": Kind("the installer finds the mirror bad", 1),
    "unknown-question": Kind("the installer asks something that no catalogue holds", 1),
    "dhcp-fails": Kind("the installer gets no answer from DHCP", 1),
    "keyboard": Kind("the installer asks for the keyboard", None),
    "geoip": Kind("the installer guesses the time zone and asks whether it is right", None),
    "acs": Kind("the installer draws with the VT100 line characters in place of UTF-8", None),
    "bridge-missing": Kind("the bridge of the domain's network card does not exist on the host", None),
    "name-taken": Kind("a domain of somebody else has the name already", None),
    "memory-short": Kind("the host has not enough free memory", None),
    "disk-full": Kind("the host's own disk is full, so that it cannot create a domain", None),
    "silent-boot": Kind("the installed system prints nothing at all after the boot loader", None),
    "ignore-shutdown": Kind("the guest never hears that it shall shut down", None),
    "restart-too-fast": Kind("the host refuses to restart a domain that lived less than ten seconds", None),
    "wrong-mode": Kind("a file that is put into the guest gets another mode than the one asked for", None),
}

_SPEC = re.compile(r"(?P<name>[^=@]+)(?:=(?P<times>[^@]*))?(?:@(?P<question>.*))?", re.DOTALL)


class UnknownFault(ValueError):
    """No such fault, or its `=N` or `@QUESTION` is malformed; the text is a whole sentence."""


class Fault(NamedTuple):
    """One fault asked for. `times` None: as often as it can; `question` None: anywhere."""

    name: str
    times: int | None = None
    question: str | None = None

    def fits(self, name: str, question: str | None) -> bool:
        """Whether this fault may strike now, `question` being the one on the screen."""
        return self.name == name and self.question in (None, question)


def parse(text: str) -> Fault:
    """The fault meant by `NAME[=N][@QUESTION]`. Raises UnknownFault."""
    found = _SPEC.fullmatch(text)
    name = found["name"].strip() if found else text
    if found is None or name not in KINDS:
        raise UnknownFault(f"There is no fault {name!r}.{_nearest(name)} `faults` lists them all.")
    times = KINDS[name].times
    if found["times"] is not None:
        if not re.fullmatch(r"[1-9][0-9]{0,8}", found["times"]):
            raise UnknownFault(f"{text!r}: {found['times']!r} is no number of times (1, 2, ...).")
        times = int(found["times"])
    question = found["question"]
    if question == "":
        raise UnknownFault(f"{text!r}: after the @ the name of a question is missing.")
    return Fault(name, times, question)


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, KINDS, n=1, cutoff=0.5)
    return f" Did you mean {near[0]}?" if near else ""


class Faults:
    """The faults of one rehearsal: every process has an object of its own, all share the counts below `home`."""

    def __init__(self, home: Path, seed: int, faults: Sequence[Fault]) -> None:
        self.home = home
        self.seed = seed
        self.faults = tuple(faults)

    @classmethod
    def load(cls, home: Path | str) -> Faults:
        """The faults of the rehearsal at `home`; none where it has no `faults.json`."""
        home = Path(home)
        try:
            asked = json.loads((home / "faults.json").read_text())
        except FileNotFoundError:
            return cls(home, 0, ())
        return cls(home, asked["seed"], [Fault(**fault) for fault in asked["faults"]])

    def save(self) -> None:
        """Write `faults.json` and forget how often anything has struck."""
        faults = [fault._asdict() for fault in self.faults]
        with self._locked():
            _replace(self.home / "faults-left.json", json.dumps([fault.times for fault in self.faults]))
            _replace(self.home / "faults.json", json.dumps({"seed": self.seed, "faults": faults}))

    def wanted(self, name: str, question: str | None = None) -> bool:
        """Whether `name` could strike now. Counts nothing."""
        if not any(fault.fits(name, question) for fault in self.faults):
            return False
        with self._locked():
            left = self._left()
        return any(fault.fits(name, question) and left[at] != 0 for at, fault in enumerate(self.faults))

    def active(self, name: str, question: str | None = None) -> bool:
        """Whether `name` strikes now; if so, this counts as one of its times."""
        if not any(fault.fits(name, question) for fault in self.faults):
            return False
        with self._locked():
            left = self._left()
            for at, fault in enumerate(self.faults):
                count = left[at]
                if not fault.fits(name, question) or count == 0:
                    continue
                if count is not None:
                    left[at] = count - 1
                    _replace(self.home / "faults-left.json", json.dumps(left))
                return True
        return False

    def random(self, name: str, *where: object) -> Random:
        """A source of chance that depends on the seed, the fault and `where` (a question, a domain) alone."""
        from random import Random

        return Random("/".join([str(self.seed), name, *map(str, where)]))  # noqa: S311 - must be repeatable

    def record(self, name: str, **where: object) -> None:
        """Note in `faults.log` that `name` struck. Times of day are left out: equal runs give equal logs."""
        line = json.dumps({"fault": name, **where}) + "\n"
        with self._locked():
            log = os.open(self.home / "faults.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.write(log, line.encode())
            finally:
                os.close(log)

    def _left(self) -> list[int | None]:
        try:
            left: list[int | None] = json.loads((self.home / "faults-left.json").read_text())
        except FileNotFoundError:
            return [fault.times for fault in self.faults]
        return left

    @contextmanager
    def _locked(self) -> Iterator[None]:
        lock = os.open(self.home / "faults.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def _replace(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(text)
    fresh.replace(path)
