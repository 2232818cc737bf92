"""A rehearsed Xen host whose domains run a small program that shows each key it gets."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pexpect

from autoinstall.rehearsal import home as rehearsal
from autoinstall.rehearsal.faults import parse

STUB = r"""
import json, os, signal, subprocess, sys, time, tty

domain = json.load(open(os.environ["REHEARSAL_DOMAIN"]))
question = os.environ["REHEARSAL_QUESTION_FILE"]


def say(text):
    os.write(1, text.encode())


def ask(name):
    with open(question + ".new", "w") as file:
        file.write(name)
    os.replace(question + ".new", question)
    say("\r\n[" + name + "]")


def going_down(*_):
    say("\rThe system is going down NOW!\r\n")
    os._exit(0)


def keys():
    # A guest does not end because its console does.
    try:
        return os.read(0, 1000)
    except OSError:
        signal.pause()


signal.signal(signal.SIGHUP, signal.SIG_IGN)
signal.signal(signal.SIGTERM, going_down)
tty.setraw(0)
say("first byte of %s, domain %d, %s\r\n" % (sys.argv[1], domain["domid"], (domain["boot"] or {}).get("title")))
say("ready\r\n")
while True:
    for key in keys():
        key = bytes([key])
        if key == b"Q":
            say("Power down.\r\n")
            sys.exit(0)
        elif key == b"R":
            say("Restarting system.\r\n")
            sys.exit(10)
        elif key == b"X":
            say("Kernel panic\r\n")
            sys.exit(20)
        elif key == b"M":
            for number in range(300000):
                say("%07d\r\n" % number)
            ask("written")
        elif key == b"L":
            say("." * 12000 + "last words\r\n")
            os._exit(0)
        elif key == b"A":
            ask("a/question")
        elif key == b"B":
            ask("b/question")
        elif key == b"U":
            say("\u250c\u2500\u2510\u00e9" * 50 + "|")
        elif key == b"O":
            child = subprocess.Popen(["sleep", "300"], start_new_session=True)
            say("orphan %d;" % child.pid)
        else:
            say("<%s>" % key.hex())
"""

QUIET_FACTOR = 5
ANSWER = 2.0 * QUIET_FACTOR
"""Seconds for anything that takes well under two on a quiet machine."""


class Rig:
    """One host; `xm(...)` and `xl(...)` run its commands, `console(...)` attaches on a PTY."""

    def __init__(self, folder, *faults, seed=0):
        self.folder = folder
        self.home = folder / "home"
        rehearsal.make_host(self.home, seed, [parse(fault) for fault in faults])
        stub = folder / "stub.py"
        stub.write_text(STUB)
        programs = {kind: [sys.executable, "-S", str(stub), kind] for kind in ("install", "guest")}
        (self.home / "programs.json").write_text(json.dumps(programs))
        for name in ("vmlinuz", "initrd.gz"):
            (folder / name).write_text("stand-in")
        self.disk = folder / "disk.img"
        with self.disk.open("wb") as disk:
            disk.truncate(1 << 20)
        self.consoles = []

    def close(self):
        for console in self.consoles:
            console.close(force=True)
        rehearsal.stop(self.home)

    def description(self, file="ubuntu.xen", *, without=(), **changes):
        """Write a description into the folder; its name."""
        values = {
            "name": "ubuntu",
            "memory": 256,
            "kernel": str(self.folder / "vmlinuz"),
            "ramdisk": str(self.folder / "initrd.gz"),
            "disk": [f"file:{self.disk},xvda,w"],
            "vif": ["bridge=xenbr0"],
            **changes,
        }
        lines = [f"{key} = {json.dumps(value)}\n" for key, value in values.items() if key not in without]
        (self.folder / file).write_text("".join(lines))
        return file

    def run(self, *argv, timeout=20 * QUIET_FACTOR):
        return subprocess.run(
            [self.home / "bin" / argv[0], *argv[1:]],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def xm(self, *arguments):
        return self.run("xm", *arguments)

    def xl(self, *arguments):
        return self.run("xl", *arguments)

    def create(self, tool="xm", **changes):
        """Start a domain; its id."""
        done = self.run(tool, "create", self.description(**changes))
        assert done.returncode == 0, done.stderr
        return int(self.run(tool, "domid", changes.get("name", "ubuntu")).stdout)

    def attach(self, *argv):
        console = pexpect.spawn(
            str(self.home / "bin" / argv[0]), list(argv[1:]), cwd=str(self.folder), timeout=ANSWER, echo=True
        )
        console.delaybeforesend = None
        self.consoles.append(console)
        return console

    def console(self, tool="xm", name="ubuntu", *, ready=True):
        """Attach, and wait for the guest's first words; without `ready`, until the client holds the console."""
        console = self.attach(tool, "console", name)
        if ready:
            console.expect_exact("ready\r\n")
        else:
            assert console.waitnoecho(ANSWER), console.read()
        return console

    def question(self):
        """What the stub says it asks."""
        file = self.home / "domains" / "ubuntu.question"
        return file.read_text() if file.exists() else None

    def faults_log(self):
        log = self.home / "faults.log"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def ended(console):
    """Wait for the end of a client; its exit status (negative: the signal)."""
    console.expect(pexpect.EOF)
    console.wait()
    return console.exitstatus if console.signalstatus is None else -console.signalstatus


def eventually(condition, seconds=ANSWER):
    """Whether something comes true in time."""
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            return False
        os.sched_yield()
    return True


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
