"""The how-to's edits upon the forms that Ubuntu's files had."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoinstall.errors import InvalidFileError, JobError
from autoinstall.guest.edits import comment_line, insert_after
from autoinstall.guest.profiles import (
    call_in_network_interface,
    call_in_networking,
    disable_generator,
    shipped_vmcontext,
    steps_of,
)

FILES = Path(__file__).parent / "files"
NETWORKING = (FILES / "networking.conf").read_text()
TRUSTY = (FILES / "networking.conf.trusty").read_text()
NETWORK_INTERFACE = (FILES / "network-interface.conf").read_text()
GENERATOR = (FILES / "75-persistent-net-generator.rules").read_text()
BLOCK = "pre-start script\n  mkdir -p /run/network\n  /etc/init.d/vmcontext\nend script\n"


def test_the_exec_stanza_becomes_the_howtos_script() -> None:
    edited = call_in_networking(NETWORKING)
    assert edited.text == NETWORKING.replace("pre-start exec mkdir -p /run/network\n", BLOCK)


@pytest.mark.parametrize(
    "spacing", ["pre-start  exec mkdir -p  /run/network  ", "\tpre-start exec\tmkdir -p /run/network"]
)
def test_spacing_does_not_matter(spacing: str) -> None:
    text = NETWORKING.replace("pre-start exec mkdir -p /run/network", spacing)
    assert BLOCK in call_in_networking(text).text


def test_oneirics_folder_stays_the_one_that_is_made() -> None:
    text = NETWORKING.replace("/run/network", "/var/run/network")
    assert BLOCK.replace("/run", "/var/run") in call_in_networking(text).text


def test_an_existing_script_gets_the_call_after_its_folder() -> None:
    edited = call_in_networking(TRUSTY)
    assert (
        "pre-start script\n    mkdir -p /run/network\n    /etc/init.d/vmcontext\n    ifup -a\n" in edited.text
    )


def test_a_script_that_leaves_early_does_so_before_the_call() -> None:
    text = TRUSTY.replace("    mkdir", '    if [ "$X" ]; then\n        exit 0\n    fi\n    mkdir')
    assert "    fi\n    mkdir -p /run/network\n    /etc/init.d/vmcontext\n" in call_in_networking(text).text


def test_a_script_without_the_folder_gets_the_call_first() -> None:
    text = TRUSTY.replace("    mkdir -p /run/network\n", "")
    assert "pre-start script\n    /etc/init.d/vmcontext\n    ifup -a\n" in call_in_networking(text).text


def test_an_unknown_form_is_shown() -> None:
    with pytest.raises(JobError, match="a form that the profile does not know") as failure:
        call_in_networking("exec ifup -a\n")
    assert "exec ifup -a" in failure.value.message


def test_the_interfaces_script_gets_the_call_first() -> None:
    expected = insert_after(NETWORK_INTERFACE, "pre-start script", "    /etc/init.d/vmcontext")
    assert call_in_network_interface(NETWORK_INTERFACE) == expected


def test_a_call_in_a_comment_is_no_call() -> None:
    assert not call_in_network_interface("# /etc/init.d/vmcontext\n" + NETWORK_INTERFACE).already


def test_the_generator_is_commented_like_the_howtos_line() -> None:
    line = 'DRIVERS=="?*", IMPORT{program}="write_net_rules"'
    assert disable_generator(GENERATOR) == comment_line(GENERATOR, line)


def test_the_generators_spacing_does_not_matter() -> None:
    text = GENERATOR.replace('DRIVERS=="?*", IMPORT', ' DRIVERS=="?*",IMPORT').replace(
        'rules"\n', 'rules" # x\n'
    )
    assert '# DRIVERS=="?*",IMPORT{program}="write_net_rules" # x\n' in disable_generator(text).text


@pytest.mark.parametrize(
    ("edit", "text"),
    [
        (call_in_networking, NETWORKING),
        (call_in_networking, TRUSTY),
        (call_in_network_interface, NETWORK_INTERFACE),
        (disable_generator, GENERATOR),
    ],
)
def test_twice_is_once(edit, text: str) -> None:
    once = edit(text)
    again = edit(once.text)
    assert (once.already, again.already, again.text) == (False, True, once.text)


def test_the_profile_names_its_steps() -> None:
    assert [step.name for step in steps_of("opennebula-howto")] == [
        "disable_generator /lib/udev/rules.d/75-persistent-net-generator.rules",
        "empty_file /etc/udev/rules.d/70-persistent-net.rules",
        "empty_file /etc/udev/rules.d/75-persistent-net-generator.rules",
        "put_file /etc/init.d/vmcontext",
        "call_vmcontext /etc/init/networking.conf",
        "call_vmcontext /etc/init/network-interface.conf",
        "enable vmcontext",
        "put_file /etc/systemd/system/vmcontext.service",
        "enable vmcontext.service",
        "prove_context",
    ]
    assert [step.name for step in steps_of("opennebula-context")] == [
        "install_package one-context",
        "prove_context",
    ]


def test_an_unknown_profile_names_the_known_ones() -> None:
    with pytest.raises(InvalidFileError) as failure:
        steps_of("opennebula")
    assert "opennebula-howto" in (failure.value.hint or "")


def test_the_shipped_script_is_the_one_beside_the_answers() -> None:
    answers = Path(__file__).parents[2] / "answers" / "files" / "vmcontext"
    assert shipped_vmcontext() == answers.read_bytes()
