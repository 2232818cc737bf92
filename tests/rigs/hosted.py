"""A host over ssh that is not there: `ssh` as an executable that runs the host's commands on this machine.

It takes OpenSSH's options as the driver gives them. The "host" has a home and a PATH of its own; what is to go
wrong is written into a file.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_CLIENT = r'''#!{python}
"""ssh OPTIONS HOST COMMAND: runs the command by sh in the host's home, and is cut where that was asked for."""
import os, subprocess, sys
from pathlib import Path

folder = Path({folder!r})
words = sys.argv[1:]
taken = {{"-o", "-O", "-l", "-p", "-e", "-F"}}
options = []
while words and words[0].startswith("-"):
    options.append(words.pop(0))
    if options[-1] in taken:
        options.append(words.pop(0))
if "-O" in options:
    sys.exit(0)
host, command = words[0], " ".join(words[1:])
with (folder / "calls.log").open("a") as log:
    log.write(command + "\n")
refuse = folder / "refuse"
if refuse.exists():
    sys.stderr.write(refuse.read_text())
    sys.exit(255)
environment = {{
    "HOME": str(folder / "home"),
    "PATH": {path!r},
    "USER": "root",
    **{environment!r},
}}
os.chdir(folder / "home")
if "-tt" in options:
    os.execve("/bin/sh", ["sh", "-c", command], environment)


def take(name, needle):
    """Whether this command is one to be cut: a file counts how often that is still to be done."""
    file = folder / name
    if not file.exists() or needle not in command:
        return False
    left = int(file.read_text())
    file.write_text(str(left - 1)) if left > 1 else file.unlink()
    return True


if take("cut-before", ""):
    sys.stderr.write("kex_exchange_identification: Connection closed by remote host\n")
    sys.exit(255)
done = subprocess.run(["sh", "-c", command], env=environment, stdin=sys.stdin)
if take("cut-after-create", " create "):
    sys.stderr.write("client_loop: send disconnect: Broken pipe\n")
    sys.exit(255)
sys.exit(done.returncode)
'''


class HostedRig:
    """A host in `folder`; `path` are the folders with its commands, before those of this machine."""

    url = "ssh://root@xen1"

    def __init__(self, folder: Path, *path: Path, environment: dict[str, str] | None = None) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        self.client = folder / "ssh"
        searched = os.pathsep.join([*map(str, path), os.environ["PATH"]])
        self.client.write_text(
            _CLIENT.format(
                python=sys.executable, folder=str(folder), path=searched, environment=environment or {}
            )
        )
        self.client.chmod(0o755)

    @property
    def hosted(self) -> Path:
        """Where builds have their folders there."""
        return self.home / ".local/state/autoinstall/hosted"

    @property
    def calls(self) -> str:
        return (self.folder / "calls.log").read_text()

    def refuse(self, words: str) -> None:
        """Whatever is asked, ssh says this and fails."""
        (self.folder / "refuse").write_text(words)

    def cut(self, how: str, times: int = 1) -> None:
        """The next connections are cut: `before` anything was done, or `after-create` has been done."""
        (self.folder / f"cut-{how}").write_text(str(times))
