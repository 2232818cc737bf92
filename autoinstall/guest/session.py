"""Requests to a root shell of the guest and their answers, each checked, on a console that loses bytes.

The other end is session.sh. A request carries its own checksum and a word of its own, and may be repeated:
all that session.sh does is the same done twice. An answer says everything twice in one line; a line that
the kernel wrote into is no answer, and the request is repeated.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

from autoinstall.deadline import Deadline
from autoinstall.errors import JobError
from autoinstall.guest.listener import Listener

PATIENCE = 1.0
"""Seconds before a request without an answer is repeated; doubled each time."""

REST_OF_LINE = 0.5
"""Seconds for the rest of an answer that has begun; what is not whole then is damaged."""

REPEATS = 6
TYPED_LIMIT = 2.0
"""Seconds for a typed command to be done; doubled for each further typing."""

TYPINGS = 6
TYPED_PIECE = 500
"""Characters of session.sh in one typed line, short enough to get through a bad line whole."""

CHECKED_TYPINGS = 10

_LACKING = re.compile(r"(?:base64|gzip|sha256sum|printf|cat): (?:command )?not found")
_LETTERS = "BCFGHJKMNPQSTVWXZ"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered, and the lines printed before it; `damaged` when it cannot be read."""

    words: str
    body: bytes
    damaged: bool = False


class Session:
    """A shell of our own on the guest's console that takes requests.

    Its every error is a JobError of kind `console-lost` (nothing answers any more) or `guest-lacks-tool`.
    """

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.folder = ""
        self.kernel_level = "unknown"

    @classmethod
    def begin(cls, listener: Listener) -> Session:
        """Turn the root shell that listens into a session: plain `sh`, private prompt, no echo, no kernel lines."""
        session = cls(listener)
        session._type("unset HISTFILE")
        session._type("exec sh")
        session._type(
            "stty -echo; unset ENV HISTFILE PROMPT_COMMAND LC_ALL; "
            f"PS1='[{new_word()}]# '; PS2=; (set +o emacs) 2>/dev/null && set +o emacs"
        )
        session._make_folder()
        session._send_script()
        session._silence_kernel()
        return session

    def ask(self, request: str, *, patience: float = PATIENCE, repeats: int = REPEATS) -> str:
        """The answer to a request (a function of session.sh with its arguments, quoted for a shell)."""
        answer = self.try_ask(request, Deadline.after(patience * 2**repeats), patience=patience)
        if answer is None:
            raise self.lost()
        return answer.words

    def try_ask(self, request: str, deadline: Deadline, *, patience: float = PATIENCE) -> Answer | None:
        """The same, or None when no answer came until the deadline."""
        word = new_word()
        line = request_line(word, request)
        self.listener.forget()
        self.listener.send(line)
        while not deadline.expired:
            found = self.await_answer(word, deadline.nested(patience))
            if found and not found.damaged and found.words != "garbled":
                return found
            if not found:
                patience *= 2
            self.listener.forget()
            if not deadline.expired:
                self.listener.send(b"\n" + line)
        return None

    def await_answer(self, word: str, deadline: Deadline) -> Answer | None:
        """The answer to the request of that word, whole or damaged; None when nothing came."""
        begun = re.compile(rb"%s=|=%s" % (word.encode(), word.encode()))
        if not self.listener.wait_for(begun, deadline):
            return None
        match = self.listener.wait_for(answer_pattern(word), Deadline.after(REST_OF_LINE))
        if not match:
            return Answer("", b"", damaged=True)
        before = bytes(self.listener.heard[: match.start()])
        return Answer(match.group("answer").decode("ascii", "replace"), _body(before, word))

    def interrupt(self) -> None:
        """Ctrl-C to whatever the shell waits for, and a fresh line."""
        self.listener.interrupt()
        self.listener.send(b"\n")

    def lost(self) -> JobError:
        return JobError(
            f"the guest's shell no longer answers; the console's last lines:\n{self.listener.last_lines()}",
            kind="console-lost",
            hint="the console's recording shows what became of it",
        )

    def _type(self, command: str) -> str:
        """Type a command at a prompt, and give what it printed before a mark that its echo cannot match.

        Only for commands that may be typed twice. Before each further try Ctrl-C leaves a half-read line.
        """
        for attempt in range(TYPINGS):
            left, right = new_word(), new_word()
            self.listener.forget()
            if attempt:
                self.interrupt()
            mark = f"echo '{left}''{right}'`expr 41 + 1`"
            separator = "\n" if command.startswith("exec ") else "; "
            self.listener.send(f"{command}{separator}{mark}\n".encode())
            done = re.compile(f"{left}{right}42".encode())
            match = self.listener.wait_for(done, Deadline.after(TYPED_LIMIT * 2**attempt))
            if match:
                return self.listener.shown(bytes(self.listener.heard[: match.start()]))
        raise self.lost()

    def _make_folder(self) -> None:
        """A folder of our own, in memory where the guest has such a file system, so that a full disk does no harm."""
        word = new_word()
        for parent in ("/run", "/dev/shm", "/tmp", "/root"):  # noqa: S108 - folders of the guest; made with mode 700
            folder = f"{parent}/autoinstall-{word}"
            said = self._type(
                f'mkdir -m 700 {folder}; echo ok 2>/dev/null >{folder}/ok; echo "<`cat {folder}/ok`>"; ai_dir={folder}'
            )
            if "<ok>" in said:
                self.folder = folder
                return
        raise JobError(
            "the guest has no folder to work in: /run, /dev/shm, /tmp and /root cannot be written",
            kind="guest-step",
            hint="is the guest's file system read-only or full?",
        )

    def _send_script(self) -> None:
        """session.sh into the shell: packed, in short pieces, each read back by its checksum."""
        script = _script()
        text = base64.b64encode(gzip.compress(script, mtime=0))
        pieces = [text[at : at + TYPED_PIECE] for at in range(0, len(text), TYPED_PIECE)]
        for number, piece in enumerate(pieces):
            self._type_checked(f"printf %s {piece.decode()} >$ai_dir/s{number}", f"$ai_dir/s{number}", piece)
        names = " ".join(f"$ai_dir/s{number}" for number in range(len(pieces)))
        self._type_checked(f"cat {names} | base64 -d | gzip -dc >$ai_dir/s", "$ai_dir/s", script)
        self._type(". $ai_dir/s")

    def _type_checked(self, command: str, file: str, content: bytes) -> None:
        """Type a command until the file that it writes has this content."""
        wanted = hashlib.sha256(content).hexdigest()
        for _ in range(CHECKED_TYPINGS):
            said = self._type(f"ai_dir={self.folder}; {command}; sha256sum <{file}")
            if wanted in said:
                return
            if _LACKING.search(said):
                raise JobError(
                    f"the guest lacks a tool of every system: {said.strip()}",
                    kind="guest-lacks-tool",
                    hint="base64, gzip, sha256sum and the other tools of a basic system are needed",
                )
        raise self.lost()

    def _silence_kernel(self) -> None:
        """`dmesg -n 1`, and its effect; a guest that forbids it (a container) keeps its level."""
        for _ in range(TYPINGS):
            self.kernel_level = self.ask("ai_quiet")
            if self.kernel_level in ("1", "unknown"):
                return


def new_word() -> str:
    """A word that nothing else prints: no vowels, no letters of ERROR, FAIL or WARN."""
    return "".join(secrets.choice(_LETTERS) for _ in range(12))


def request_line(word: str, request: str) -> bytes:
    """The line that asks for `request`: `ai WORD SHA256 BASE64`."""
    text = request.encode()
    return b"ai %s %s %s\n" % (
        word.encode(),
        hashlib.sha256(base64.b64encode(text)).hexdigest().encode(),
        base64.b64encode(text),
    )


def answer_pattern(word: str) -> re.Pattern[bytes]:
    """What the answer to the request of that word looks like: the same payload twice between the words."""
    return re.compile(rb"%s=(?P<answer>[^=\r\n]*)=(?P=answer)=%s" % (word.encode(), word.encode()))


def _body(before: bytes, word: str) -> bytes:
    """What stands between the last `WORD<` and the answer."""
    return before.rpartition(word.encode() + b"<")[2]


def _script() -> bytes:
    """session.sh without comments and indentation."""
    return b"\n".join(_code_lines(resources.files(__package__).joinpath("session.sh").read_bytes())) + b"\n"


def _code_lines(text: bytes) -> Iterator[bytes]:
    for line in text.splitlines():
        code = line.strip()
        if code and not code.startswith(b"#"):
            yield code
