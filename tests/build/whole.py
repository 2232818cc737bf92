"""Whole commands as their users run them: child processes, a rehearsed host with faults, what they leave."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
HOW_TO = ROOT / "answers" / "ubuntu-12.04.yaml"
STATIC = ROOT / "answers" / "ubuntu-12.04-static.yaml"
PASSWORD = "correct horse battery"
SECONDS = 400
"""Five times what the slowest of these takes on a quiet machine."""

PARTITION_BEGINS = 1048576
EDITS = {
    "/lib/udev/rules.d/75-persistent-net-generator.rules": (
        '#DRIVERS=="?*", IMPORT{program}="write_net_rules"\n'
    ),
    "/etc/udev/rules.d/70-persistent-net.rules": "",
    "/etc/init.d/vmcontext": (ROOT / "answers" / "files" / "vmcontext").read_text(),
    "/etc/init/networking.conf": (
        "pre-start script\n  mkdir -p /run/network\n  /etc/init.d/vmcontext\nend script\n"
    ),
    "/etc/init/network-interface.conf": "pre-start script\n    /etc/init.d/vmcontext\n",
}
"""The five edits of the how-to: what the file is, or holds."""


@dataclass(frozen=True)
class Run:
    """A command that ended: its exit status, both outputs, and its build folder."""

    status: int
    stdout: str
    stderr: str
    work: Path

    @property
    def document(self) -> dict[str, Any]:
        found = json.loads(self.stdout)
        assert isinstance(found, dict)
        return found

    @property
    def failure(self) -> dict[str, Any]:
        failure = self.document["failure"]
        assert isinstance(failure, dict)
        return failure

    @property
    def screen(self) -> str:
        return "\n".join(self.failure["screen"] or ())

    def events(self, name: str) -> list[dict[str, Any]]:
        lines = (self.work / "events.jsonl").read_text().splitlines()
        return [event for event in map(json.loads, lines) if event["event"] == name]

    def answered(self) -> list[tuple[str, Any]]:
        """Questions and their answers, in order."""
        return [(event["question"], event["answer"]) for event in self.events("answered")]

    def told(self) -> list[str]:
        """The sentences of its progress."""
        return [event["text"] for event in self.events("progress") if event.get("text")]

    def struck(self) -> list[dict[str, Any]]:
        """The faults that struck, as the rehearsal notes them."""
        log = self.work / "guest" / "faults.log"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def debris(self) -> list[str]:
        """What is left of it that should not be: living processes, domains, half-made files."""
        state = json.loads((self.work / "state.json").read_text())
        domains = [domain["name"] for domain in state["domains"]]
        parts = [str(path) for path in self.work.rglob("*.part") if "guest" not in path.parts]
        return living(self.work) + domains + parts


def run(
    folder: Path, *words: str, seconds: float = SECONDS, place: str | None = "--work", **variables: str
) -> Run:
    """Run `autoinstall WORDS --work FOLDER/work` to its end, with a cache and a home of its own.

    Where `place` is "work", the build folder stands right behind the command's name; with None, nowhere.
    """
    work = folder / "work"
    placed = {"--work": [*words, "--work", str(work)], "work": [words[0], str(work), *words[1:]]}
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "LC_ALL": "C.UTF-8",
        "CACHE_DIRECTORY": str(folder / "cache"),
        "AUTOINSTALL_SECRET_USER_PASSWORD": PASSWORD,
        "AUTOINSTALL_REHEARSAL_PACE": "0",
    }
    done = subprocess.run(
        [sys.executable, "-m", "autoinstall", *placed.get(place or "", words)],
        env=environment | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    return Run(done.returncode, done.stdout, done.stderr, work)


def rehearse(
    folder: Path, *faults: str, answers: Path = HOW_TO, until: str = "verify", seed: int = 1, **more: Any
) -> Run:
    """A rehearsal with these faults, as JSON; `options` are more words of the command line."""
    words = [word for fault in faults for word in ("--fault", fault)]
    words += ["--until", until, "--seed", str(seed), "--json", *more.pop("options", ())]
    return run(folder, "rehearse", str(answers), *words, **more)


def living(work: Path) -> list[str]:
    """Command lines of the processes that work in a folder, or were told of it."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            told = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
            words = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if entry.name != str(os.getpid()) and str(work).encode() in told:
            found.append(words.replace(b"\0", b" ").decode(errors="replace"))
    return found


def exported_file(image: Path, path: str, scratch: Path) -> str:
    """A file of an exported image, read from the file system on its disk."""
    raw = scratch / "exported.img"
    if not raw.exists():
        convert = ["qemu-img", "convert", "-O", "raw", str(image), str(raw)]
        subprocess.run(convert, check=True, timeout=120)
    return disk_file(raw, path)


def disk_file(disk: Path, path: str) -> str:
    show = ["debugfs", "-R", f"cat {path}", f"{disk}?offset={PARTITION_BEGINS}"]
    environment = {"PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
    done = subprocess.run(show, env=environment, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


def assert_five_edits(document: Mapping[str, Any], scratch: Path) -> None:
    """The exported image holds what the how-to wants."""
    image = Path(document["image"]["path"])
    for path, text in EDITS.items():
        found = exported_file(image, path, scratch)
        assert found == text if path.endswith(("vmcontext", "70-persistent-net.rules")) else text in found
