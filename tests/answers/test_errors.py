"""Every error of an answers file at its line and column, all of them at once."""

import pytest

from autoinstall.answers.loading import load
from autoinstall.errors import UsageError

SECRET_HINT = "(write {secret: NAME} and give the text outside of the file)"

ONE = "version: 1\n"
TWO = ONE + "name: x\n"
AS_TEXT = "(every value is read as the text that it is)"
CONTROL = "the value holds a control character"
LEVELS = "more than 20 levels of lists and maps"
DEEP = "marketplace.template" + ".a" * 18

EVERYTHING_WRONG = """\
version: 2
nmae: x
name: Bad_Name
installer:
  suit: precise
  family: windows
  verify: {keyring: a, sha256: b}
machine:
  memory: lots
  disk: 8X
  names: [a]
questions:
  a/b: {default: false}
  c/d: "x\\ny"
  a/b: again
dialogs:
  - match: {tile: x}
    reply: y
  - match: {title: {regex: "("}}
    reply: y
  - reply: x
errors:
  mirror/bad: {reply: retri, limit: 0}
login: {user: Root!, become_rot: sudo}
guest:
  - run: {comand: x}
  - runn: x
  - put_file: {from: "http://x/y", to: /z}
  - empty_file: relative
  - [x]
hygiene: [logs, log]
image: {format: [raw, vdi], compress: yes}
"""

ALL_OF_IT = """\
1:10: version: the number 1 is expected, not '2'
2:1: nmae: unknown key nmae (did you mean name?)
3:7: name: a name of a-z, 0-9, dots and hyphens (63 at the most) is expected, not 'Bad_Name'
5:3: installer.suit: unknown key suit (did you mean suite?)
6:11: installer.family: 'windows' is not known here (one of debian-installer)
7:11: installer.verify: exactly one of keyring and sha256 is expected (or the word none)
9:11: machine.memory: a whole number from 16 to 16777216 is expected, not 'lots'
10:9: machine.disk: a size is expected, not '8X' (for one 8G; K, M, G and T are binary)
11:10: machine.names: a map is expected, not a list
13:8: questions.a/b: this is no answer (a text, true or false, a list, {secret: NAME} or {default: true})
14:8: questions.c/d: an answer is one line without tabs
15:3: questions.a/b: this key stands here a second time
17:13: dialogs.0.match.tile: unknown key tile (did you mean title?)
19:28: dialogs.1.match.title.regex: this is no regular expression of Python: \
missing ), unterminated subpattern at position 0
21:5: dialogs.2.match: the key match is missing
23:23: errors.mirror/bad.reply: one of retry, back, continue, stop is expected (did you mean retry?)
23:37: errors.mirror/bad.limit: a whole number from 1 to 999 is expected
24:15: login.user: the name of a user is expected, not 'Root!'
24:22: login.become_rot: unknown key become_rot (did you mean become_root?)
26:10: guest.0.run.command: the key command is missing
26:11: guest.0.run.comand: unknown key comand (did you mean command?)
27:5: guest.1.runn: unknown step runn (did you mean run?)
28:15: guest.2.put_file: what comes from a URL needs its sha256
29:17: guest.3.empty_file: an absolute path in the guest is expected, not 'relative'
30:5: guest.4: a step is a map with one key (one of comment_line, empty_file, put_file, replace_line, \
insert_after, run, install_package, profile)
31:17: hygiene.1: 'log' is not known here (did you mean logs?)
32:23: image.format.1: 'vdi' is not known here (one of qcow2, raw)
32:39: image.compress: true or false is expected, not 'yes'
"""


def test_all_errors_of_a_file_are_told_at_once(problems):
    assert problems(EVERYTHING_WRONG) == ALL_OF_IT.splitlines()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1:1: the file is empty (it begins with `version: 1`)"),
        ("\n# nothing\n", "1:1: the file is empty (it begins with `version: 1`)"),
        ("- x\n", "1:1: a map of keys is expected (it begins with `version: 1`)"),
        ("a: [\n", "2:1: this is no YAML: expected the node content, but found '<stream end>'"),
        (f"{ONE}name: &a x\n", "2:7: name: anchors (`&NAME`) are not read (write each value out where it stands)"),
        (f"{TWO}questions: {{a/b: *a}}\n", "3:18: questions.a/b: aliases (`*NAME`) are not read (write the value out)"),
        (f"{TWO}<<: {{a: b}}\n", "3:1: <<: merge keys (`<<`) are not read (write the keys out)"),
        (f"{ONE}name: !!str x\n", f"2:7: name: tags (`!NAME`) are not read {AS_TEXT}"),
        (f"{TWO}---\nname: y\n", "3:1: a second document begins here (one file, one document)"),
        (f"{TWO}? [a]\n: b\n", "3:3: a key is a text, not a list or a map"),
        (b"version: 1\nname: x\xff\n", "2:8: the file is not UTF-8 text here"),
        ("version: 1\nname: x\ufeffy\n", "2:8: a control character (U+FEFF) stands here"),
        (b"\xef\xbb\xbfversion: 1\n", "1:1: name: the key name is missing"),
        (f"{TWO}# \x1b[2J\n", "3:3: a control character (U+001B) stands here"),
        (f'{TWO}questions: {{a/b: "\\e[2J"}}\n', f"3:18: questions.a/b: {CONTROL} (U+001B)"),
        (f'{TWO}questions: {{a/b: "\\ud800"}}\n', f"3:18: questions.a/b: {CONTROL} (U+D800)"),
        (f"{TWO}marketplace: {{template: {'{a: ' * 20}{'}' * 21}\n", f"3:97: {DEEP}: {LEVELS}"),
    ],
)  # fmt: skip
def test_what_is_no_plain_yaml(problems, text, expected):
    assert expected in problems(text)


def test_twenty_levels_are_read(loaded):
    loaded("version: 1\nname: x\nmarketplace: {template: " + "{a: " * 18 + "}" * 19 + "\n")


def test_missing_keys_stand_where_their_map_begins(problems):
    assert problems("questions: {}\n") == [
        "1:1: version: the key version is missing",
        "1:1: name: the key name is missing",
    ]
    text = "version: 1\nname: x\ninstaller:\n  verify:\n    sha256:\n      kernel: " + "0" * 64 + "\n"
    assert problems(text) == ["6:7: installer.verify.sha256.initrd: the key initrd is missing"]


def test_a_build_needs_installer_and_login(problems, loaded):
    text = "version: 1\nname: x\n"
    assert problems(text, for_build=True) == [
        "1:1: installer: the key installer is missing (a build needs it)",
        "1:1: login: the key login is missing (a build needs it)",
    ]
    loaded(text + "installer: {}\nlogin: {}\n", for_build=True)


@pytest.mark.parametrize(
    "line",
    [
        "login: {password: Tr0ub4dor}",
        "login: {password: '{{ Tr0ub4dor'}",
        "login: {password: [Tr0ub4dor]}",
        "login: {password: {Tr0ub4dor: x}}",
        "login: {password: {Tr0ub4dor: {a: 1}, Tr0ub4dor: 2}}",
        "login: {password: {secret: Tr0ub4dor}}",
        "login: {password: {secret: x, Tr0ub4dor: y}}",
        "login: {password: *Tr0ub4dor}",
        "login: {password: !Tr0ub4dor x}",
        "login: {password: !Tr0ub4dor!x y}",
        "login: {password: &Tr0ub4dor x}",
        "login: Tr0ub4dor",
        "questions: {passwd/user-password: Tr0ub4dor}",
        "questions: {passwd/user-password: [Tr0ub4dor, x]}",
        "questions: {passwd/user-password: {default: Tr0ub4dor}}",
        "questions: {passwd/root-password-crypted: Tr0ub4dor}",
        "questions: {passwd/user-password-again: '{% Tr0ub4dor'}",
        "questions: {a/b: {secret: Tr0ub4dor}}",
        "dialogs: [{match: {kind: password}, reply: Tr0ub4dor}]",
        'questions: {passwd/user-password: "Tr0ub4dor\\e"}',
    ],
)
def test_a_password_in_the_wrong_place_is_an_error_that_does_not_repeat_it(problems, line):
    told = problems(f"version: 1\nname: x\n{line}\n")
    assert told
    assert "Tr0ub4dor" not in "\n".join(told)


@pytest.mark.parametrize("setting", ["login.password=Tr0ub4dor", "questions.passwd/user-password=Tr0ub4dor"])
def test_a_password_on_the_command_line_is_an_error_that_does_not_repeat_it(loaded, setting):
    with pytest.raises(UsageError) as caught:
        loaded("version: 1\nname: x\n", overrides=[setting])
    assert "Tr0ub4dor" not in caught.value.message + str(caught.value.hint)


def test_what_is_absent_or_unreadable_is_a_usage_error(tmp_path):
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(UsageError, match="cannot be read"):
            load(path, context=None)


def test_names_of_the_file_are_printed_without_escape_codes(problems):
    told = problems('version: 1\nname: x\n"\\e[31m": y\n')
    assert all("\x1b" not in line for line in told)
