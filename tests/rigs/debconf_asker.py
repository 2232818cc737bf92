"""Asks the questions of script.json over the debconf protocol on standard input and output; logs the answers.

Started by cdebconf itself; it must print nothing but the protocol. It ends without STOP, which leaves the
frontend hanging (measured with cdebconf 0.270).
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any


def command(line: str) -> tuple[int, str]:
    """Send one line; the code and the text of the reply."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
    code, _, text = sys.stdin.readline().rstrip("\n").partition(" ")
    return int(code or 255), text


def ask(step: dict[str, Any]) -> None:
    """One GO, then the code and value of each of its questions as a line of answers.jsonl.

    After Go Back (code 30) the question is asked again, as the installer's menu would come back to it.
    """
    command(f"CAPB {step['capabilities']}")
    if step["title"]:
        command(f"SETTITLE {step['title']}")
    for question in step["questions"]:
        for name, text in step["substitutions"].items():
            command(f"SUBST {question} {name} {text}")
    if step["value"] is not None:
        command(f"SET {step['questions'][0]} {step['value']}")
    code = 30
    while code == 30:
        for question in step["questions"]:
            command(f"FSET {question} seen false")
            command(f"INPUT {step['priority']} {question}")
        code, _ = command("GO")
        with Path("answers.jsonl").open("a") as log:
            for question in step["questions"]:
                _, value = command(f"GET {question}")
                log.write(json.dumps({"question": question, "code": code, "value": value}) + "\n")
        if not step["again"]:
            return


def progress(step: dict[str, Any]) -> None:
    """A bar from its start to its stop."""
    command(f"CAPB {step['capabilities']}")
    command(f"PROGRESS START 0 100 {step['title']}")
    for percent, info, seconds in step["steps"]:
        command(f"PROGRESS SET {percent}")
        if info:
            command(f"PROGRESS INFO {info}")
        time.sleep(seconds)  # noqa: TID251 - the program that is shown waits, not the test
    command("PROGRESS STOP")


def main() -> None:
    """The whole script."""
    command("VERSION 2.0")
    for step in json.loads(Path("script.json").read_text()):
        if step["kind"] == "Ask":
            ask(step)
        elif step["kind"] == "Progress":
            progress(step)
        else:
            for line in step["lines"]:
                command(line)


if __name__ == "__main__":
    main()
