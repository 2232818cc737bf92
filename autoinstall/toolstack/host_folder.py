"""A folder of ours on a Xen host: files are sent and fetched in blocks, holes left out, and gone on with after a cut.

Both sides sum up their blocks; only those that differ travel. So a transfer that was interrupted, at whatever
moment, is gone on with by beginning it again, and one that has ended is known to be right.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import struct
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from autoinstall.errors import HostError
from autoinstall.process import Completed
from autoinstall.toolstack.ssh import SshHost

BLOCK = 1 << 20
AT_ONCE = 16
"""Blocks in one command: an emulated host takes 1 MB a second, and what is cut is sent again."""

TRANSFER_SECONDS = 600.0
COPY_SECONDS = 1800.0
_PROGRAM = (Path(__file__).parent / "blocks-on-host").read_text(encoding="utf-8")
_INTERPRETER = "$(command -v python3 || command -v python || command -v python2)"

Progress = Callable[[int, int], None]
"""Hears of bytes sent or fetched, and of all that are to be."""

Sums = dict[int, str]
"""The checksum of each block that holds more than zeros."""


class HostFolder:
    """A folder there, by its absolute path. Raises HostError where the host refuses, with its words."""

    def __init__(self, host: SshHost, path: str) -> None:
        self.host = host
        self.path = path

    def place(self, name: str) -> str:
        """The path there of a file of the folder; an absolute path is its own place."""
        return name if name.startswith("/") else f"{self.path}/{name}"

    def quoted(self, name: str) -> str:
        """The same as a word of a shell."""
        return shlex.quote(self.place(name))

    def make(self) -> None:
        self._do(f"mkdir -p -m 700 {shlex.quote(self.path)}", f"make {self.path}")

    def bytes_free(self) -> int:
        done = self._do(f"df -Pk {shlex.quote(self.path)}", "look at the disk")
        return int(done.stdout.splitlines()[-1].split()[3]) * 1024

    def has(self, name: str) -> bool:
        return self.host.shell(f"test -e {self.quoted(name)}", seconds=60.0).status == 0

    def remove(self, *names: str) -> None:
        """Remove files and folders; those that are not there are no error."""
        self._do("rm -rf " + " ".join(map(self.quoted, names)), "remove " + ", ".join(names))

    def create(self, name: str, size: int) -> None:
        """A new sparse file of that many bytes."""
        quoted = self.quoted(name)
        self._do(f"umask 077; ! test -e {quoted} && truncate -s {size} {quoted}", f"make {self.place(name)}")

    def copy(self, source: str, target: str) -> None:
        """Copy a file there, holes left out, blocks shared where the file system can; seen only when whole."""
        there = self.quoted(target)
        script = (
            f'umask 077; mkdir -p "$(dirname {there})"; cp --reflink=auto --sparse=always'
            f" {self.quoted(source)} {there}.part && mv {there}.part {there}"
        )
        done = self.host.job(script, seconds=COPY_SECONDS)
        if done.status:
            self.remove(target + ".part")
            raise self.host.failed(done, f"copy {self.place(source)}")

    def rename(self, source: str, target: str) -> None:
        self._do(f"mv {self.quoted(source)} {self.quoted(target)}", f"rename {self.place(source)}")

    def keep_newest(self, folder: str, number: int) -> None:
        """Remove all but the newest files of a folder there."""
        quoted = shlex.quote(folder)
        self._do(f'cd {quoted} && ls -t | tail -n +{number + 1} | while read f; do rm -f "$f"; done', "tidy")

    def listing(self) -> tuple[str, ...]:
        """The names in the folder; none where it is not there."""
        done = self.host.shell(f"ls -1 {shlex.quote(self.path)} 2> /dev/null", seconds=60.0)
        return tuple(done.stdout.splitlines())

    def send(self, source: Path, name: str, progress: Progress) -> None:
        """Make the file there the same as the one here."""
        size = source.stat().st_size
        here = dict(local_sums(source))
        _, there = self.sums(name)
        stale = [number for number in sorted({*here, *there}) if here.get(number) != there.get(number)]
        with source.open("rb") as file:
            for batch in _batches(stale, or_none=True):
                frames = b"".join(_frame(number, _block(file.fileno(), number)) for number in batch)
                self._program("take", name, str(size), stdin=frames)
                progress(min(len(frames), size), len(stale) * BLOCK)
        if self.sums(name) != (size, here):
            raise HostError(
                f"{self.place(name)} is not what was sent",
                kind="transfer-failed",
                hint="does the host's memory or disk spoil data? is somebody else writing to the file?",
            )

    def fetch(self, name: str, target: Path, progress: Progress) -> None:
        """Make the file here, which may be there in part, the same as the one there."""
        size, there = self.sums(name)
        if size is None:
            raise HostError(
                f"{self.place(name)} is gone", kind="file-missing", hint="was it removed on the host?"
            )
        here = dict(local_sums(target)) if target.exists() else {}
        descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.ftruncate(descriptor, size)
            for number in here.keys() - there.keys():
                os.pwrite(descriptor, bytes(min(BLOCK, size - number * BLOCK)), number * BLOCK)
            wanted = [number for number in sorted(there) if here.get(number) != there[number]]
            for batch in _batches(wanted):
                self._fetch_batch(name, batch, there, descriptor)
                progress(len(batch) * BLOCK, len(wanted) * BLOCK)
        finally:
            os.close(descriptor)

    def sums(self, name: str) -> tuple[int | None, Sums]:
        """The size of a file there (None where there is none), and its blocks' checksums."""
        lines = self._program("sums", name).decode("ascii", "replace").splitlines()
        pairs = [line.split(" ", 1) for line in lines]
        if not pairs:
            return None, {}
        return int(pairs[0][1]), {int(number): digest for number, digest in pairs[1:]}

    def _fetch_batch(self, name: str, batch: Sequence[int], there: Sums, descriptor: int) -> None:
        data = self._program("give", name, stdin="\n".join(map(str, batch)).encode())
        for place, number in enumerate(batch):
            block = data[place * BLOCK : (place + 1) * BLOCK]
            if hashlib.sha256(block).hexdigest() != there[number]:
                raise HostError(
                    f"{self.place(name)} changed while it was fetched",
                    kind="transfer-failed",
                    hint="does a domain still write to it?",
                )
            os.pwrite(descriptor, block, number * BLOCK)

    def _program(self, order: str, name: str, *words: str, stdin: bytes = b"") -> bytes:
        command = shlex.join((order, self.place(name), *words))
        script = f"{_INTERPRETER} -c {shlex.quote(_PROGRAM)} {command}"
        done, stdout = self.host.shell_for_bytes(script, seconds=TRANSFER_SECONDS, stdin=stdin)
        if done.status:
            raise self.host.failed(done, f"{order} {self.place(name)}")
        return stdout

    def _do(self, script: str, doing: str) -> Completed:
        done = self.host.shell(script, seconds=120.0)
        if done.status:
            raise self.host.failed(done, doing)
        return done


def local_sums(path: Path) -> Iterator[tuple[int, str]]:
    """The blocks of a file here that hold more than zeros, each with its checksum."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        for number in _data_blocks(file.fileno(), size):
            block = _block(file.fileno(), number)
            if block.strip(b"\0"):
                yield number, hashlib.sha256(block).hexdigest()


def _data_blocks(descriptor: int, size: int) -> Iterator[int]:
    end, last = 0, -1
    while end < size:
        try:
            start = os.lseek(descriptor, end, os.SEEK_DATA)
        except OSError:
            return
        end = os.lseek(descriptor, start, os.SEEK_HOLE)
        for number in range(max(last + 1, start // BLOCK), -(-end // BLOCK)):
            last = number
            yield number


def _block(descriptor: int, number: int) -> bytes:
    return os.pread(descriptor, BLOCK, number * BLOCK)


def _frame(number: int, block: bytes) -> bytes:
    return struct.pack(">QL", number, len(block)) + block


def _batches(numbers: Sequence[int], *, or_none: bool = False) -> Iterator[list[int]]:
    """The numbers in pieces; with `or_none` one empty piece where there are none (a file may still have to be made)."""
    left = iter(numbers)
    if or_none and not numbers:
        yield []
    while batch := list(islice(left, AT_ONCE)):
        yield batch
