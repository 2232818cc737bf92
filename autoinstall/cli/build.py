"""`autoinstall build`: an answers file becomes a verified image."""

from __future__ import annotations

import argparse
import contextlib
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from autoinstall.answers.rendered import rendered
from autoinstall.answers.secrets import resolve
from autoinstall.build.hosts import REHEARSAL, chosen_toolstack
from autoinstall.build.rehearsal_host import Mischief
from autoinstall.build.run import BuildRequest, earlier_id, run_build
from autoinstall.cli.asked import Asked
from autoinstall.cli.failure import failure_lines
from autoinstall.cli.given_answers import check_or_raise, given_answers
from autoinstall.cli.live import LiveView
from autoinstall.cli.output import Output
from autoinstall.cli.progress import ProgressLines
from autoinstall.events import Event, Subscriber


def run(arguments: argparse.Namespace, output: Output) -> int:
    asked = Asked()
    return report(build(arguments, output, arguments.toolstack, Mischief(), asked), asked, output)


def build(
    arguments: argparse.Namespace, output: Output, toolstack: str | None, mischief: Mischief, asked: Asked
) -> dict[str, Any]:
    """Run the build that the command line asks for; its document."""
    build_id = _build_id(arguments)
    answers = given_answers(arguments, build_id=build_id, for_build=True)
    host = getattr(arguments, "host", None)
    if host is None and not (toolstack is None and arguments.resume):
        toolstack = chosen_toolstack(toolstack)
    check_or_raise(answers, output, needs_keyring=toolstack != REHEARSAL)
    asked.answers = answers.book.answers
    with progress_of(output) as show:
        return run_build(
            BuildRequest(
                build_id,
                answers,
                arguments.answers,
                rendered(answers),
                resolve(answers.secrets_used()),
                toolstack=toolstack,
                host=host,
                work=arguments.work,
                resume=arguments.resume,
                reuse=arguments.reuse,
                until=arguments.until,
                keep=arguments.keep,
                mischief=mischief,
                subscribers=(show, asked),
            )
        )


def report(document: dict[str, Any], asked: Asked, output: Output) -> int:
    """Print how a build ended; its exit code."""
    failure = document["failure"]
    output.document(document)
    if failure:
        output.complaint(failure_lines(failure))
        return int(failure["exit"])
    output.result([*_summary(document), *_never_used(asked.never_used)])
    return 0


def _build_id(arguments: argparse.Namespace) -> str:
    """The id of the build to go on with, else a new one; templates may name it."""
    new = secrets.token_hex(4)
    if not arguments.resume:
        return new
    name = "" if arguments.work else given_answers(arguments, build_id=new).name
    return earlier_id(arguments.work, name) or new


@contextlib.contextmanager
def progress_of(output: Output) -> Iterator[Subscriber]:
    """What shows a build's progress: a picture on a terminal, lines elsewhere."""
    if not output.live:
        yield ProgressLines(output)
        return
    views: list[LiveView] = []

    def show(event: Event) -> None:
        if event.name == "build-started" and not views:
            views.append(LiveView(Path(event.fields["build"]), output))

    try:
        yield show
    finally:
        for view in views:
            view.close()


def _summary(document: dict[str, Any]) -> list[str]:
    seconds = sum(stage["seconds"] for stage in document["stages"])
    done = [stage["name"] for stage in document["stages"] if stage["state"] == "done"]
    lines = [
        f"done in {seconds:.1f} s: {', '.join(done) or 'nothing was left to do'}",
        f"build: {document['build']}",
    ]
    if document.get("stand_ins"):
        lines.append("kernel and initrd are stand-ins")
    image = document["image"]
    if image:
        lines += [f"image: {image['path']} ({image['format']}, {image['file_size']} bytes)"]
        lines += [f"sha256: {image['sha256']}"]
    return lines


def _never_used(names: Sequence[str]) -> list[str]:
    return ["answers that no dialog asked for: " + ", ".join(names)] if names else []
