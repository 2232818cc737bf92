"""`--set PATH=VALUE`."""

import pytest

from autoinstall.answers.answer import SecretReference
from autoinstall.errors import UsageError
from tests.answers.conftest import SMALLEST

FILE = SMALLEST + (
    "machine: {memory: 256}\nquestions: {a/b.c: x, tasksel/first: [one]}\n"
    "guest:\n  - run: {command: 'true'}\n  - empty_file: /x\nerrors: {m/bad: {reply: retry}}\n"
)


def answer(answers, name):
    return next(found.value for found in answers.book.answers if found.name == name)


def test_values_are_put_in_over_those_of_the_file(loaded):
    answers = loaded(
        FILE,
        overrides=[
            "machine.memory=512",
            "machine.memory=1024",
            "machine.names.boot=b",
            "questions.a/b.c=with = and {% raw %}{{{% endraw %}",
            "questions.netcfg/get_hostname=new",
            "questions.tasksel/first=[OpenSSH server, 'a, b']",
            "questions.passwd/user-password=secret:other",
            "guest.0.run.command=false",
            "errors.m/bad.limit=7",
            "installer.arguments=[]",
        ],
    )
    assert (answers.machine.memory, answers.machine.names.boot) == (1024, "b")
    assert answer(answers, "a/b.c") == "with = and {{"
    assert answer(answers, "netcfg/get_hostname") == "new"
    assert answer(answers, "tasksel/first") == ("OpenSSH server", "a, b")
    assert answer(answers, "passwd/user-password") == SecretReference("other")
    assert answers.steps[0].command == "false"
    assert answers.book.errors[0].limit == 7
    assert str(answers.book.answers[-2].place).startswith("--set:1:")


def test_an_override_may_make_a_wrong_file_right(loaded):
    assert loaded("version: 1\nname: Wrong\n", overrides=["name=right"]).name == "right"


@pytest.mark.parametrize(
    ("override", "word"),
    [
        ("nonsense", "PATH=VALUE"),
        ("=x", "PATH=VALUE"),
        ("machine.memry=1", "machine.memry: unknown key memry"),
        ("machine.memory=lots", "machine.memory: a whole number"),
        ("machine.memory.x=1", "machine.memory is no map"),
        ("guest.7.run.command=x", "items 0 to 1, not 7"),
        ("guest.x=1", "items 0 to 1, not x"),
        ("questions.a/b=[x", "no YAML list"),
        ("questions.a/b=[[x]]", "no YAML list"),
        ("questions.a/b=[*x]", "no YAML list"),
        ("questions.passwd/user-password=secret:No-Name", "name of a secret"),
        (".".join("a" * 30) + "=x", "more than 20 keys"),
        ("questions.a/b=\x1b[2J", "control character"),
    ],
)
def test_one_that_cannot_be_put_in_is_a_usage_error(loaded, override, word):
    with pytest.raises(UsageError) as caught:
        loaded(FILE, overrides=[override])
    assert caught.value.exit_code == 2
    assert word in caught.value.message
