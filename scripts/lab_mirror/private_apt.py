"""apt with lists and state of its own, for a suite that is not the machine's; the machine's apt stays as it is."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from autoinstall import process
from autoinstall.errors import HostError, VerificationError
from autoinstall.process import Completed
from scripts.lab_mirror.stanza import Stanza, stanzas_in

_TIMEOUT = 300
_UNSIGNED = re.compile("signature|is not signed|NO_PUBKEY|Hash Sum mismatch|NOSPLIT", re.IGNORECASE)


class PrivateApt:
    """apt's view of one suite's main section at one mirror, its signature checked with `keyring`."""

    def __init__(self, folder: Path, mirror: str, suite: str, architecture: str, keyring: str) -> None:
        self._folder = folder
        self._mirror = mirror
        self._suite = suite
        self._architecture = architecture
        self._source = f"deb [signed-by={keyring}] {mirror} {suite} main\n"
        self._packages: dict[str, str] = {}

    def update(self) -> str:
        """Fetch the lists; gives the signed InRelease's text. Raises HostError, VerificationError."""
        self._write_configuration()
        done = self._run("apt-get", "-qq", "-o", "APT::Update::Error-Mode=any", "update")
        if done.status and _UNSIGNED.search(done.said):
            raise VerificationError(
                f"{self._mirror} serves a {self._suite} that Debian's keys do not vouch for",
                kind="bad-signature",
                hint="the mirror is being updated or was changed: try again, or another one: --mirror URL",
                host_said=done.said,
            )
        if done.status:
            raise HostError(
                f"the package lists of {self._suite} cannot be had from {self._mirror}",
                kind="lists-failed",
                hint="is the network up, and does this mirror carry the suite? another one: --mirror URL",
                host_said=done.said or None,
            )
        self._packages = {}
        lists = sorted((self._folder / "state/lists").glob(f"*_dists_{self._suite}_InRelease"))
        return lists[0].read_text(encoding="utf-8", errors="replace")

    def package(self, name: str) -> Stanza:
        """The stanza of a package. Raises HostError where the suite has none of that name."""
        text = self._all().get(name)
        if text is None:
            raise HostError(f"{self._suite} has no package {name}", kind="no-package")
        return next(stanzas_in(text))

    def of_priority(self, priority: str) -> list[str]:
        """The names of all packages of a priority."""
        line = f"\nPriority: {priority}\n"
        return [name for name, text in self._all().items() if line in text]

    def with_dependencies(self, names: Sequence[str]) -> list[str]:
        """The packages that an empty system needs for `names`, without recommended ones, sorted."""
        done = self._run("apt-get", "-qq", "--no-install-recommends", "--print-uris", "install", *names)
        if done.status:
            raise HostError(
                "apt finds no way to install what the small archive shall hold",
                kind="unresolvable",
                host_said=done.said or None,
            )
        files = re.findall(r"^'[^']+' (\S+?)_\S+ ", done.stdout, re.MULTILINE)
        return sorted(set(files))

    def _all(self) -> dict[str, str]:
        if not self._packages:
            done = self._run("apt-cache", "dumpavail")
            for text in done.stdout.split("\n\n"):
                if match := re.search(r"^Package: (\S+)$", text, re.MULTILINE):
                    self._packages.setdefault(match[1], text)
        return self._packages

    def _write_configuration(self) -> None:
        for part in ("state/lists/partial", "cache/archives/partial", "none"):
            (self._folder / part).mkdir(parents=True, exist_ok=True)
        (self._folder / "status").touch()
        (self._folder / "sources.list").write_text(self._source)
        lines = [
            f'Dir::State "{self._folder}/state";',
            f'Dir::State::status "{self._folder}/status";',
            f'Dir::Cache "{self._folder}/cache";',
            f'Dir::Etc::sourcelist "{self._folder}/sources.list";',
            f'Dir::Etc::sourceparts "{self._folder}/none";',
            f'Dir::Etc::preferencesparts "{self._folder}/none";',
            f'APT::Architecture "{self._architecture}";',
            f'APT::Architectures "{self._architecture}";',
            'APT::Sandbox::User "root";',
            'Acquire::Languages "none";',
        ]
        (self._folder / "apt.conf").write_text("\n".join(lines) + "\n")

    def _run(self, *argv: str) -> Completed:
        environment = {"APT_CONFIG": str(self._folder / "apt.conf")}
        try:
            return process.run(argv, timeout=_TIMEOUT, environment=environment)
        except subprocess.TimeoutExpired as error:
            raise HostError(
                f"{argv[0]} took over {_TIMEOUT} s", kind="lists-failed", hint="is the mirror slow?"
            ) from error
