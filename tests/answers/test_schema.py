"""The published JSON Schema says the same as the loader, as far as a schema can."""

import copy

import jsonschema
import pytest
import yaml

from autoinstall.answers.schema import answers_schema

VALIDATOR = jsonschema.Draft202012Validator(answers_schema())

SECTION_3 = """\
version: 1
name: ubuntu-12.04
installer:
  family: debian-installer
  mirror: "{{ host.apt_mirror }}"
  overlays: []
  verify: {sha256: {kernel: KERNEL, initrd: KERNEL}}
  arguments: [a=b]
machine: {memory: 256, disk: 8G, mac: null, names: {install: ubuntu}}
questions:
  localechooser/languagelist: English
  passwd/user-password: {secret: user_password}
  partman/confirm_nooverwrite: true
  mirror/http/proxy:
  a/number: 10.10
  tasksel/first: [OpenSSH server]
  a/default: {default: true}
dialogs:
  - match: {title: {regex: Force.*}, kind: boolean}
    reply: false
errors:
  mirror/bad: {reply: back, limit: 2}
  other/bad: retry
login: {user: ubuntu, password: {secret: user_password}, become_root: sudo}
guest:
  - empty_file: /etc/x
  - put_file: {from: files/vmcontext, to: /etc/init.d/vmcontext, mode: "0755"}
  - run: {command: "true", expect: 0, timeout: 5}
  - install_package: {name: acpid}
  - profile: opennebula-howto
hygiene: default
image: {format: [qcow2, raw], compress: true}
marketplace: {publisher: Us, version: 1.0.0-1, tags: [a], url: "https://x/", template: {cpu: 1}}
""".replace("KERNEL", "0" * 64)


def complaints(document):
    return [error.message for error in VALIDATOR.iter_errors(document)]


def test_the_schema_is_a_schema_and_names_every_key():
    jsonschema.Draft202012Validator.check_schema(answers_schema())
    assert set(answers_schema()["properties"]) == {
        *("version", "name", "installer", "machine", "questions", "dialogs", "errors"),
        *("login", "guest", "hygiene", "image", "marketplace"),
    }
    assert answers_schema()["required"] == ["version", "name"]


def test_what_loads_is_valid_by_the_schema(loaded, apt_folder):
    (apt_folder / "sources.list").write_text("deb http://mirror.example.org/debian sid main\n")
    loaded(SECTION_3, for_build=True)
    assert complaints(yaml.safe_load(SECTION_3)) == []


def test_our_own_answers_files_are_valid_by_the_schema(project):
    files = sorted((project / "answers").glob("*.yaml"))
    assert len(files) >= 2
    for path in files:
        assert complaints(yaml.safe_load(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("nmae",), "x"),
        (("version",), 2),
        (("installer", "suit"), "x"),
        (("installer", "verify"), {"keyring": ["x"]}),
        (("machine", "disk"), "8X"),
        (("machine", "memory"), [1]),
        (("questions", "a/b"), {"secret": "No-Name"}),
        (("questions", "a/b"), {"default": False}),
        (("dialogs",), [{"match": {}, "reply": "x"}]),
        (("errors", "mirror/bad"), "retri"),
        (("login", "password"), "text"),
        (("guest",), [{"runn": "x"}]),
        (("guest",), [{"run": {"command": "x"}, "empty_file": "/x"}]),
        (("hygiene",), ["nothing"]),
        (("image", "format"), "vdi"),
    ],
)
def test_what_does_not_load_is_not_valid_by_the_schema(problems, path, value):
    document = copy.deepcopy(yaml.safe_load(SECTION_3))
    document["installer"]["mirror"] = "http://x/y"
    *above, last = path
    section = document
    for key in above:
        section = section[key]
    section[last] = value
    assert complaints(document)
    assert problems(yaml.safe_dump(document))
