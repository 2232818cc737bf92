"""The guest's network jobs, run as upstart runs them: the scripts that stand in `/etc/init`, by `sh -e`."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/bin:/usr/sbin:/sbin:/bin", "TERM": "linux"}

_STANZA = re.compile(r"^[ \t]*(?:(?P<when>pre-start)[ \t]+)?(?P<kind>exec|script)\b[ \t]*(?P<rest>.*)$")


class Job(NamedTuple):
    """The two scripts of a job that a boot runs, in this order; None where it has none."""

    pre_start: str | None
    main: str | None


def parse(text: str) -> Job:
    """The scripts of a job file; init(5). An `exec` line is a script of one command."""
    scripts: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        stanza = _STANZA.match(line)
        if stanza is None:
            continue
        when = stanza["when"] or "main"
        if stanza["kind"] == "exec":
            scripts[when] = f"exec {stanza['rest']}"
            continue
        body = []
        for inner in lines:
            if inner.strip() == "end script":
                break
            body.append(inner)
        scripts[when] = "\n".join(body)
    return Job(scripts.get("pre-start"), scripts.get("main"))


def start(
    root: Path, name: str, variables: dict[str, str], run: Callable[[list[str], dict[str, str], str], int]
) -> str | None:
    """Run job `name` once; returns init's complaint where one of its scripts fails.

    `run` gets the command, its environment and the log's path in the guest, and gives the exit status. A job whose
    pre-start fails goes no further, as upstart has it.
    """
    path = root / "etc/init" / f"{name}.conf"
    if not path.is_file():
        return None
    job = parse(path.read_text(errors="replace"))
    instance = "".join(f" ({value})" for value in variables.values())
    suffix = "".join(f"-{value}" for value in variables.values())
    log = f"/var/log/upstart/{name}{suffix}.log"
    for what, script in (("pre-start", job.pre_start), ("main", job.main)):
        if script is None:
            continue
        environment = {**ENVIRONMENT, **variables, "UPSTART_JOB": name}
        status = run(["/bin/sh", "-e", "-c", script, "/bin/sh"], environment, log)
        if status:
            return f"init: {name}{instance} {what} process (312) terminated with status {status}"
    return None
