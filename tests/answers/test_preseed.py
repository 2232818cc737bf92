"""Preseed files in and out: every setting that an installer reads is answered, carried, or refused by name."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from autoinstall.answers.from_preseed import Imported, import_preseed
from autoinstall.answers.loading import load
from autoinstall.answers.model import Answers
from autoinstall.answers.preseed import TYPES, PreseedLine, read_preseed, write_preseed
from autoinstall.answers.template import TemplateContext
from autoinstall.answers.to_preseed import Described, export_preseed
from autoinstall.catalogue.shipped import load_shipped
from autoinstall.errors import InvalidFileError

HOW_TO = """\
# the default route of 12.04, in another order
d-i debian-installer/locale string en_US.UTF-8
d-i keyboard-configuration/layoutcode string us
d-i netcfg/get_hostname string ubuntu
d-i mirror/country string manual
d-i mirror/http/hostname string old-releases.example.org
d-i mirror/http/directory string /ubuntu
d-i mirror/http/proxy string
d-i passwd/user-fullname string Ubuntu User
d-i passwd/user-password password swordfish
d-i passwd/user-password-again password swordfish
d-i user-setup/allow-password-weak boolean true
d-i clock-setup/utc boolean true
d-i time/zone string Europe/Madrid
d-i partman-auto/method string regular
d-i partman-auto/choose_recipe select atomic
d-i partman/choose_partition select finish
d-i partman/confirm_nooverwrite boolean true
tasksel tasksel/first multiselect OpenSSH server, \\
    Manual package selection
d-i pkgsel/update-policy select none
d-i grub-installer/only_debian boolean true
d-i debian-installer/add-kernel-opts string console=hvc0 quiet
d-i netcfg/disable_dhcp boolean true
d-i preseed/late_command string in-target touch '/srv/a b' ; in-target sh -c 'echo $HOME >/srv/home'
d-i finish-install/reboot_in_progress note
"""

PASSWORDS = ("passwd/user-password", "passwd/user-password-again")


def imported(text: str) -> Imported:
    catalogue = load_shipped()
    return import_preseed(read_preseed(text), lambda name: name in catalogue)


def answers_of(found: Imported, folder: Path) -> Answers:
    path = folder / "mine.yaml"
    path.write_text(found.text("mine"))
    return load(path, context=TemplateContext("deadbeef"), for_build=False)


def described(name: str) -> Described | None:
    question = load_shipped().get(name)
    if question is None:
        return None
    return Described(question.type, dict(zip(question.english.choices, question.values, strict=False)))


def settings(lines: list[PreseedLine]) -> dict[str, str]:
    return {line.question: line.value for line in lines}


def test_each_setting_is_the_answer_to_its_dialog() -> None:
    found = imported(HOW_TO)
    assert found.questions == {
        "localechooser/languagelist": "en",
        "localechooser/shortlist/en": "US",
        "keyboard-configuration/layout": "English (US)",
        "keyboard-configuration/variant": "English (US)",
        "keyboard-configuration/xkb-keymap": "us",
        "netcfg/get_hostname": "ubuntu",
        "mirror/http/countries": "manual",
        "mirror/http/hostname": "old-releases.example.org",
        "mirror/http/directory": "/ubuntu",
        "mirror/http/proxy": "",
        "passwd/user-fullname": "Ubuntu User",
        "user-setup/password-weak": "true",
        "clock-setup/utc": "true",
        "time/zone": "Europe/Madrid",
        "partman-auto/init_automatically_partition": "Guided - use entire disk",
        "partman-auto/choose_recipe": "atomic",
        "partman/choose_partition": "finish",
        "partman/confirm_nooverwrite": "true",
        "tasksel/first": ("OpenSSH server", "Manual package selection"),
        "pkgsel/update-policy": "none",
        "grub-installer/only_debian": "true",
    }
    assert found.secrets == {"passwd/user-password": "user_password"}
    assert found.arguments == ["netcfg/disable_dhcp=true"]
    assert found.keep_arguments == ["console=hvc0", "quiet"]
    assert found.commands == ["touch '/srv/a b'", "echo $HOME >/srv/home"]
    assert "swordfish" not in found.text("mine") + repr(found)


def test_a_round_trip_loses_nothing_that_the_installer_reads(tmp_path: Path) -> None:
    once = export_preseed(answers_of(imported(HOW_TO), tmp_path), described)
    before = settings(read_preseed(HOW_TO))
    again = settings(read_preseed(write_preseed(once.lines)))
    locale = before.pop("debian-installer/locale")
    assert locale.startswith(f"{again['debian-installer/language']}_{again['debian-installer/country']}")
    commands = before.pop("preseed/late_command"), again.pop("preseed/late_command")
    assert imported(f"d-i preseed/late_command string {commands[1]}").commands == imported(HOW_TO).commands
    before["tasksel/first"] = ", ".join(part.strip() for part in before["tasksel/first"].split(","))
    for name in PASSWORDS:
        assert before.pop(name) == "swordfish"
        assert name not in again
        assert f"d-i {name} password (the secret user_password)" in once.lines
    assert {name: again.get(name) for name in before} == before
    twice = export_preseed(answers_of(imported(write_preseed(once.lines)), tmp_path), described)
    passwords = {f"d-i {name} password (the secret user_password)" for name in PASSWORDS}
    assert {*map(str, twice.lines[1:]), *passwords} == {*map(str, once.lines[1:])}


@pytest.mark.skipif(shutil.which("debconf-set-selections") is None, reason="needs debconf")
def test_debconf_itself_takes_what_is_exported(tmp_path: Path) -> None:
    exported = export_preseed(answers_of(imported(HOW_TO), tmp_path), described)
    path = tmp_path / "preseed.cfg"
    path.write_text(write_preseed(exported.lines))
    check = ["debconf-set-selections", "--checkonly", str(path)]
    done = subprocess.run(check, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("line", "refused", "word"),
    [
        ("d-i preseed/early_command string anna-install x", True, "overlay"),
        ("d-i partman/early_command string true", True, "overlay"),
        ("d-i preseed/late_command string cp /cdrom/x /target/srv", True, "below guest:"),
        ('d-i preseed/late_command string in-target sh -c "echo $HOME"', True, "below guest:"),
        ("d-i preseed/late_command string in-target echo x > /target/x", True, "below guest:"),
        ("d-i preseed/late_command string in-target echo 'x", True, "below guest:"),
        ("d-i preseed/late_command string in-target", True, "below guest:"),
        (
            "d-i preseed/late_command string in-target sh -c 'echo root:swordfish | chpasswd'",
            True,
            "a password",
        ),
        ("d-i preseed/late_command string in-target usermod -p swordfish root", True, "a password"),
        ("d-i passwd/root-password string swordfish", False, "as the secret root_password"),
        ("d-i netcfg/wireless_wpa string swordfish", False, "as the secret wireless_wpa"),
        ("d-i partman-crypto/passphrase string swordfish", False, "as the secret passphrase"),
        ("d-i mirror/http/proxy string http://me:swordfish@10.0.2.2:3142/", False, "as the secret proxy"),
        ("d-i netcfg/get_hostname seen true", False, "seen flag"),
        ("d-i passwd/user-password-crypted password $6$x", False, "dialogs take no hash"),
        ("postfix postfix/main_mailer_type select Internet Site", False, "no dialog that is known"),
    ],
)
def test_what_cannot_be_carried_is_named_with_its_reason(line: str, refused: bool, word: str) -> None:
    found = imported(f"# first\n{line}\n")
    (remark,) = found.remarks
    assert (remark.line, remark.question, remark.refused) == (2, line.split()[1], refused)
    assert word in remark.message
    assert not found.commands
    assert not re.search(r"swordfish|\$6\$", found.text("mine") + repr(found))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("d-i netcfg/get_hostname\n", "preseed:1:1: "),
        ("\n#\nd-i a/b wrong c\n", "preseed:3:9: the third word is no type"),
    ],
)
def test_a_line_that_is_no_setting_is_told_with_its_place(text: str, place: str) -> None:
    with pytest.raises(InvalidFileError) as caught:
        read_preseed(text)
    assert caught.value.message.startswith(place)


def test_a_password_that_stands_where_its_type_should_is_not_told() -> None:
    with pytest.raises(InvalidFileError) as caught:
        read_preseed("d-i passwd/user-password swordfish\n")
    assert "swordfish" not in str(caught.value) + str(caught.value.hint)


def test_text_that_looks_like_a_template_stays_what_it_is(tmp_path: Path) -> None:
    text = "d-i netcfg/get_domain string {{ env.HOME }}{% x\n"
    found = answers_of(imported(text), tmp_path)
    assert found.book.answers[0].value == "{{ env.HOME }}{% x"


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp", "Zs")), min_size=1, max_size=8
)
VALUES = st.lists(WORDS, max_size=3).map(" ".join).filter(lambda value: not value.endswith("\\"))
LINES = st.lists(
    st.builds(
        PreseedLine,
        WORDS.filter(lambda word: not word.startswith(("#", "\ufeff"))),
        WORDS,
        st.sampled_from(TYPES),
        VALUES,
    )
)


@given(LINES)
def test_what_is_written_is_read_again(lines: list[PreseedLine]) -> None:
    read = read_preseed(write_preseed(lines))
    assert [(one.owner, one.question, one.type, one.value) for one in read] == [
        (one.owner, one.question, one.type, one.value) for one in lines
    ]


@given(st.text())
def test_any_text_is_read_or_refused_with_its_place(text: str) -> None:
    try:
        read_preseed(text, "x")
    except InvalidFileError as error:
        assert error.message.startswith("x:")


@given(LINES)
def test_whatever_is_imported_is_yaml_that_says_the_same(lines: list[PreseedLine]) -> None:
    catalogue = load_shipped()
    find: Callable[[str], bool] = catalogue.__contains__
    found = import_preseed(lines, find)
    document = yaml.safe_load(found.text("mine"))
    assert document["name"] == "mine"
    told = document.get("questions") or {}
    assert set(told) == {*found.questions, *found.secrets}
