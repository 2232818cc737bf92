"""Boots, reboots and ends as the console's text tells them, however it is cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoinstall.installer.lifecycle import Happening, Lifecycle

STORY = (
    "[    0.000000] Linux version 3.2.0-23-virtual (buildd@crested)\r\n"
    "Starting system log daemon: syslogd, klogd.\r\n"
    "\x1b[1;24r\x1b[HRebooting into your new system...\r\n"
    "\rThe system is going down NOW!\r\n\rRequesting system reboot\r\n"
    "[  731.120000] Restarting system.\r\n"
    "[    0.000000] Linux version 3.2.0-23-virtual\r\n"
    "Starting system log daemon: syslogd, klogd.\r\n"
)
TOLD = (
    Happening.KERNEL_BOOT,
    Happening.INSTALLER_STARTED,
    Happening.INSTALLATION_COMPLETE,
    Happening.REBOOT,
    Happening.KERNEL_BOOT,
    Happening.INSTALLER_AGAIN,
)


@given(st.lists(st.integers(0, len(STORY)), max_size=20))
def test_the_same_story_however_it_is_cut(cuts: list[int]) -> None:
    lifecycle = Lifecycle()
    places = [0, *sorted(cuts), len(STORY)]
    told = [one for start, end in pairwise(places) for one in lifecycle.feed(STORY[start:end])]
    assert tuple(told) == TOLD
    assert lifecycle.over


@pytest.mark.parametrize(
    "line",
    [
        "The system is going down NOW!\r\n",
        "Loading Linux 6.12.117+deb13-amd64 ...\r\n",
        "my login: name\r\n",
        " halted by root\r\n",
    ],
)
def test_lines_that_only_look_like_an_event(line: str) -> None:
    assert Lifecycle().feed(line) == ()


@pytest.mark.parametrize(
    ("line", "happening"),
    [
        ("\r\nubuntu login: ", Happening.LOGIN_PROMPT),
        ("[   12.1] reboot: Power down\r\n", Happening.SHUTDOWN),
        ("[   12.1] System halted.\r\n", Happening.SHUTDOWN),
        ("[    3.4] Kernel panic - not syncing: VFS: Unable to mount root fs\r\n", Happening.KERNEL_PANIC),
    ],
)
def test_single_events(line: str, happening: Happening) -> None:
    assert Lifecycle().feed(line) == (happening,)


def test_a_reboot_before_the_end_is_over_but_not_complete() -> None:
    lifecycle = Lifecycle()
    lifecycle.feed("[    0.0] Linux version 3.2\r\n")
    lifecycle.saw_dialog()
    lifecycle.feed("[    0.0] Linux version 3.2\r\n")
    assert (lifecycle.over, lifecycle.complete) == (True, False)


@pytest.mark.parametrize("line", ["\rRequesting system poweroff\r\n", "[  731.1] System halted.\r\n"])
def test_the_guest_says_itself_that_it_goes_down(line: str) -> None:
    lifecycle = Lifecycle()
    lifecycle.feed(line)
    assert (lifecycle.going_down, lifecycle.rebooted) == (True, False)
