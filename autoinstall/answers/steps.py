"""The guest steps of an answers file: what is changed in the installed system, in order."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, ValidationError, ValidationInfo
from pydantic_core import core_schema

from autoinstall.answers.document import Items, Keys, Node, Text
from autoinstall.answers.fields import (
    LINE,
    TEXT,
    TEXT_SCHEMA,
    Refusal,
    Refused,
    Schema,
    Section,
    closest,
    kind_of,
    matching,
    number,
    one_of,
    refusals_of,
    refuse,
)

GUEST_PATH = matching(r"/[^\0\n]*", "an absolute path in the guest")
MODE = matching("[0-7]{3,4}", "a mode in octal digits", "for one 0755")
SHA256 = matching("[0-9a-f]{64}", "a SHA-256 in 64 hexadecimal digits")

PROFILES = ("opennebula-howto", "opennebula-context")
"""The named lists of steps that are shipped."""


class CommentLine(Section):
    """Puts `#` before the one line of a guest file that is `line`, blanks at both ends apart."""

    path: Annotated[str, GUEST_PATH]
    line: Annotated[str, LINE]


class EmptyFile(Section):
    """Makes a guest file empty, or an empty one where there is none; in the file just its path."""

    path: Annotated[str, GUEST_PATH]


class PutFile(Section):
    """Copies a file of the driver's machine, or of a URL (with its sum), into the guest."""

    source: Annotated[str, LINE] = Field(alias="from")
    sha256: Annotated[str | None, SHA256] = None
    to: Annotated[str, GUEST_PATH]
    mode: Annotated[str, MODE] = "0644"


class ReplaceLine(Section):
    """Replaces the one line that is `line`; a final newline of `with` is dropped."""

    path: Annotated[str, GUEST_PATH]
    line: Annotated[str, LINE]
    replacement: Annotated[str, TEXT] = Field(alias="with")


class InsertAfter(Section):
    """Inserts text below the one line that is `line`; a final newline of `insert` is dropped."""

    path: Annotated[str, GUEST_PATH]
    line: Annotated[str, LINE]
    insert: Annotated[str, TEXT]


class Run(Section):
    """Runs a command as root by `sh -c`; `expect` is its exit status, `timeout` is in seconds."""

    command: Annotated[str, TEXT]
    expect: Annotated[int, number(0, 255)] = 0
    timeout: Annotated[int, number(1, 86400)] = 300


class InstallPackage(Section):
    """Installs a package: a file or URL (with its sum), or a name of the guest's own repositories."""

    file: Annotated[str | None, LINE] = None
    sha256: Annotated[str | None, SHA256] = None
    name: Annotated[str | None, matching(r"[a-z0-9][a-z0-9+.:-]*", "the name of a package")] = None


class Profile(Section):
    """A shipped list of steps; in the file just its name, or a map where its package comes from a file or URL."""

    name: Annotated[str, one_of(*PROFILES)]
    file: Annotated[str | None, LINE] = None
    sha256: Annotated[str | None, SHA256] = None


Step = CommentLine | EmptyFile | PutFile | ReplaceLine | InsertAfter | Run | InstallPackage | Profile

_BY_KEY: dict[str, type[Step]] = {
    "comment_line": CommentLine,
    "empty_file": EmptyFile,
    "put_file": PutFile,
    "replace_line": ReplaceLine,
    "insert_after": InsertAfter,
    "run": Run,
    "install_package": InstallPackage,
    "profile": Profile,
}
_WORD_ONLY = {"empty_file": "path", "profile": "name"}


class ReadsSteps:
    """Annotates the field `guest`: a list of maps with one key each, the step's name."""

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> core_schema.CoreSchema:
        return core_schema.with_info_plain_validator_function(_read_steps)

    def __get_pydantic_json_schema__(self, _schema: Any, _handler: Any) -> Schema:
        return {"type": "array", "items": {"oneOf": [_step_schema(key) for key in _BY_KEY]}}


def is_url(source: str) -> bool:
    """Whether a `from` or `file` names something to fetch, not a path."""
    return "://" in source


def _read_steps(value: Any, info: ValidationInfo) -> tuple[Step, ...]:
    if not isinstance(value, Items):
        refuse(value, f"a list is expected, not {kind_of(value)}")
    steps: list[Step] = []
    refusals: list[Refusal] = []
    noted = False
    for item in value:
        try:
            steps.append(_read_step(item, info))
        except Refused as error:
            refusals.extend((error.context or {})["refusals"])
        except ValidationError as error:
            refusals.extend(refusals_of(error))
            noted = True
    if refusals or noted:
        raise Refused(tuple(refusals))
    return tuple(steps)


def _read_step(item: Node, info: ValidationInfo) -> Step:
    if not isinstance(item, Keys) or len(item) != 1:
        refuse(item, "a step is a map with one key", f"one of {', '.join(_BY_KEY)}")
    key, value = next(iter(item.items()))
    if key not in _BY_KEY:
        at_key = Text(key, item.key_places[key], (*item.path, key))
        refuse(at_key, f"unknown step {key}", closest(key, _BY_KEY) or f"one of {', '.join(_BY_KEY)}")
    is_word = key in _WORD_ONLY and not (key == "profile" and isinstance(value, Keys))
    inner: Any = {_WORD_ONLY[key]: value} if is_word else value
    step: Step = _BY_KEY[key].model_validate(inner, context=info.context)
    if isinstance(step, PutFile):
        _check_sum(step.source, step.sha256, value)
    if isinstance(step, InstallPackage):
        _check_package(step, value)
    if isinstance(step, Profile) and step.file is not None:
        if step.name == "opennebula-howto":
            refuse(value, "the how-to installs no package", "profile: opennebula-context")
        _check_sum(step.file, step.sha256, value)
    return step


def _check_package(step: InstallPackage, value: Node) -> None:
    if (step.file is None) == (step.name is None):
        refuse(value, "a package is either a file or a name", "{file: FILE} or {name: NAME}")
    if step.file is not None:
        _check_sum(step.file, step.sha256, value)


def _check_sum(source: str, sha256: str | None, value: Node) -> None:
    if is_url(source) and sha256 is None:
        refuse(value, "what comes from a URL needs its sha256")


def _step_schema(key: str) -> Schema:
    if key == "profile":
        value: Schema = {"oneOf": [{"enum": list(PROFILES)}, Profile.model_json_schema(by_alias=True)]}
    elif key in _WORD_ONLY:
        value = dict(TEXT_SCHEMA)
    else:
        value = _BY_KEY[key].model_json_schema(by_alias=True)
    return {"type": "object", "properties": {key: value}, "required": [key], "additionalProperties": False}
