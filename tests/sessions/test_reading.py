"""What is read from a recording: each question once, with the answer that its operator gave."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoinstall.dialog.model import Kind
from autoinstall.recording.asciicast import INPUT, MARKER, OUTPUT, CastEvent, Recording, read_cast
from autoinstall.sessions.reading import read_session
from autoinstall.sessions.session import Session
from tests.rigs import eighteen
from tests.sessions.conftest import (
    DEBIAN_12,
    DEBIAN_12_TEXT,
    DEBIAN_13,
    REHEARSED,
    ReadSession,
    of_any_release,
)

ANSWERS: dict[str, Any] = {
    "localechooser/languagelist": "English",
    "localechooser/shortlist/en": "Ireland",
    "console-setup/ask_detect": False,
    "keyboard-configuration/layout": "French",
    "netcfg/get_hostname": "lab1",
    "mirror/http/countries": "enter information manually",
    "mirror/http/hostname": "old-releases.ubuntu.com",
    "mirror/bad": "Continue",
    "mirror/http/proxy": "http://10.0.2.2:3142/",
    "passwd/user-fullname": "Ubuntu User",
    "passwd/username": "ubuntu",
    "passwd/user-password": "***",
    "passwd/user-password-again": "***",
    "user-setup/password-weak": True,
    "partman/confirm_nooverwrite": True,
    "tasksel/first": ("OpenSSH server", "Manual package selection"),
    "clock-setup/utc": False,
    "finish-install/reboot_in_progress": "Continue",
}


def answers(session: Session) -> list[tuple[str | None, Any]]:
    return [(one.name, one.answer) for one in session.dialogs if one.document["kind"] != "progress"]


def with_events(recording: Recording, events: list[CastEvent]) -> Recording:
    return replace(recording, events=tuple(events))


def test_each_question_of_the_real_frontend_is_read_once_with_its_answer(eighteen_session: Session) -> None:
    assert answers(eighteen_session) == list(ANSWERS.items())
    assert list(ANSWERS) == [step.questions[0] for step in eighteen.STEPS]


def test_a_dialog_is_told_as_it_came_up(eighteen_session: Session) -> None:
    told = {one.name: one.document for one in eighteen_session.dialogs}
    layout = told["keyboard-configuration/layout"]
    assert layout["focus"] == "English (US)"
    assert {"Afghani", "French", "Ukrainian"} <= set(layout["choices"])
    assert layout["answer"] == "French"
    assert (told["netcfg/get_hostname"]["value"], told["netcfg/get_hostname"]["focus"]) == ("ubuntu", None)
    assert told["tasksel/first"]["checked"] == ["DNS server", "LAMP server"]
    assert told["tasksel/first"]["answer"] == ["OpenSSH server", "Manual package selection"]
    assert told["user-setup/password-weak"]["focus"] == "No"
    assert told["passwd/user-password"]["value"] is None
    assert told["mirror/bad"]["kind"] == "error"
    assert told["localechooser/shortlist/en"]["prompt"] == "Country, territory or area:"
    assert told["localechooser/languagelist"]["priority"] == "critical"


def test_the_real_installer_of_debian_12() -> None:
    session = read_session(read_cast(DEBIAN_12), of_any_release())
    assert answers(session) == [
        ("localechooser/languagelist", "English"),
        ("localechooser/shortlist/en", "other"),
        ("localechooser/continentlist", "Asia"),
        ("localechooser/countrylist/Asia", "Türkiye"),
        ("localechooser/preferred-locale", "United Kingdom - en_GB.UTF-8"),
        ("keyboard-configuration/xkb-keymap", "American English"),
        ("netcfg/get_hostname", "lab1"),
        ("netcfg/get_domain", "example.org"),
        ("mirror/http/countries", "enter information manually"),
        ("mirror/http/hostname", "archive.example.org"),
        ("mirror/http/directory", "/archive"),
        ("mirror/http/proxy", "http://127.0.0.1:9/"),
        ("mirror/bad", None),
    ]
    assert [one.event for one in session.events] == ["kernel-boot", "installer-started", "console-closed"]
    assert session.bytes == sum(
        len(event.text.encode()) for event in read_cast(DEBIAN_12).events if event.code == "o"
    )


def test_the_text_frontend_of_the_real_installer_of_debian_12() -> None:
    session = read_session(read_cast(DEBIAN_12_TEXT), of_any_release())
    to_the_mirror = [
        ("mirror/http/countries", "enter information manually"),
        ("mirror/http/hostname", "mirror.example"),
        ("mirror/http/directory", "/debian"),
        ("mirror/http/proxy", "http://127.0.0.1:9/"),
    ]
    assert answers(session) == [
        ("localechooser/languagelist", "English"),
        ("localechooser/shortlist/en", "other"),
        ("localechooser/continentlist", "Asia"),
        ("localechooser/countrylist/Asia", "Türkiye"),
        ("localechooser/preferred-locale", "United Kingdom - en_GB.UTF-8"),
        ("keyboard-configuration/xkb-keymap", "American English"),
        ("netcfg/get_hostname", "lab1"),
        ("netcfg/get_domain", "example.org"),
        *to_the_mirror,
        ("mirror/bad", "Go Back"),
        ("debian-installer/main-menu", "Choose a mirror of the Debian archive"),
        *to_the_mirror,
        ("mirror/bad", None),
    ]
    told = {one.name: one.document for one in session.dialogs}
    keymaps = told["keyboard-configuration/xkb-keymap"]
    assert (keymaps["kind"], len(keymaps["choices"]), keymaps["focus"]) == ("select", 84, "British English")
    assert keymaps["title"] == "Configure the keyboard"
    assert told["localechooser/languagelist"]["title"] == "Select a language"
    assert told["netcfg/get_hostname"]["prompt"] == "Hostname:"
    assert told["netcfg/get_hostname"]["value"] == "debian"
    assert told["mirror/bad"]["buttons"] == ["Press enter to continue"]
    boxes = [one for one in session.dialogs if one.dialog.kind is Kind.PROGRESS]
    assert [one.dialog.title for one in boxes][-2:] == [
        "Configuring the network with DHCP",
        "Checking the Debian archive mirror",
    ]


def test_a_whole_real_installation_of_debian_13() -> None:
    session = read_session(read_cast(DEBIAN_13), of_any_release())
    assert answers(session) == [
        ("localechooser/languagelist", "English"),
        ("localechooser/shortlist/en", "United Kingdom"),
        ("keyboard-configuration/xkb-keymap", "British English"),
        ("netcfg/get_hostname", "debian"),
        ("netcfg/get_domain", ""),
        ("mirror/http/countries", "enter information manually"),
        ("mirror/http/hostname", "mirror.example"),
        ("mirror/http/directory", "/debian"),
        ("mirror/http/proxy", "http://10.0.2.2:38181/"),
        ("passwd/root-password", "***"),
        ("passwd/root-password-again", "***"),
        ("passwd/user-fullname", "Debian User"),
        ("passwd/username", "debian"),
        ("passwd/user-password", "***"),
        ("passwd/user-password-again", "***"),
        ("partman-auto/init_automatically_partition", "Guided - use entire disk"),
        ("partman-auto/select_disk", "Virtual disk 1 (vda) - 8.6 GB Virtio Block Device"),
        ("partman-auto/choose_recipe", "All files in one partition (recommended for new users)"),
        ("partman/choose_partition", "Finish partitioning and write changes to disk"),
        ("partman/confirm_nooverwrite", True),
        ("popularity-contest/participate", False),
        ("tasksel/first", ()),
        ("grub-installer/only_debian", True),
        ("grub-installer/choose_bootdev", "/dev/vda"),
        ("finish-install/reboot_in_progress", "Continue"),
        ("localechooser/languagelist", None),
    ]
    assert [one.event for one in session.events] == [
        "kernel-boot",
        "installer-started",
        "installation-complete",
        "reboot",
        "kernel-boot",
        "installer-again",
        "console-closed",
    ]


def test_an_installer_that_came_up_again_was_answered_by_nobody() -> None:
    session = read_session(read_cast(REHEARSED), of_any_release())
    assert [one.event for one in session.events] == [
        "kernel-boot",
        "installer-started",
        "installation-complete",
        "reboot",
        "console-closed",
        "kernel-boot",
        "installer-again",
        "console-closed",
    ]
    assert answers(session)[-2:] == [
        ("finish-install/reboot_in_progress", "Continue"),
        ("localechooser/languagelist", None),
    ]


def test_progress_boxes_in_a_row_with_one_title_are_one() -> None:
    session = read_session(read_cast(REHEARSED), of_any_release())
    titles = [one.dialog.title for one in session.dialogs if one.document["kind"] == "progress"]
    assert titles.count("Select and install software") == 1
    assert titles.index("Configuring apt") + 1 == titles.index("Select and install software")
    assert all(one.answer is None for one in session.dialogs if one.document["kind"] == "progress")


def test_without_its_input_the_answers_are_what_the_screen_showed(
    eighteen_recording: Recording, read_eighteen: ReadSession
) -> None:
    watched = [event for event in eighteen_recording.events if event.code != INPUT]
    assert answers(read_eighteen(with_events(eighteen_recording, watched))) == list(ANSWERS.items())


@settings(max_examples=10)
@given(data=st.data())
def test_any_chunking_of_the_same_bytes_is_the_same_session(
    data: st.DataObject, eighteen_recording: Recording, read_eighteen: ReadSession, eighteen_session: Session
) -> None:
    sizes = data.draw(st.lists(st.integers(1, 400), min_size=1, max_size=20))
    assert answers(
        read_eighteen(with_events(eighteen_recording, rechunked(eighteen_recording, sizes)))
    ) == answers(eighteen_session)


def rechunked(recording: Recording, sizes: list[int]) -> list[CastEvent]:
    """The same bytes at the same times, in pieces of these sizes over and over."""
    events: list[CastEvent] = []
    for event in recording.events:
        if event.code != OUTPUT:
            events.append(event)
            continue
        rest, index = event.data, 0
        while rest:
            size = sizes[index % len(sizes)]
            events.append(CastEvent(event.at, OUTPUT, "", rest[:size]))
            rest, index = rest[size:], index + 1
    return events


@settings(max_examples=10)
@given(place=st.floats(0, 1))
def test_a_paint_that_comes_twice_is_no_second_question(
    place: float, eighteen_recording: Recording, read_eighteen: ReadSession, eighteen_session: Session
) -> None:
    events = list(eighteen_recording.events)
    typed = [number for number, event in enumerate(events) if event.code == INPUT]
    number = typed[int(place * (len(typed) - 1))]
    began = max((before for before in range(number) if events[before].data == b"\r"), default=-1) + 1
    paint = [replace(event, at=events[number].at) for event in events[began:number] if event.code == OUTPUT]
    found = read_eighteen(with_events(eighteen_recording, [*events[:number], *paint, *events[number:]]))
    assert answers(found) == answers(eighteen_session)


@settings(max_examples=15)
@given(cut=st.floats(0, 1))
def test_a_tail_that_is_cut_off_takes_only_its_dialogs_along(
    cut: float, eighteen_recording: Recording, read_eighteen: ReadSession, eighteen_session: Session
) -> None:
    events = eighteen_recording.events[: int(len(eighteen_recording.events) * cut)]
    whole, found = (
        answers(eighteen_session),
        answers(read_eighteen(with_events(eighteen_recording, list(events)))),
    )
    assert [name for name, _ in found] == [name for name, _ in whole[: len(found)]]
    assert found[:-1] == whole[: len(found) - 1] if found else True
    assert not found or found[-1][1] in (None, whole[len(found) - 1][1])


@settings(max_examples=15)
@given(place=st.floats(0, 1))
def test_a_kernel_line_over_a_dialog_is_no_dialog(
    place: float, eighteen_recording: Recording, read_eighteen: ReadSession, eighteen_session: Session
) -> None:
    typed = [number for number, event in enumerate(eighteen_recording.events) if event.code == INPUT]
    number = typed[int(place * (len(typed) - 1))]
    before = eighteen_recording.events[number]
    line = CastEvent(before.at, OUTPUT, "\r\n[  123.456789] eth0: link becomes ready\r\n")
    events = [*eighteen_recording.events[:number], line, *eighteen_recording.events[number:]]
    found = [name for name, _ in answers(read_eighteen(with_events(eighteen_recording, events)))]
    assert [name for name in dict.fromkeys(found) if name] == [
        name for name, _ in answers(eighteen_session) if name in found
    ]
    assert len(found) == len(set(found))


def test_a_console_that_was_attached_again_shows_the_same_dialog(
    eighteen_recording: Recording, read_eighteen: ReadSession, eighteen_session: Session
) -> None:
    """The console is lost right after a dialog was painted, and what comes on the next one is that paint again."""
    events = list(eighteen_recording.events)
    typed = [number for number, event in enumerate(events) if event.code == INPUT]
    first = typed[0]
    paint = [replace(event, at=events[first].at) for event in events[:first] if event.code == OUTPUT]
    marker = CastEvent(events[first].at, MARKER, "console-closed")
    found = read_eighteen(with_events(eighteen_recording, [*events[:first], marker, *paint, *events[first:]]))
    assert answers(found) == answers(eighteen_session)
    assert [one.event for one in found.events].count("console-closed") == 2


@pytest.mark.parametrize(
    "text", ["\x1b]0;title\x07", "\x1bP" + "x" * 70_000, "\x1b[" + "9" * 5000 + ";1H", "\x00\ud7ff"]
)
def test_hostile_bytes_are_read_over(
    text: str, eighteen_recording: Recording, read_eighteen: ReadSession
) -> None:
    hostile = CastEvent(0.0, OUTPUT, text + "\x1b\\\x1b[H\x1b[2J")
    found = read_eighteen(with_events(eighteen_recording, [hostile, *eighteen_recording.events]))
    assert answers(found)[-1] == ("finish-install/reboot_in_progress", "Continue")
