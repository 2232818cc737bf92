"""The names of preseed files answer the dialogs on the screen."""

import pytest

from autoinstall.answers.aliases import ALIASES, answers_for
from autoinstall.answers.answer import AcceptDefault, Answer, Place, SecretReference
from autoinstall.catalogue.shipped import load_shipped

HERE = Place("answers.yaml", 3, 5)
METHOD = "partman-auto/init_automatically_partition"
FINISH = "Finish partitioning and write changes to disk"


@pytest.mark.parametrize(
    ("preseed", "value", "dialog", "expected"),
    [
        ("debian-installer/locale", "en_US.UTF-8", "localechooser/languagelist", "en"),
        ("debian-installer/locale", "pt_BR", "localechooser/languagelist", "pt_BR"),
        ("debian-installer/locale", "de_DE@euro", "localechooser/languagelist", "de"),
        ("debian-installer/locale", "C", "localechooser/languagelist", "C"),
        ("debian-installer/locale", "en_GB.UTF-8", "localechooser/shortlist/en", "GB"),
        ("debian-installer/locale", "C", "localechooser/shortlist/en", None),
        ("debian-installer/country", "US", "localechooser/shortlist/de", "US"),
        ("keyboard-configuration/layoutcode", "gb", "keyboard-configuration/layout", "English (UK)"),
        ("keyboard-configuration/layoutcode", "xx", "keyboard-configuration/layout", None),
        ("netcfg/choose_interface", "auto", "netcfg/choose_interface", AcceptDefault()),
        ("netcfg/choose_interface", "eth1", "netcfg/choose_interface", "eth1"),
        ("netcfg/hostname", "h", "netcfg/get_hostname", "h"),
        ("mirror/country", "manual", "mirror/http/countries", "manual"),
        ("time/zone", "America/New_York", "tzsetup/country/US", "US/Eastern"),
        ("time/zone", "Europe/Madrid", "tzsetup/country/ES", "Europe/Madrid"),
        ("partman-auto/method", "lvm", METHOD, "Guided - use entire disk and set up LVM"),
        ("partman-auto/method", "raid", METHOD, None),
        ("partman/choose_partition", "finish", "partman/choose_partition", FINISH),
        ("user-setup/allow-password-weak", "true", "user-setup/password-weak", "true"),
        ("time/zone", "UTC", "clock-setup/utc", None),
    ],
)
def test_a_preseeded_value_as_the_dialog_takes_it(preseed, value, dialog, expected):
    found = answers_for(dialog, [Answer(preseed, value, HERE)])
    assert (None if found is None else found.value) == expected
    assert found is None or found.place == HERE


def test_the_own_name_wins_over_a_preseeded_one():
    answers = [Answer("netcfg/hostname", "preseeded", HERE), Answer("netcfg/get_hostname", "own", HERE)]
    assert answers_for("netcfg/get_hostname", answers) == answers[1]


def test_the_twin_is_answered_with_the_same_secret():
    secret = Answer("passwd/user-password", SecretReference("user_password"), HERE)
    assert answers_for("passwd/user-password-again", [secret]) == secret
    assert answers_for("passwd/root-password-again", [secret]) is None


def test_fixed_values_are_choices_of_the_dialogs_that_we_ship():
    catalogue = load_shipped()
    methods = catalogue["partman-auto/init_automatically_partition"].english.choices
    zones = catalogue["tzsetup/country/US"].values
    for value in ("regular", "lvm", "crypto"):
        answer = Answer("partman-auto/method", value, HERE)
        assert answers_for("partman-auto/init_automatically_partition", [answer]).value in methods
    for zone in ("America/New_York", "America/Phoenix", "Pacific/Pago_Pago", "US/Hawaii"):
        assert answers_for("tzsetup/country/US", [Answer("time/zone", zone, HERE)]).value in zones


def test_every_row_names_a_debconf_question():
    assert all("/" in alias.name and "/" in alias.dialogs for alias in ALIASES)
