"""What consoles say around a login: the prompts, and the words of refusal. Patterns over text without escapes."""

from __future__ import annotations

import re

LOGIN_PROMPT = re.compile(
    rb"(?m)(?:^|\r)(?!Last )[A-Za-z0-9][A-Za-z0-9.-]* login: ?(?:\Z|[ \t]*\[ *\d+\.\d+\][^\r\n]*)"
)
"""`NAME login: ` at the start of a line and nothing after it, unless the kernel spoke there."""

LOGIN_PROMPT_PASSED = re.compile(rb"(?m)(?:^|\r)(?!Last )[A-Za-z0-9][A-Za-z0-9.-]* login:[ \t]*[\r\n]")
"""A login prompt that other lines followed: services that still start print over it, and it is not repeated."""

KERNEL_LINES = re.compile(rb"(?:\s*\[ *\d+\.\d+\][^\r\n]*)*\s*")

_PASSWORD_WORDS = (
    "password", "passwort", "mot de passe", "contraseña", "senha", "wachtwoord", "parola", "пароль",
    "パスワード", "密码", "密碼", "암호", "hasło", "heslo", "lösenord", "salasana", "adgangskode",
)  # fmt: skip

PASSWORD_PROMPT = re.compile(
    (
        r"(?im)(?:^|\r)[^\r\n]{0,60}(?:" + "|".join(_PASSWORD_WORDS) + r")[^\r\n:]{0,60}(?::|：)[ \t]*\Z"
    ).encode()
)
"""`Password: ` as the last thing on the console; login and sudo speak the system's language."""

SHELL_PROMPT = re.compile(rb"(?m)(?:^|\r)[^\r\n]*[$#%>][ \t]?\Z")

LOGIN_WRONG = re.compile(rb"(?m)(?:^|\r)(?:Login incorrect|Authentication failure)")

ACCOUNT_EXPIRED = re.compile(
    rb"(?im)[^\r\n]*(?:required to change your password|password (?:has )?expired|account has expired|"
    rb"^\(current\) unix password:|^current password:|^new password:)[^\r\n]*"
)

LOGIN_TOO_EARLY = re.compile(rb"(?i)system is booting up|not permitted to log in yet")
"""pam_nologin while systemd still starts."""

SUDO_PROMPT = re.compile(rb"(?m)(?:^|\r)\[sudo[^\]\r\n]*\][^\r\n]*(?::|\xef\xbc\x9a)[ \t]*\Z")

SUDO_WRONG = re.compile(rb"Sorry, try again|incorrect password attempt")

SUDO_REFUSED = re.compile(
    rb"[^\r\n]*(?:not in the sudoers file|may not run sudo|not allowed to (?:execute|run)|"
    rb"sudo: (?:command )?not found|sudo: must be setuid|sudo: [^\r\n]*must be owned by)[^\r\n]*"
)

LOADER_END = re.compile(
    rb"(?im)Will boot selected entry in[^\r\n]*seconds?|will be executed automatically in[^\r\n]*|"
    rb"^[ \r]*Loading (?:Linux|initial ramdisk)[^\r\n]*|^[ \r]*Booting [`'a][^\r\n]*|to parse /boot/[^\r\n]*"
)
"""The last words of pygrub and GRUB (whose lines end in LF CR) before the system itself speaks."""
