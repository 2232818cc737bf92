"""Logging in on a real terminal where a getty, a login and a sudo of ours sit before a real shell."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autoinstall.answers.answer import Place
from autoinstall.answers.secret import Secret
from autoinstall.console.channel import Channel, ConsoleClosed, attach
from autoinstall.deadline import Deadline
from autoinstall.errors import JobError
from autoinstall.guest import login
from autoinstall.guest.credentials import BecomeRoot, Credentials
from autoinstall.guest.listener import Listener
from autoinstall.guest.login import log_in_as_root
from autoinstall.guest.probe import probe_shell
from autoinstall.recording.mask import Masker
from autoinstall.recording.recorder import Recorder

FAKE = Path(__file__).parent / "fake_system.py"
PASSWORD = Secret("user_password", "secret one")
UBUNTU = Credentials("ubuntu", PASSWORD, place=Place("answers.yaml", 7, 3))
ROOT = Credentials("root", PASSWORD, BecomeRoot.LOGIN)

Boot = Callable[..., Listener]


@pytest.fixture
def seen(tmp_path: Path) -> Path:
    """The file in which the system writes down each name and password that it is given."""
    return tmp_path / "seen"


@pytest.fixture
def boot(tmp_path: Path, seen: Path) -> Iterator[Boot]:
    channels: list[Channel] = []
    recorders: list[Recorder] = []

    def booted(recorder: Recorder | None = None, **given: Any) -> Listener:
        channel = attach(
            [sys.executable, str(FAKE), json.dumps({"seen": str(seen)} | given)],
            recorder=recorder,
            cwd=tmp_path,
        )
        channels.append(channel)
        recorders.extend([recorder] if recorder else [])
        return Listener(channel, [PASSWORD])

    yield booted
    for channel in channels:
        channel.close()
    for recorder in recorders:
        recorder.close()


def log_in(
    listener: Listener, credentials: Credentials = UBUNTU, seconds: float = 60, **options: bool
) -> None:
    log_in_as_root(listener, credentials, Deadline.after(seconds), **options)
    assert probe_shell(listener, Deadline.after(25)) == 0


def refused(listener: Listener, credentials: Credentials = UBUNTU, seconds: float = 60) -> JobError:
    with pytest.raises(JobError) as failure:
        log_in_as_root(listener, credentials, Deadline.after(seconds))
    assert PASSWORD.reveal() not in failure.value.message + str(failure.value.hint)
    return failure.value


def test_a_user_logs_in_and_becomes_root_by_sudo(boot: Boot, seen: Path) -> None:
    log_in(boot())
    assert seen.read_text() == "ubuntu:secret one\nsudo:secret one\n"


def test_root_logs_in_without_sudo(boot: Boot, seen: Path) -> None:
    log_in(boot(user="root", sudo="absent"), ROOT)
    assert seen.read_text() == "root:secret one\n"


def test_sudo_that_asks_nothing(boot: Boot, seen: Path) -> None:
    log_in(boot(sudo="free"))
    assert seen.read_text() == "ubuntu:secret one\n"


def test_a_dash_is_a_shell_too(boot: Boot) -> None:
    log_in(boot(shell=["dash", "-i"]))


def test_a_name_that_getty_threw_away_is_offered_again(boot: Boot, seen: Path) -> None:
    log_in(boot(flush=2.5))
    assert seen.read_text().startswith("ubuntu:secret one\n")


@pytest.mark.parametrize(
    "text",
    [
        "[   12.345678] xen-blkfront: xvda: flush: disabled\r\n[   13.000000] eth0: up\r\n",
        "\r\n * Starting OpenSSH server        [ OK ]\r\n",
        "\x1b[!p\x1b]104\x07\x1b[?7h\x1b[6n\x1b[32766;32766H\x1b[6n",
    ],
)
def test_a_prompt_that_others_printed_over_is_a_prompt(boot: Boot, text: str) -> None:
    log_in(boot(after_prompt=text))


def test_a_kernel_that_never_is_quiet(boot: Boot, seen: Path) -> None:
    log_in(boot(chatter=0.35), seconds=40)
    assert seen.read_text() == "ubuntu:secret one\nsudo:secret one\n"


def test_a_host_with_the_users_name(boot: Boot, seen: Path) -> None:
    log_in(boot(host="ubuntu", flush=2.5))
    assert seen.read_text().startswith("ubuntu:secret one\n")


def test_text_that_speaks_of_a_login_is_no_prompt(boot: Boot, seen: Path) -> None:
    log_in(boot(boot="fake login: is what comes\r\nplease login: \r\n the login: here\r\n"))
    assert seen.read_text() == "ubuntu:secret one\nsudo:secret one\n"


def test_a_wrong_password_is_tried_twice_and_no_more(boot: Boot, seen: Path) -> None:
    failure = refused(boot(password="another"))
    assert failure.kind == "wrong-password"
    assert "answers.yaml:7:3" in (failure.hint or "")
    assert "login.password" in (failure.hint or "")
    assert seen.read_text() == "ubuntu:secret one\n" * 2


def test_a_password_that_arrived_damaged_gets_its_second_chance(boot: Boot) -> None:
    log_in(boot(refuse=1))


def test_a_system_that_is_not_up_yet_is_asked_again(boot: Boot, seen: Path) -> None:
    log_in(boot(too_early=3))
    assert seen.read_text().count("ubuntu:") == 4


def test_an_expired_password_is_said(boot: Boot) -> None:
    failure = refused(boot(expired=True))
    assert failure.kind == "password-expired"
    assert "required to change your password" in failure.message


def test_sudo_gets_a_password_once(boot: Boot, seen: Path) -> None:
    failure = refused(boot(sudo_password="another"))
    assert (failure.kind, failure.message) == (
        "wrong-password",
        "sudo does not accept the password of ubuntu",
    )
    assert seen.read_text().count("sudo:secret one") == 1


@pytest.mark.parametrize(("sudo", "words"), [("refuse", "not in the sudoers file"), ("absent", "sudo")])
def test_a_user_whom_sudo_refuses(boot: Boot, sudo: str, words: str) -> None:
    failure = refused(boot(sudo=sudo))
    assert failure.kind == "not-a-sudoer"
    assert words in failure.message


def test_a_login_that_is_not_roots(boot: Boot) -> None:
    failure = refused(boot(), Credentials("ubuntu", PASSWORD, BecomeRoot.LOGIN))
    assert failure.kind == "not-root"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "    pyGRUB  version 0.6\r\n Ubuntu\r\n\x1b[20;5HWill boot selected entry in  1 seconds\x1b[24;1H\r\n",
    ],
)
def test_a_silent_console(boot: Boot, seen: Path, text: str) -> None:
    failure = refused(boot(boot=text, prompted=False), seconds=3)
    assert failure.kind == "silent-console"
    assert "the installed system does not use this console" in failure.message


GRUB = "Booting `Debian GNU/Linux'\n\r\n\rLoading Linux 6.12.117 ...\n\rLoading initial ramdisk ...\n\r"
"""What Debian 13's GRUB says on a serial line before the kernel takes over."""


def test_a_system_that_is_silent_after_its_boot_loader_is_not_waited_for_to_the_end(
    boot: Boot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "SILENT_SYSTEM", 2.0)
    failure = refused(boot(boot=GRUB, prompted=False), seconds=60)
    assert failure.kind == "silent-console"
    assert "said nothing within 2 s" in failure.message
    assert "keep_arguments" in (failure.hint or "")


def test_a_system_that_spoke_after_its_boot_loader_is_waited_for(
    boot: Boot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "SILENT_SYSTEM", 1.0)
    text = GRUB + "/dev/vda1: clean, 20483/493856 files\n\r"
    assert refused(boot(boot=text, prompted=False), seconds=4).kind == "no-login-prompt"


def test_a_boot_that_stops_before_the_prompt_shows_how_far_it_came(boot: Boot) -> None:
    failure = refused(boot(prompted=False), seconds=3)
    assert failure.kind == "no-login-prompt"
    assert "mountall: Event failed" in failure.message


def test_a_kernel_panic_ends_every_wait(boot: Boot) -> None:
    text = "[    1.0] Kernel panic - not syncing: VFS: Unable to mount root fs\r\n"
    failure = refused(boot(boot=text, prompted=False))
    assert failure.kind == "kernel-panic"
    assert "VFS: Unable to mount root fs" in failure.message


def test_nothing_is_sent_before_a_prompt(boot: Boot, tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "x.cast", columns=80, lines=24, mask=Masker([]))
    refused(boot(recorder, boot="Will boot selected entry in 5 seconds\r\n", prompted=False), seconds=4)
    assert '"i"' not in (tmp_path / "x.cast").read_text()


def test_a_prompt_printed_to_nobody_is_asked_for_after_a_reattach(boot: Boot) -> None:
    log_in(boot(boot="", prompted=False), reattached=True)


def test_a_shell_that_is_still_there_after_a_reattach(boot: Boot) -> None:
    listener = boot()
    log_in(listener)
    listener.forget()
    log_in(listener, reattached=True)


def test_the_end_of_the_console_passes(boot: Boot) -> None:
    listener = Listener(attach(["printf", "bye"], recorder=None))
    with pytest.raises(ConsoleClosed):
        log_in(listener)


def test_the_password_is_recorded_as_stars(boot: Boot, tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "x.cast", columns=80, lines=24, mask=Masker([PASSWORD]))
    log_in(boot(recorder))
    text = (tmp_path / "x.cast").read_text()
    assert "secret" not in text
    assert text.count('"**********"') == 2
