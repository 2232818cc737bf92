"""Secrets come from the service manager's credentials, then from the environment, and are never printed."""

import pytest

from autoinstall.answers.answer import Place
from autoinstall.answers.model import SecretUse
from autoinstall.answers.problem import InvalidAnswers
from autoinstall.answers.secret import Secret
from autoinstall.answers.secrets import resolve

USE = SecretUse("user_password", Place("a.yaml", 3, 5), ("login", "password"))
CANARY = 'pa\'ss "w0rd" {{ $HOME }}'


def credentials(folder, content):
    (folder / "user_password").write_bytes(content)
    return {"CREDENTIALS_DIRECTORY": str(folder), "AUTOINSTALL_SECRET_USER_PASSWORD": "from the environment"}


@pytest.mark.parametrize(
    ("content", "text"),
    [(b"x", "x"), (b"x\n", "x"), ("é".encode(), "é"), (CANARY.encode() + b"\n", CANARY)],
)
def test_a_credential_comes_first_without_one_final_newline(tmp_path, content, text):
    assert resolve([USE], credentials(tmp_path, content)) == {"user_password": Secret("user_password", text)}


def test_the_environment_is_second(tmp_path):
    environment = {"CREDENTIALS_DIRECTORY": str(tmp_path), "AUTOINSTALL_SECRET_USER_PASSWORD": CANARY}
    assert resolve([USE], environment)["user_password"].reveal() == CANARY


def test_all_that_are_missing_are_told_with_place_and_both_ways():
    other = SecretUse("other", Place("a.yaml", 9, 1), ("questions", "a/b"))
    with pytest.raises(InvalidAnswers) as caught:
        resolve([USE, other], {})
    first, second = caught.value.problems
    assert str(first) == (
        "a.yaml:3:5: login.password: the secret user_password is not given (put it into the file "
        "$CREDENTIALS_DIRECTORY/user_password, or into the environment variable AUTOINSTALL_SECRET_USER_PASSWORD)"
    )
    assert (second.line, second.path) == (9, "questions.a/b")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (CANARY.encode() + b"\n\n", "line end"),
        (CANARY.encode() + b"\x1b", "control character"),
        (CANARY.encode() + b"\xff", "not UTF-8"),
    ],
)
def test_what_no_dialog_takes_is_refused_and_not_repeated(tmp_path, content, why):
    with pytest.raises(InvalidAnswers) as caught:
        resolve([USE], credentials(tmp_path, content))
    assert why in caught.value.message
    assert CANARY not in caught.value.message


def test_a_credential_that_is_a_folder_is_told(tmp_path):
    (tmp_path / "user_password").mkdir()
    with pytest.raises(InvalidAnswers, match="cannot be read"):
        resolve([USE], {"CREDENTIALS_DIRECTORY": str(tmp_path)})


def test_a_secret_shows_its_name_only():
    secret = Secret("user_password", CANARY)
    assert CANARY not in f"{secret} {secret!r} {[secret]}"
