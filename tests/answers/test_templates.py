"""Templates in values: what they may name, and what they may cost."""

import resource

import pytest

from autoinstall.answers.host_mirror import host_mirror
from autoinstall.answers.loading import load
from tests.answers.conftest import SMALLEST

RAW = "(to write {{, {% or {# as they are, put them between {% raw %} and {% endraw %})"

TWO_ADDRESSES = """\
Types: deb deb-src
URIs: https://s/debian
 http://a/debian
Suites: trixie trixie-updates
Components: main
"""
FIRST_DISABLED = """\
Enabled: no
Types: deb
URIs: http://a/debian
Suites: sid
Components: main

Types: deb
# note
URIs: http://b/debian
Suites: sid
Components: main
"""


def value(answers, name="a/b"):
    return next(answer.value for answer in answers.book.answers if answer.name == name)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ build.name }}-{{ build.id }}", "x-0badcafe"),
        ("{{ env.PLACE | upper }}", "HERE"),
        ("{% raw %}{{ as is }}{% endraw %}", "{{ as is }}"),
        ("1 + {{ 1 + 1 }}", "1 + 2"),
        ("{{ '[a, b]' }}", "[a, b]"),
    ],
)
def test_what_templates_may_name(loaded, template, expected):
    answers = loaded(SMALLEST + f'questions: {{a/b: "{template}"}}\n', environment={"PLACE": "here"})
    assert value(answers) == expected


def test_the_name_itself_may_be_a_template(loaded):
    answers = loaded(
        "version: 1\nname: a-{{ env.X }}\nquestions: {a/b: '{{ build.name }}'}\n", environment={"X": "1"}
    )
    assert (answers.name, value(answers)) == ("a-1", "a-1")


def test_keys_and_secrets_are_no_templates(loaded, problems):
    answers = loaded(SMALLEST + "questions: {'a/{{ b }}': c}\n")
    assert answers.book.answers[0].name == "a/{{ b }}"
    assert problems(SMALLEST + "questions: {a/b: {secret: '{{ env.X }}'}}\n", environment={"X": "y"}) == [
        "3:27: questions.a/b.secret: the name of a secret is made of a-z, 0-9 and _, and begins with a letter "
        "(write {secret: NAME} and give the text outside of the file)"
    ]


def test_without_a_context_the_text_stands_for_itself(loaded):
    assert value(loaded(SMALLEST + "questions: {a/b: '{{ x'}\n", templates=False)) == "{{ x"


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{{ env.ABSENT }}", "there is no env.ABSENT"),
        ("{{ build.nmae }}", "there is no build.nmae"),
        ("{{ nope }}", "'nope' is undefined"),
        ("{{ env.AUTOINSTALL_SECRET_X }}", "there is no env.AUTOINSTALL_SECRET_X"),
        ("{{ env.CREDENTIALS_DIRECTORY }}", "there is no env.CREDENTIALS_DIRECTORY"),
        ("{{ env }}", "env is a group of names: write env.NAME"),
        ("{{ x", "unexpected end of template, expected 'end of print statement'."),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ ''.__class__ }}", "access to attribute '__class__' of 'str' object is unsafe."),
        ("{{ 'ab' * 32769 }}", "the result is larger than 64 KiB"),
        ("{{ 'x' * 10**10 }}", "MemoryError"),
        ("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "it takes longer than 1 s"),
        ("{{ 10 ** (10 ** 8) }}", "it takes longer than 1 s"),
    ],
)  # fmt: skip
def test_what_they_may_not(problems, template, why):
    environment = {"AUTOINSTALL_SECRET_X": "s3cret", "CREDENTIALS_DIRECTORY": "/s3cret"}
    told = problems(SMALLEST + f'questions: {{a/b: "{template}"}}\n', environment=environment)
    assert told == [f"3:18: questions.a/b: the template cannot be rendered: {why} {RAW}"]


def test_no_template_computes_much_longer_than_a_second(problems):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    problems(SMALLEST + 'questions: {a/b: "{{ 10 ** (10 ** 9) }}"}\n')
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 4


def test_64_kib_are_allowed_and_a_slow_template_hides_no_other_error(loaded, problems):
    assert len(value(loaded(SMALLEST + "questions: {a/b: \"{{ 'ab' * 32768 }}\"}\n"))) == 65536
    slow = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    told = problems(SMALLEST + f"questions: {{a/b: '{slow}', c/d: '{{{{ nope }}}}', e/f: ok}}\n")
    assert [line.split(": ")[1] for line in told] == ["questions.a/b", "questions.c/d"]


def test_a_control_character_out_of_a_template_is_refused(problems):
    told = problems(SMALLEST + "questions: {a/b: '{{ env.X }}'}\n", environment={"X": "\x1b[2J"})
    assert told == ["3:18: questions.a/b: the value holds a control character (U+001B)"]


def test_the_hosts_mirror(loaded, apt_folder):
    (apt_folder / "sources.list").write_text("deb http://mirror.example.org:8080/debian/ bookworm main\n")
    text = "{{ host.apt_mirror }} {{ host.apt_mirror_host }} {{ host.apt_mirror_directory }}"
    answers = loaded(SMALLEST + f"questions: {{a/b: '{text}'}}\n")
    assert value(answers) == "http://mirror.example.org:8080/debian mirror.example.org:8080 /debian"


def test_a_host_without_a_mirror_is_told_to_name_one(problems):
    told = problems(SMALLEST + "installer:\n  mirror: '{{ host.apt_mirror }}'\n")
    assert told[0].startswith("4:11: installer.mirror: no Debian source over http")
    assert "name the mirror" in told[0]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"sources.list": "# deb http://a/debian bookworm main\ndeb [arch=amd64] http://b/debian sid main\n"}, "http://b/debian"),
        ({"sources.list": "deb-src http://a/debian sid main\ndeb https://b/debian sid main\n"}, None),
        ({"sources.list": "deb http://a/debian-security bookworm-security main\ndeb http://b/x stable-updates main\n"}, "http://b/x"),
        ({"sources.list": "deb http://other/linux noble main\ndeb http://other/x bookworm contrib\n"}, None),
        ({"sources.list.d/z.list": "deb http://z/debian sid main", "sources.list.d/a.sources": TWO_ADDRESSES}, "http://a/debian"),
        ({"sources.list.d/a.sources": FIRST_DISABLED}, "http://b/debian"),
        ({"sources.list.d/a.save": "deb http://a/debian sid main\n"}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_the_first_debian_source_over_http(apt_folder, files, expected):
    (apt_folder / "sources.list.d").mkdir()
    for name, text in files.items():
        (apt_folder / name).write_text(text)
    mirror = host_mirror(apt_folder)
    assert (mirror.uri if mirror else None) == expected


def test_a_file_without_templates_starts_no_process(tmp_path, monkeypatch):
    path = tmp_path / "answers.yaml"
    path.write_text(SMALLEST)
    monkeypatch.setattr("sys.executable", "/nonexistent")
    assert load(path, context=None).name == "x"
