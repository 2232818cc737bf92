"""A system that boots on its terminal: boot text, getty, login, a real shell, and sudo. A program of its own.

Run as `fake_system.py JSON`. Keys of the object (all may be left out): `boot` (text before the prompt),
`after_prompt` (text printed right after the first prompt), `user`, `password`, `host`, `flush` (seconds after
each prompt at whose end what was typed is thrown away), `refuse` (how many right passwords count as wrong),
`too_early` (how many logins come before the system is up), `expired`, `motd`, `shell` (an argument list),
`sudo` (ask | free | refuse | absent), `sudo_password`, `seen` (a file that gets the names and passwords typed),
`prompted` (false: the prompt was printed to nobody), `chatter` (seconds between two lines of a kernel that never
is quiet).
"""

from __future__ import annotations

import json
import os
import select
import stat
import subprocess
import sys
import tempfile
import termios

SUDO = """#!{python}
import os, sys, termios
given = {given!r}
if given["sudo"] == "refuse":
    print(given["user"] + " is not in the sudoers file.  This incident will be reported.")
    sys.exit(1)
if given["sudo"] == "ask":
    mode = termios.tcgetattr(0)
    quiet = list(mode)
    quiet[3] &= ~termios.ECHO
    termios.tcsetattr(0, termios.TCSAFLUSH, quiet)
    for attempt in range(3):
        os.write(1, b"[sudo] password for " + given["user"].encode() + b": ")
        typed = sys.stdin.readline().rstrip("\\n")
        print()
        open(given["seen"], "a").write("sudo:" + typed + "\\n")
        if typed == given["sudo_password"]:
            break
        print("Sorry, try again.")
    else:
        sys.exit(1)
    termios.tcsetattr(0, termios.TCSADRAIN, mode)
os.environ["FAKE_UID"] = "0"
os.environ["PS1"] = "root@fake:~# "
os.execvp(given["shell"][0], given["shell"])
"""
ID = '#!/bin/sh\n[ "$1" = -u ] && echo "${FAKE_UID:-1000}"\n'
DEFAULTS = {
    "boot": "[    0.000000] Linux version 3.2.0\r\nmountall: Event failed\r\n\r\nUbuntu 12.04 LTS fake hvc0\r\n",
    "after_prompt": "",
    "user": "ubuntu",
    "password": "secret one",
    "host": "fake",
    "flush": 0.0,
    "refuse": 0,
    "too_early": 0,
    "expired": False,
    "motd": "Last login: Thu Apr 26 12:00:00 UTC 2012 on hvc0\r\nWelcome to Ubuntu\r\n\r\n * Documentation\r\n",
    "shell": ["bash", "--norc", "--noprofile", "-i"],
    "sudo": "ask",
    "sudo_password": "secret one",
    "seen": "/dev/null",
    "prompted": True,
    "chatter": 0.0,
}


def say(text: str) -> None:
    os.write(1, text.encode())


def chatter(pause: float) -> None:
    """Print kernel lines for as long as the system lives."""
    system = os.getpid()
    if os.fork() == 0:
        number = 0
        while os.getppid() == system:
            number += 1
            select.select([], [], [], pause)
            say(f"\r[{number:12.6f}] hrtimer: interrupt took 2412310 ns\r\n")
        os._exit(0)


class Getty:
    """agetty and login on our own terminal."""

    def __init__(self, given: dict[str, object]) -> None:
        self.given = given
        subprocess.run(["stty", "sane"], check=True)
        self.cooked = termios.tcgetattr(0)

    def name(self) -> str:
        """Ask for a name as agetty does: character by character, own echo, and input thrown away at first."""
        raw = list(self.cooked)
        raw[3] &= ~(termios.ICANON | termios.ECHO)
        termios.tcsetattr(0, termios.TCSADRAIN, raw)
        while True:
            if self.given["prompted"]:
                say(f"\r\n{self.given['host']} login: {self.given.pop('after_prompt', '')}")
            self.given["prompted"] = True
            if self.given["flush"]:
                select.select([], [], [], self.given["flush"])
                termios.tcflush(0, termios.TCIFLUSH)
            name = self.line()
            if name:
                termios.tcsetattr(0, termios.TCSADRAIN, self.cooked)
                return name

    def line(self) -> str:
        typed = b""
        while True:
            key = os.read(0, 1)
            if not key:
                sys.exit(0)
            if key in b"\r\n":
                say("\r\n")
                return typed.decode()
            if key == b"\x15":
                say("\b \b" * len(typed))
                typed = b""
            else:
                typed += key
                os.write(1, key)

    def password(self) -> str:
        quiet = list(self.cooked)
        quiet[3] &= ~termios.ECHO
        termios.tcsetattr(0, termios.TCSAFLUSH, quiet)
        say("Password: ")
        typed = b""
        while not typed.endswith(b"\n"):
            typed += os.read(0, 1)
        termios.tcsetattr(0, termios.TCSADRAIN, self.cooked)
        say("\r\n")
        return typed[:-1].decode()

    def log_in(self) -> None:
        """Ask until somebody is let in."""
        while True:
            name = self.name()
            password = self.password()
            with open(self.given["seen"], "a") as seen:  # noqa: PTH123 - a program of its own
                seen.write(f"{name}:{password}\n")
            right = name == self.given["user"] and password == self.given["password"]
            if right and self.given["too_early"]:
                self.given["too_early"] -= 1
                say("System is booting up. Users are not permitted to log in yet.\r\n\r\nLogin incorrect\r\n")
            elif right and not self.given["refuse"]:
                return
            else:
                self.given["refuse"] -= 1 if right else 0
                say("\r\nLogin incorrect\r\n")


def tools(given: dict[str, object]) -> str:
    """A folder with id, dmesg and sudo, to be first on PATH: this fake never touches the machine's own kernel."""
    folder = tempfile.mkdtemp(prefix="fake-system-")
    texts = {"id": ID, "dmesg": "#!/bin/sh\nexit 1\n"}
    if given["sudo"] != "absent":
        texts["sudo"] = SUDO.format(python=sys.executable, given=given)
    for name, text in texts.items():
        path = f"{folder}/{name}"
        with open(path, "w") as file:  # noqa: PTH123
            file.write(text)
        os.chmod(path, stat.S_IRWXU)  # noqa: PTH101
    return folder


def main() -> None:
    given = DEFAULTS | json.loads(sys.argv[1])
    folder = tools(given)
    getty = Getty(given)
    say(given["boot"])
    if given["chatter"]:
        chatter(given["chatter"])
    getty.log_in()
    say(given["motd"])
    if given["expired"]:
        say(
            "You are required to change your password immediately (root enforced)\r\n(current) UNIX password: "
        )
        os.read(0, 100)
        sys.exit(0)
    path = os.environ["PATH"]
    if given["sudo"] == "absent":
        path = ":".join(entry for entry in path.split(":") if not os.path.exists(f"{entry}/sudo"))  # noqa: PTH110
    environment = {"PATH": f"{folder}:{path}", "PS1": "ubuntu@fake:~$ ", "TERM": "linux", "HOME": folder}
    if given["user"] == "root":
        environment |= {"FAKE_UID": "0", "PS1": "root@fake:~# "}
    os.execvpe(given["shell"][0], given["shell"], environment)


if __name__ == "__main__":
    main()
