"""A console command with a person at it: every byte is passed on as it is, both ways, and recorded."""

from __future__ import annotations

import os
import select
import signal
import termios
from collections.abc import Callable, Iterator, Mapping, Sequence

import pexpect

from autoinstall import process
from autoinstall.errors import UsageError
from autoinstall.recording.recorder import Recorder

USUAL_SIZE = (80, 24)
_KEYBOARD, _SCREEN = 0, 1
READ_AT_ONCE = 65536


def attend(
    argv: Sequence[str],
    recorder: Recorder,
    *,
    shown: Callable[[bytes], None],
    resized: Callable[[int, int], None],
    hidden: Callable[[], bool],
    environment: Mapping[str, str] | None = None,
) -> int:
    """Hand our terminal to a command until it ends; its exit status, 128 and the signal's number where one ended it.

    `shown` hears what the command prints, `resized` of each new size of our window (columns, lines); `hidden` says,
    before keys are recorded, whether they are nobody's business. No key is ours: all of them reach the command.
    Raises UsageError where our input or output is no terminal, or the command cannot be run.
    """
    if not (os.isatty(_KEYBOARD) and os.isatty(_SCREEN)):
        raise UsageError("a person's terminal is needed to record a session", hint="run it from a terminal")
    columns, lines = window_size()
    try:
        child = process.spawn_on_pty(
            argv, columns=columns, lines=lines, environment={"TERM": _term(), **(environment or {})}
        )
    except pexpect.ExceptionPexpect:
        raise UsageError(f"{argv[0]} cannot be run", hint="is it installed, and on PATH?") from None
    resized(columns, lines)

    def on_window_change(*_: object) -> None:
        columns, lines = window_size()
        child.setwinsize(lines, columns)
        recorder.resized(columns, lines)
        resized(columns, lines)

    def say(data: bytes) -> bytes:
        recorder.output(data)
        shown(data)
        return data

    def press(keys: bytes) -> bytes:
        recorder.input(keys, secret=hidden())
        return keys

    before = signal.signal(signal.SIGWINCH, on_window_change)
    attributes = termios.tcgetattr(_KEYBOARD)
    try:
        child.interact(escape_character=None, input_filter=press, output_filter=say)
        for data in _last_words(child.child_fd):
            os.write(_SCREEN, say(data))
    finally:
        signal.signal(signal.SIGWINCH, before)
        termios.tcsetattr(_KEYBOARD, termios.TCSAFLUSH, attributes)
        child.close(force=True)
        recorder.console_closed()
    return child.exitstatus if child.exitstatus is not None else 128 + (child.signalstatus or 0)


def _last_words(console: int) -> Iterator[bytes]:
    """What a command printed as it ended: pexpect's interact looks whether it lives before it reads."""
    while select.select([console], [], [], 0)[0]:
        try:
            data = os.read(console, READ_AT_ONCE)
        except OSError:
            return
        if not data:
            return
        yield data


def window_size() -> tuple[int, int]:
    """Columns and lines of our window; 80 by 24 where it does not know them itself."""
    try:
        size = os.get_terminal_size(_SCREEN)
    except OSError:
        return USUAL_SIZE
    return (size.columns, size.lines) if size.columns and size.lines else USUAL_SIZE


def _term() -> str:
    return os.environ.get("TERM", "linux")
