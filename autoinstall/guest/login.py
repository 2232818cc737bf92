"""Logs in on the installed system's console, and becomes root there."""

from __future__ import annotations

import re

from autoinstall.deadline import Deadline
from autoinstall.errors import JobError
from autoinstall.guest.credentials import BecomeRoot, Credentials
from autoinstall.guest.listener import Listener
from autoinstall.guest.probe import no_shell, probe_shell
from autoinstall.guest.prompts import (
    ACCOUNT_EXPIRED,
    KERNEL_LINES,
    LOADER_END,
    LOGIN_PROMPT,
    LOGIN_PROMPT_PASSED,
    LOGIN_TOO_EARLY,
    LOGIN_WRONG,
    PASSWORD_PROMPT,
    SHELL_PROMPT,
)
from autoinstall.guest.sudo import become_root_by_sudo

QUIET_AFTER_PROMPT = 1.0
"""Seconds of silence before the name is sent: agetty sleeps a second and then throws away what came."""

ECHO_LIMIT = 2.0
"""Seconds for the echo of the typed name."""

PASSWORD_PROMPT_LIMIT = 10.0
"""Seconds from the name to `Password:`."""

OFFERS_OF_NAME = 5
"""The name is offered once, and again at most four times."""

PASSWORD_TRIES = 2
"""One more try, because a key of the first may have been lost; more could lock the account."""

NUDGE_AFTER = 2.0
"""Seconds of silence before a newline asks for a prompt that was missed; four times as long for each further one."""

PROMPT_SETTLED = 0.2
"""Seconds for which something that looks like a prompt must stay the last thing on the console."""

SILENT_SYSTEM = 300.0
"""Seconds without a byte after the boot loader's last words: a quiet kernel's first line came 60 s after them under
emulation, and 130 s on a machine that was busy with other guests."""

SILENT_SHELL = 10.0
"""Seconds of silence after the password after which a shell without a known prompt is probed."""

_ENTER = b"\r"
_KILL_LINE = b"\x15"


def log_in_as_root(
    listener: Listener, credentials: Credentials, deadline: Deadline, *, reattached: bool = False
) -> None:
    """From a booting system to a root shell at its prompt.

    Nothing is sent before the login prompt, as a boot loader may be listening; with `reattached` the prompt
    may have been printed to nobody, and a newline asks for it once the console is silent.
    Raises JobError: `silent-console`, `no-login-prompt`, `login-failed`, `wrong-password`, `password-expired`,
    `not-root`, `no-shell`, `kernel-panic`; ConsoleClosed passes.
    """
    if await_login_prompt(listener, deadline, reattached=reattached):
        _log_in(listener, credentials, deadline)
    user_id = probe_shell(listener, deadline)
    if user_id == 0:
        return
    if credentials.become_root is BecomeRoot.LOGIN:
        raise JobError(
            f"{credentials.user} has logged in, but is not root (user id {user_id})",
            kind="not-root",
            hint="name root as login.user, or say become_root: sudo",
        )
    become_root_by_sudo(listener, credentials, deadline)


def await_login_prompt(listener: Listener, deadline: Deadline, *, reattached: bool = False) -> bool:
    """Wait for a login prompt that stays; False where a re-attached console shows a shell instead."""
    silent, nudge_at = 0.0, NUDGE_AFTER
    while not deadline.expired:
        stood = _standing_prompts(listener)
        quiet = listener.wait_for_quiet(QUIET_AFTER_PROMPT, deadline.nested(2 * QUIET_AFTER_PROMPT))
        stands = _standing_prompts(listener)
        if stands and (quiet or stands == stood):
            return True
        if not quiet:
            silent = 0.0
            continue
        if reattached and SHELL_PROMPT.search(listener.said):
            return False
        silent += QUIET_AFTER_PROMPT
        getty_is_there = reattached or LOGIN_PROMPT_PASSED.search(listener.heard)
        if getty_is_there and silent >= nudge_at:
            listener.send(_ENTER)
            silent, nudge_at = 0.0, nudge_at * 4
        if silent >= SILENT_SYSTEM and _only_the_loader_spoke(listener):
            raise _silent_console(silent)
    raise _no_login_prompt(listener, deadline)


def _standing_prompts(listener: Listener) -> int:
    """How many login prompts were printed, where one is the last thing on the console, the kernel's lines apart."""
    for text in (bytes(listener.heard), listener.said):
        prompts = list(LOGIN_PROMPT.finditer(text))
        if prompts and KERNEL_LINES.fullmatch(text, prompts[-1].end()):
            return len(prompts)
    return 0


def _no_login_prompt(listener: Listener, deadline: Deadline) -> JobError:
    if _after_the_loader(listener):
        return JobError(
            f"the installed system showed no login prompt within {deadline.granted:.0f} s; its last lines:\n"
            + listener.last_lines(),
            kind="no-login-prompt",
            hint="the last lines say how far it came; a slow host needs more time (AUTOINSTALL_BOOT_SECONDS), "
            + _KEEP_CONSOLE,
        )
    return _silent_console(deadline.granted)


def _after_the_loader(listener: Listener) -> bytes:
    """What was said after the boot loader's last words; without such words, all."""
    loaders = [0, *(match.end() for match in LOADER_END.finditer(listener.heard))]
    return bytes(listener.heard[loaders[-1] :]).strip()


def _only_the_loader_spoke(listener: Listener) -> bool:
    return LOADER_END.search(listener.heard) is not None and not _after_the_loader(listener)


def _silent_console(seconds: float) -> JobError:
    return JobError(
        "the installed system does not use this console: after the boot loader it said nothing "
        f"within {seconds:.0f} s",
        kind="silent-console",
        hint=_KEEP_CONSOLE,
    )


_KEEP_CONSOLE = (
    "a system without a getty on this console needs installer.keep_arguments, for example [console=hvc0]"
)


def _log_in(listener: Listener, credentials: Credentials, deadline: Deadline) -> None:
    """From the login prompt to the user's shell. A wrong password is tried once more, then reported."""
    tries = 0
    while tries < PASSWORD_TRIES and not deadline.expired:
        _offer_name(listener, credentials, deadline)
        listener.forget()
        listener.send(credentials.password.reveal().encode(), secret=True)
        listener.send(_ENTER)
        if _await_shell(listener, credentials, deadline):
            return
        too_early = LOGIN_TOO_EARLY.search(listener.heard)
        tries += 0 if too_early else 1
        if tries < PASSWORD_TRIES:
            await_login_prompt(listener, deadline)
    if not tries:
        raise _no_login_prompt(listener, deadline)
    raise JobError(
        f"the installed system does not accept the password of {credentials.user}",
        kind="wrong-password",
        hint=credentials.hint,
    )


def _offer_name(listener: Listener, credentials: Credentials, deadline: Deadline) -> None:
    """Type the name until its echo is whole, then Enter, until the password is asked for."""
    name = credentials.user.encode()
    echo = re.compile(re.escape(name) + rb"[ \t]*(?:\Z|[\r\n\[])")
    for offer in range(OFFERS_OF_NAME):
        if deadline.expired:
            break
        listener.forget()
        listener.send(name if offer == 0 else _KILL_LINE + name)
        if not listener.wait_for_said(echo, deadline.nested(ECHO_LIMIT)):
            continue
        listener.send(_ENTER)
        if listener.wait_for_said(PASSWORD_PROMPT, deadline.nested(PASSWORD_PROMPT_LIMIT)):
            return
    raise JobError(
        f"the login prompt did not take the name {credentials.user}; the console's last lines:\n"
        + listener.last_lines(),
        kind="login-failed",
        hint=credentials.hint,
    )


def _await_shell(listener: Listener, credentials: Credentials, deadline: Deadline) -> bool:
    """After the password: True at a shell, False when the login is refused."""
    while not deadline.expired:
        quiet = listener.wait_for_quiet(PROMPT_SETTLED, deadline.nested(SILENT_SHELL))
        expired = ACCOUNT_EXPIRED.search(listener.heard)
        if expired:
            raise JobError(
                f"the login of {credentials.user} stopped: {listener.shown(expired.group())}",
                kind="password-expired",
                hint="the account asks for a new password, or has run out, before anybody can work with it",
            )
        if LOGIN_WRONG.search(listener.heard) or LOGIN_PROMPT.search(listener.heard):
            return False
        if quiet and SHELL_PROMPT.search(listener.said):
            return True
        if quiet and not listener.hear(min(SILENT_SHELL, deadline.remaining)):
            return True
    raise no_shell(listener, deadline)
