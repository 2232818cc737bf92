"""A Xen host over the ssh client: one master connection, no question ever, and patience with a loaded host.

A connection that is cut is made again, and what was asked is asked again: ssh's own failures alone have its
exit status 255, for a command on the host that ends so is given 254. What must not happen twice (a domain's
creation) is done by a job on the host that outlives the connection; asking again only waits for it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

from autoinstall import process
from autoinstall.errors import HostError
from autoinstall.process import Completed
from autoinstall.toolstack.host import OTHER_DOMAIN, Same
from autoinstall.toolstack.ssh_address import SshAddress, parse_address
from autoinstall.toolstack.ssh_failures import SSH_FAILED, final_failure, not_reached

CLIENT_VARIABLE = "AUTOINSTALL_SSH"
"""In the environment: the ssh client and options of one's own, as `ssh -F FILE`."""

FIRST_CONTACT_SECONDS = 20.0
"""For a host that has not answered yet: it may be that its address is wrong."""

PATIENCE_SECONDS = 300.0
"""For a host that had answered: an emulated one boots in 120 s, a loaded one was frozen for over 40 s."""

_OPTIONS = (
    *("-o", "BatchMode=yes", "-o", "ConnectTimeout=30"),
    # A host that builds a large domain answers nothing for 40 s and more; giving up would cut its `create`.
    *("-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=20"),
    *("-o", "ControlMaster=auto", "-o", "ControlPersist=60"),
)
_PREAMBLE = "PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin LC_ALL=C; export PATH LC_ALL"

_ASK = (
    'echo "uid $(id -u)"; echo "home $HOME"; echo "boot $(cat /proc/sys/kernel/random/boot_id)";'
    ' for tool in xl xm; do if command -v $tool > /dev/null; then echo "tool $tool"; fi; done'
)


@dataclass(frozen=True, slots=True)
class HostFacts:
    """What a host said of itself at the first contact; `boot` is another one after each of its boots."""

    is_root: bool
    home: str
    boot: str
    toolstacks: tuple[str, ...]


@contextlib.contextmanager
def reached(url: str) -> Iterator[SshHost]:
    """A host that has answered, its connection ended afterwards. Raises UsageError or HostError."""
    host = SshHost(parse_address(url))
    try:
        _ = host.facts
        yield host
    finally:
        host.close()


class _Cut(Exception):
    """The connection failed, or was never there; ssh's words are in it."""


class SshHost:
    """One host; `close` ends the connection. All methods raise HostError where the host is not to be had."""

    def __init__(
        self,
        address: SshAddress,
        *,
        first_contact: float = FIRST_CONTACT_SECONDS,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        """Seconds that it may be out of reach: `first_contact` before it has answered, `patience` afterwards."""
        self.address = address
        self._client = tuple(shlex.split(os.environ.get(CLIENT_VARIABLE, "") or "ssh"))
        self._folder = Path(tempfile.mkdtemp(prefix="autoinstall-ssh-"))
        self._first_contact = first_contact
        self._patience = patience
        self._facts: HostFacts | None = None
        self._place: str | None = None

    @property
    def environment(self) -> Mapping[str, str]:
        return {}

    @property
    def facts(self) -> HostFacts:
        """Asked for once. Raises HostError where the host cannot be had at all."""
        if self._facts is None:
            said = self.shell(_ASK, seconds=60.0).stdout.splitlines()
            pairs = [line.partition(" ")[::2] for line in said]
            told = dict(pairs)
            self._facts = HostFacts(
                is_root=told.get("uid") == "0",
                home=told.get("home") or "/",
                boot=told.get("boot", ""),
                toolstacks=tuple(value for name, value in pairs if name == "tool"),
            )
        return self._facts

    @property
    def was_restarted(self) -> bool:
        """Whether the host has booted anew since the first contact: all its domains are gone then."""
        told = self.shell("cat /proc/sys/kernel/random/boot_id", seconds=60.0)
        return bool(told.stdout.strip()) and told.stdout.strip() != self.facts.boot

    def works_in(self, place: str) -> None:
        """Name the folder there that holds what we need for our own work; it is there already."""
        self._place = place

    def run(self, argv: Sequence[str], seconds: float) -> Completed:
        return self._told(argv, self.shell(shlex.join((*self._sudo, *argv)), seconds=seconds))

    def run_once(self, argv: Sequence[str], seconds: float) -> Completed:
        return self._told(argv, self.job(shlex.join((*self._sudo, *argv)), seconds=seconds))

    def console(self, argv: Sequence[str], name: str, same: Same | None = None) -> tuple[str, ...]:
        """The terminal is raw before the console starts: else early keys are echoed, and held for a line's end.

        A holder of the console that an earlier, cut connection of ours left there is ended first.
        """
        holder = shlex.quote(f"{self._our_place}/console-{quote(name, safe='')}.pid")
        born = "sed 's/.*) //' /proc/$1/stat 2> /dev/null | cut -d ' ' -f 20"
        kill = shlex.join((*self._sudo, "kill"))
        script = (
            f"stty raw -echo; {_PREAMBLE}; {self._require(same)} born() {{ {born}; }}; "
            f'if read pid begun < {holder} && [ "$(born $pid)" = "$begun" ]; then {kill} $pid; n=0; '
            'while [ "$(born $pid)" = "$begun" ] && [ $n -lt 50 ]; do sleep 0.1; n=$((n + 1)); done; fi '
            f'2> /dev/null; echo "$$ $(born $$)" > {holder}; exec {shlex.join((*self._sudo, *argv))}'
        )
        # Without an escape character: an answer may begin with a tilde.
        return (*self._ssh, "-tt", "-e", "none", *self.address.options, f"exec sh -c {shlex.quote(script)}")

    def _require(self, same: Same | None) -> str:
        """Of a host that has booted anew, an id says nothing."""
        if same is None:
            return ""
        asked = shlex.join((*self._sudo, *same.argv))
        here = f'"$({asked} 2> /dev/null) $(cat /proc/sys/kernel/random/boot_id)"'
        return f"[ {here} = {shlex.quote(f'{same.domid} {self.facts.boot}')} ] || exit {OTHER_DOMAIN};"

    def description(self, path: Path) -> str:
        """Where a description is read there: it is written into our folder."""
        there = f"{self._our_place}/{path.name}"
        done = self.shell(f"umask 077; cat > {shlex.quote(there)}", stdin=path.read_bytes(), seconds=60.0)
        if done.status:
            raise self.failed(done, f"write {there}")
        return there

    def shell(self, script: str, *, seconds: float, stdin: bytes = b"") -> Completed:
        """Run a script that may be run again, as the user who logs in. Gives its status, whatever it is."""
        done, stdout = self.shell_for_bytes(script, seconds=seconds, stdin=stdin)
        return replace(done, stdout=stdout.decode("utf-8", "replace"))

    def shell_for_bytes(self, script: str, *, seconds: float, stdin: bytes = b"") -> tuple[Completed, bytes]:
        """The same for a script whose output is no text."""
        whole = f"{_PREAMBLE}; ({script}); s=$?; [ $s != 255 ] || s=254; exit $s"
        argv = (*self._ssh, *self.address.options, f"exec sh -c {shlex.quote(whole)}")
        patience = self._patience if self._facts else self._first_contact
        retrying: Retrying = Retrying(
            retry=retry_if_exception_type(_Cut),
            wait=wait_exponential(multiplier=0.1, max=3.0),
            stop=stop_after_delay(patience),
            reraise=True,
        )
        try:
            return retrying(self._attempt, argv, seconds, stdin)
        except _Cut as cut:
            raise not_reached(str(cut), self.address.url, patience) from None

    def job(self, script: str, *, seconds: float) -> Completed:
        """Run a script to its end exactly once, though the connection be cut meanwhile."""
        place = shlex.quote(f"{self._our_place}/job-{secrets.token_hex(4)}")
        work = f"({script}) > {place}/out 2> {place}/err < /dev/null; echo $? > {place}/new; mv {place}/new {place}/end"
        waiting = (
            f"if mkdir {place} 2> /dev/null; then setsid sh -c {shlex.quote(work)} < /dev/null > /dev/null 2>&1 & fi; "
            f"until [ -f {place}/end ]; do [ -d {place} ] || exit 253; sleep 0.2; done; "
            f"cat {place}/out; cat {place}/err >&2; exit $(cat {place}/end)"
        )
        done = self.shell(waiting, seconds=seconds)
        self.shell(f"rm -rf {place}", seconds=60.0)
        return done

    def failed(self, done: Completed, doing: str) -> HostError:
        """The error of a script of ours that failed there."""
        full = "No space left" in done.said or "Disk quota exceeded" in done.said
        return HostError(
            f"{self.address.url}: could not {doing}" + (": its disk is full" if full else ""),
            kind="disk-full" if full else "host-failed",
            hint=f"free some space there ({self._place or self.facts.home})"
            if full
            else "see what the host said",
            host_said=done.said or None,
        )

    def close(self) -> None:
        """End the master connection. The host may be gone: then it is gone already."""
        argv = (*self._ssh, "-O", "exit", *self.address.options)
        try:
            if (self._folder / "master").exists():
                process.run(argv, timeout=10.0)
        except (subprocess.TimeoutExpired, OSError):
            pass
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _ssh(self) -> tuple[str, ...]:
        return (*self._client, *_OPTIONS, "-o", f"ControlPath={self._folder / 'master'}")

    @property
    def _sudo(self) -> tuple[str, ...]:
        return () if self.facts.is_root else ("sudo", "-n")

    @property
    def _our_place(self) -> str:
        return self._place or f"{self.facts.home}"

    def _attempt(self, argv: Sequence[str], seconds: float, stdin: bytes) -> tuple[Completed, bytes]:
        try:
            done, stdout = process.run_for_bytes(argv, timeout=seconds, stdin=stdin)
        except FileNotFoundError as error:
            raise HostError(
                f"{self._client[0]} is not installed",
                kind="tool-missing",
                hint="apt-get install openssh-client",
            ) from error
        if done.status != SSH_FAILED and done.status >= 0:
            return done, stdout
        said = done.stderr.strip()
        if final := final_failure(said, self.address.url):
            raise final
        raise _Cut(said)

    def _told(self, argv: Sequence[str], done: Completed) -> Completed:
        """The command as one would run it by hand."""
        return replace(done, argv=("ssh", *self.address.options, shlex.join((*self._sudo, *argv))))
