"""What a valid answers file means: texts as they stand, defaults, paths, secrets, and the book of answers."""

import subprocess
import sys

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autoinstall.answers.answer import AcceptDefault, ErrorReply, SecretReference, TextPattern
from autoinstall.answers.loading import load
from autoinstall.answers.problem import InvalidAnswers
from autoinstall.answers.rendered import rendered
from autoinstall.answers.sections import HYGIENE_ITEMS, Verify
from autoinstall.answers.steps import EmptyFile, Profile, PutFile, ReplaceLine
from tests.answers.conftest import SMALLEST


def answer_values(answers):
    return {answer.name: answer.value for answer in answers.book.answers}


def test_every_value_is_the_text_that_stands_there(loaded):
    given = (
        "a/a: NO, a/b: 0123, a/c: 10.10, a/d: 1e3, a/e: 2012-04-26, a/f: 12:30:45, a/g: null, a/h: , a/i: ~"
    )
    values = answer_values(loaded(f"{SMALLEST}questions: {{{given}}}\n"))
    assert list(values.values()) == ["NO", "0123", "10.10", "1e3", "2012-04-26", "12:30:45", "null", "", "~"]


def test_the_kinds_of_answers(loaded):
    text = (
        SMALLEST
        + "questions: {a/b: [x, 1], c/d: {secret: my_key2}, e/f: {default: true}, g/h: true, i/j: []}\n"
    )
    assert answer_values(loaded(text)) == {
        "a/b": ("x", "1"),
        "c/d": SecretReference("my_key2"),
        "e/f": AcceptDefault(),
        "g/h": "true",
        "i/j": (),
    }


def test_answers_policies_and_rules_know_their_places(loaded):
    text = SMALLEST + (
        "questions:\n  a/b:   x\n"
        "errors:\n  mirror/bad: {reply: back, limit: 2}\n  other/bad: retry\n"
        "dialogs:\n  - match: {title: T, text: {regex: 'a.*'}, kind: boolean}\n    reply: false\n"
    )
    book = loaded(text).book
    assert str(book.answers[0].place).endswith("answers.yaml:4:10")
    assert [(policy.reply, policy.limit) for policy in book.errors] == [
        (ErrorReply.BACK, 2),
        (ErrorReply.RETRY, 3),
    ]
    rule = book.rules[0]
    assert (rule.title, rule.prompt) == (TextPattern("T"), None)
    assert (rule.text, rule.kind, rule.reply) == (TextPattern("a.*", regex=True), "boolean", "false")
    assert (rule.place.line, rule.place.column) == (9, 5)


def test_defaults_are_those_of_the_published_example(loaded):
    answers = loaded(SMALLEST + "installer: {}\nmachine:\nlogin: {}\n", for_build=True)
    installer, machine, login = answers.installer, answers.machine, answers.login
    assert (installer.suite, installer.architecture, installer.priority) == ("precise", "amd64", "high")
    assert installer.mirror == "http://old-releases.ubuntu.com/ubuntu"
    assert (installer.kernel, installer.initrd) == ("netboot/xen/vmlinuz", "netboot/xen/initrd.gz")
    assert installer.verify == Verify(keyring="/usr/share/keyrings/ubuntu-archive-keyring.gpg")
    assert (machine.memory, machine.boot_memory, machine.vcpus, machine.disk) == (256, 512, 1, 8 << 30)
    assert (machine.bridge, machine.mac, machine.on_reboot) == ("xenbr0", None, "restart")
    assert (machine.names.install, machine.names.boot) == (None, None)
    assert (login.user, login.password, login.become_root) == (
        "ubuntu",
        SecretReference("user_password"),
        "sudo",
    )
    assert answers.hygiene == HYGIENE_ITEMS[:-1]
    assert (answers.image.format, answers.image.compress) == (("qcow2",), True)


@pytest.mark.parametrize(
    ("size", "expected"), [("8G", 8 << 30), ("512", 512), ("3T", 3 << 40), ("100M", 100 << 20)]
)
def test_sizes_are_binary(loaded, size, expected):
    assert loaded(SMALLEST + f"machine: {{disk: {size}}}\n").machine.disk == expected


@pytest.mark.parametrize("size", ["8g", "8GB", "0", "-1G", "513", "8 G", "1.5G", "٨G"])
def test_other_sizes_are_refused(problems, size):
    assert "3:17: machine.disk: a size is expected" in problems(SMALLEST + f"machine: {{disk: {size}}}\n")[0]


def test_none_must_be_spelt_out_and_sums_be_whole(loaded, problems):
    assert loaded(SMALLEST + "installer: {verify: none}\n").installer.verify == "none"
    assert problems(SMALLEST + "installer: {verify: {}}\n")
    assert problems(SMALLEST + "installer: {verify: nome}\n")


def test_local_paths_are_relative_to_the_file(loaded, tmp_path):
    answers = loaded(
        SMALLEST
        + "installer: {kernel: ./vmlinuz, initrd: netboot/initrd.gz, overlays: [a/b.cpio], verify: {keyring: k.gpg}}\n"
        "guest:\n  - put_file: {from: files/x, to: /x}\n"
        f"  - put_file: {{from: 'https://h/x', sha256: {'0' * 64}, to: /x}}\n"
    )
    assert answers.installer.kernel == str(tmp_path / "vmlinuz")
    assert answers.installer.initrd == "netboot/initrd.gz"
    assert answers.installer.overlays == (str(tmp_path / "a/b.cpio"),)
    assert answers.installer.verify == Verify(keyring=str(tmp_path / "k.gpg"))
    assert [step.source for step in answers.steps] == [str(tmp_path / "files/x"), "https://h/x"]


def test_guest_steps_have_types(loaded):
    answers = loaded(
        SMALLEST + "guest:\n  - empty_file: /etc/x\n  - profile: opennebula-howto\n"
        "  - replace_line: {path: /a, line: b, with: c}\n  - put_file: {from: /f, to: /t, mode: '0755'}\n"
    )
    empty, profile, replace, put = answers.steps
    assert isinstance(empty, EmptyFile) and empty.path == "/etc/x"
    assert isinstance(profile, Profile) and profile.name == "opennebula-howto"
    assert isinstance(replace, ReplaceLine) and replace.replacement == "c"
    assert isinstance(put, PutFile) and put.mode == "0755"


def test_a_profile_may_name_its_package(loaded, tmp_path):
    (profile,) = loaded(SMALLEST + "guest:\n  - profile: {name: opennebula-context, file: one.deb}\n").steps
    assert profile == Profile(name="opennebula-context", file=str(tmp_path / "one.deb"))


def test_byte_order_mark_and_crlf_are_read(loaded):
    answers = loaded(b"\xef\xbb\xbfversion: 1\r\nname: x\r\nquestions:\r\n  a/b: y\r\n")
    assert answer_values(answers) == {"a/b": "y"}


def test_secrets_used_are_told_once_with_their_place(loaded):
    text = (
        SMALLEST + "questions: {a/b: {secret: one}, c/d: {secret: one}}\nlogin: {password: {secret: two}}\n"
    )
    uses = loaded(text).secrets_used()
    assert [(use.name, use.place.line, use.place.column) for use in uses] == [("one", 3, 18), ("two", 4, 19)]
    assert [use.name for use in loaded(SMALLEST + "login: {}\n").secrets_used()] == ["user_password"]


def test_visible_texts_are_the_answers_that_the_file_shows(loaded):
    text = SMALLEST + "questions: {a/b: x, c/d: [y, x], e/f: {secret: one}}\n"
    assert loaded(text).visible_texts == ("x", "y")


def test_our_own_answers_files_load_and_load_again_equal(project, tmp_path):
    for name in ("ubuntu-12.04", "ubuntu-12.04-static"):
        answers = load(project / "answers" / f"{name}.yaml", context=None, for_build=True)
        again = tmp_path / "again.yaml"
        again.write_text(rendered(answers), encoding="utf-8")
        loaded_again = load(again, context=None, for_build=True)
        assert answers.name == name
        assert loaded_again == answers
        assert loaded_again.installer == answers.installer
        assert loaded_again.steps == answers.steps
        assert rendered(loaded_again) == rendered(answers)
        assert "secret: user_password" in rendered(answers)


def test_empty_answers_stay_and_other_empty_keys_mean_their_default(loaded, tmp_path):
    answers = loaded(SMALLEST + "questions: {a/b: , c/d: null, e/f: ~}\nmachine: {mac: null, memory: }\n")
    assert answers.as_used == {
        **{"version": "1", "name": "x", "machine": {}},
        "questions": {"a/b": "", "c/d": "null", "e/f": "~"},
    }
    again = tmp_path / "again.yaml"
    again.write_text(rendered(answers), encoding="utf-8")
    assert answer_values(load(again, context=None)) == answer_values(answers)


words = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12)
names = st.from_regex(r"[a-z]{1,6}/[a-z-]{1,8}", fullmatch=True).filter(lambda name: "password" not in name)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(names, words | st.lists(words, max_size=3), max_size=5))
def test_what_was_rendered_loads_again_equal(loaded, tmp_path, questions):
    text = yaml.safe_dump({"version": "1", "name": "x", "questions": questions}, allow_unicode=True)
    try:
        answers = loaded(text, templates=False)
    except InvalidAnswers as error:
        assert any(character in text for character in "\u2028\u2029\\"), error
        return
    assert answer_values(answers) == {
        name: tuple(value) if isinstance(value, list) else value for name, value in questions.items()
    }
    again = tmp_path / "again.yaml"
    again.write_text(rendered(answers), encoding="utf-8")
    assert load(again, context=None) == answers


KEYS = (
    "version name installer machine questions guest dialogs errors login image a/b match reply run kernel <<"
)
keys = st.sampled_from([*KEYS.split(), ""])
scalars = (
    st.sampled_from(
        ["1", "x", "null", "", "8G", "true", "*a", "&a b", "!t c", '"\\e"', "'{{ x }}'", "[", "{"]
    )
    | words
)
nodes = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(items) + "]")
        | st.dictionaries(keys, inner, max_size=3).map(
            lambda entries: "{" + ", ".join(f"{key}: {value}" for key, value in entries.items()) + "}"
        )
    ),
    max_leaves=6,
)
documents = st.lists(st.tuples(keys, nodes), max_size=6).map(
    lambda lines: "".join(f"{key}: {value}\n" for key, value in lines)
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(documents.map(str.encode) | st.binary(max_size=60))
def test_any_file_is_read_or_refused_at_places_inside_it(loaded, content):
    try:
        loaded(content, templates=False)
    except InvalidAnswers as error:
        text = content.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
        lines = text.split("\n")
        assert error.problems
        for problem in error.problems:
            assert 1 <= problem.line <= len(lines)
            assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
            str(problem).encode()


def test_the_types_of_decisions_need_no_heavy_library():
    code = "import sys, autoinstall.answers.answer, autoinstall.answers.aliases; print('pydantic' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "False\n"
