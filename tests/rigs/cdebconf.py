"""Debian's own cdebconf with its newt frontend on a PTY: no guest, no root, nothing below /etc touched.

The two binaries have the path of their configuration built in; copies with a path of the same length that is
relative to the working folder read ours instead. The questions are asked by a small client of the debconf
protocol that the copy starts: its standard streams are the protocol, the PTY belongs to cdebconf.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

LIBRARY = Path("/usr/lib/cdebconf")
BUILT_IN = b"/etc/cdebconf.conf\0"
RELATIVE = b"././/cdebconf.conf\0"
ASKER = Path(__file__).with_name("debconf_asker.py")

CONFIGURATION = f"""\
global {{
  module_path {{ frontend "{LIBRARY}/frontend"; database "{LIBRARY}/db"; }};
  default {{ frontend "screen"; template "templates"; config "questions"; }};
}};
frontend {{ instance "screen" {{ driver "newt"; }}; }};
template {{ instance "templates" {{ driver "rfc822db"; path "./templates.dat"; }}; }};
config {{ instance "questions" {{ driver "rfc822db"; path "./questions.dat"; mode 600; }}; }};
"""

SCREEN_CONFIGURATION = (
    "startup_message off\n"
    "deflogin off\n"
    "vbell on\n"
    'hardstatus alwaysfirstline "%{= kG}[%= %{= kw}%?%-Lw%?%{r} (%{W}%n*%f%t%?(%u)%?%{r})'
    '%{w}%?%+Lw%?%?%= %{g}][%{B} %M %d %{W}%c %{g}]"\n'
)
"""GNU screen as the installer on a serial line configures it: a status line above, 23 rows left."""


@dataclass(frozen=True)
class Ask:
    """One GO with one or more questions: `priority` sets the sign before the title, `capabilities` are debconf's
    ("backup", "align", "escape"), `title` names a template of Type: title, `value` is set on the first question;
    `again` asks anew after Go Back."""

    questions: Sequence[str]
    title: str | None = None
    priority: str = "high"
    capabilities: str = "backup align"
    substitutions: Mapping[str, str] = field(default_factory=dict)
    value: str | None = None
    again: bool = False


@dataclass(frozen=True)
class Progress:
    """A progress bar: each step is (percent, template of its line or None, seconds to stay)."""

    title: str
    steps: Sequence[tuple[int, str | None, float]]
    capabilities: str = ""


@dataclass(frozen=True)
class Say:
    """Protocol lines sent as they stand, each answered by cdebconf before the next."""

    lines: Sequence[str]


Step = Ask | Progress | Say


@dataclass(frozen=True)
class Answer:
    """What came back for one question: GO's code (0 answered, 30 Go Back) and the value afterwards."""

    question: str
    code: int
    value: str


class CdebconfRig:
    """A prepared folder: run `argv` in it with `environment()`, then read `answers()`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def prepare(
        cls, folder: Path, templates: str, steps: Sequence[Step], *, frontend: str = "newt"
    ) -> CdebconfRig:
        """Copy cdebconf into `folder`, load the templates, and write down what is to be asked.

        Preparing the same folder again forgets the earlier answers.
        """
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("debconf", "debconf-loadtemplate"):
            _copy_with_relative_configuration(LIBRARY / name, folder / name)
        for name in ("templates.dat", "questions.dat", "answers.jsonl"):
            (folder / name).unlink(missing_ok=True)
        (folder / "cdebconf.conf").write_text(CONFIGURATION)
        (folder / "screenrc").write_text(SCREEN_CONFIGURATION)
        (folder / "frontend").write_text(frontend)
        (folder / "given.templates").write_text(templates)
        script = [{"kind": type(step).__name__, **asdict(step)} for step in steps]
        (folder / "script.json").write_text(json.dumps(script))
        asker = folder / "asker"
        asker.write_text(f"#!{sys.executable}\n{ASKER.read_text()}")
        asker.chmod(0o755)
        load = [str(folder / "debconf-loadtemplate"), "d-i", "given.templates"]
        subprocess.run(load, cwd=folder, check=True, timeout=60)
        return cls(folder)

    @property
    def argv(self) -> list[str]:
        """The command, to be run in `folder` on a PTY of 80x24 that has its size before the start.

        The text frontend takes its terminal as it is, and needs the modes of a console.
        """
        frontend = (self.folder / "frontend").read_text()
        asking = [
            str(self.folder.absolute() / "debconf"),
            "-o",
            "d-i",
            "-f",
            frontend,
            "-p",
            "low",
            "./asker",
        ]
        if frontend == "text":
            return ["/bin/sh", "-c", 'stty sane && exec "$@"', "sh", *asking]
        return asking

    @property
    def argv_in_screen(self) -> list[str]:
        """The same inside GNU screen, as today's serial installer runs it: a status line and 23 rows."""
        screen = shutil.which("screen") or "screen"
        return [screen, "-c", str(self.folder.absolute() / "screenrc"), *self.argv]

    def environment(self, term: str = "linux", lang: str = "C.UTF-8") -> dict[str, str]:
        """The whole environment: ("linux", "C.UTF-8"), ("linux", "C") and ("vt102", "C") are the three drawings.

        Screen's sockets lie below `folder`.
        """
        sockets = self.folder / "screens"
        sockets.mkdir(mode=0o700, exist_ok=True)
        return {
            "PATH": "/usr/bin:/bin",
            "TERM": term,
            "LANG": lang,
            "LC_ALL": lang,
            "HOME": str(self.folder),
            "SCREENDIR": str(sockets.absolute()),
        }

    @contextmanager
    def ending_screen(self) -> Iterator[None]:
        """GNU screen detaches when its terminal is hung up, and would live on."""
        try:
            yield
        finally:
            quit_all = [shutil.which("screen") or "screen", "-X", "quit"]
            subprocess.run(quit_all, env=self.environment(), capture_output=True, check=False, timeout=30)

    def answers(self) -> tuple[Answer, ...]:
        """What was answered so far, in the order asked."""
        written = self.folder / "answers.jsonl"
        if not written.exists():
            return ()
        return tuple(Answer(**json.loads(line)) for line in written.read_text().splitlines())


def _copy_with_relative_configuration(source: Path, target: Path) -> None:
    program = source.read_bytes()
    assert program.count(BUILT_IN) == 1, f"{source} names its configuration {program.count(BUILT_IN)} times"
    target.unlink(missing_ok=True)
    target.write_bytes(program.replace(BUILT_IN, RELATIVE))
    target.chmod(0o755)
