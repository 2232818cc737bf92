"""Whole builds against the rehearsal's host, over real terminals and a real disk."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from autoinstall.answers.sections import HYGIENE_ITEMS
from autoinstall.build.rehearsal_host import Mischief, prepare
from autoinstall.build.run import run_build
from autoinstall.events import Event
from autoinstall.image.publishing import problems_of, published_image
from tests.build.rehearsed import CANARY, HOW_TO, events_of, places, processes_of, request

__all__ = ["places"]

pytestmark = pytest.mark.guest

EDITED = (
    "/lib/udev/rules.d/75-persistent-net-generator.rules",
    "/etc/udev/rules.d/70-persistent-net.rules",
    "/etc/init.d/vmcontext",
    "/etc/init/networking.conf",
    "/etc/init/network-interface.conf",
)


@pytest.fixture(autouse=True)
def own_places() -> None:
    """The builds of this module share one cache (the fixture `places`)."""


@pytest.fixture(scope="module")
def built(places: Path) -> tuple[Path, dict[str, Any], list[Event]]:
    """The whole job of the how-to, with a secret that nothing may show."""
    told: list[Event] = []
    work = places / "built"
    document = run_build(request(work, subscribers=(told.append,)))
    return work, document, told


def test_every_stage_is_done_and_the_image_is_summed(built: tuple[Path, dict[str, Any], list[Event]]) -> None:
    work, document, _ = built
    assert document["failure"] is None
    assert [stage["state"] for stage in document["stages"]] == ["done"] * 8
    assert document["stand_ins"]
    image = document["image"]
    assert image["size"] == 8 * 2**30
    name = Path(image["path"]).name
    assert (work / "image" / "SHA256SUMS").read_text() == f"{image['sha256']}  {name}\n"
    assert (work / "image" / "MD5SUMS").read_text() == f"{image['md5']}  {name}\n"
    assert Path(image["path"]).stat().st_size == image["file_size"]


def test_the_exported_disk_holds_the_five_edits(
    built: tuple[Path, dict[str, Any], list[Event]], tmp_path: Path
) -> None:
    _, document, _ = built
    raw = tmp_path / "raw"
    subprocess.run(["qemu-img", "convert", "-O", "raw", document["image"]["path"], str(raw)], check=True)
    file_system = tmp_path / "ext4"
    with raw.open("rb") as disk:
        disk.seek(446 + 8)
        start = int.from_bytes(disk.read(4), "little") * 512
    subprocess.run(["cp", "--sparse=always", str(raw), str(file_system)], check=True)
    texts = {}
    for path in EDITED:
        shown = subprocess.run(
            ["debugfs", "-R", f"cat {path}", f"{file_system}?offset={start}"], capture_output=True, check=True
        )
        texts[path] = shown.stdout.decode()
    assert '#DRIVERS=="?*", IMPORT{program}="write_net_rules"' in texts[EDITED[0]]
    assert texts[EDITED[1]] == ""
    assert texts[EDITED[2]] == (HOW_TO.parent / "files" / "vmcontext").read_text()
    assert (
        "pre-start script\n  mkdir -p /run/network\n  /etc/init.d/vmcontext\nend script" in texts[EDITED[3]]
    )
    assert "pre-start script\n    /etc/init.d/vmcontext\n" in texts[EDITED[4]]


def test_the_loop_is_seen_answered_by_nothing_and_left(
    built: tuple[Path, dict[str, Any], list[Event]],
) -> None:
    work, _, told = built
    install = [event for event in told if event.stage == "install"]
    happenings = [event.fields["happening"] for event in install if event.name == "lifecycle"]
    assert happenings.count("installation-complete") == 1
    assert happenings[-1] == "installer-again"
    again = next(at for at, event in enumerate(install) if event.fields.get("happening") == "installer-again")
    assert not [event for event in install[again:] if event.name in ("answered", "dialog")]
    sentences = [
        event.fields["text"] for event in install if "text" in event.fields and "percent" not in event.fields
    ]
    assert any("came up again as domain 2 (was 1): not answered, left" in text for text in sentences)
    cast = [json.loads(line) for line in (work / "install.cast").read_text().splitlines()[1:]]
    closed = [number for number, event in enumerate(cast) if event[1:] == ["m", "console-closed"]]
    sent_after = [event[2] for event in cast[closed[0] :] if event[1] == "i"]
    assert sent_after and set(sent_after) == {"\x1d"}


def test_the_finished_disk_is_clean_and_says_so(built: tuple[Path, dict[str, Any], list[Event]]) -> None:
    work, _, _ = built
    found = {one["item"]: one for one in json.loads((work / "image" / "hygiene.json").read_text())}
    assert set(found) == set(HYGIENE_ITEMS)
    assert {item for item, one in found.items() if one["state"] == "kept"} == {"installer-user"}
    gone = [item for item, one in found.items() if one["state"] == "removed"]
    assert {"ssh-host-keys", "installer-logs", "logs", "password-backups", "hosts", "dhcp-leases"} <= set(
        gone
    )
    assert all(found[item]["paths"] for item in gone)
    checks = [event for event in events_of(work) if event["event"] == "check"]
    assert {f"hygiene {item}" for item in found} <= {check["name"] for check in checks if check["ok"]}


def test_the_marketplace_files_tell_of_the_image_that_lies_there(
    built: tuple[Path, dict[str, Any], list[Event]],
) -> None:
    _, document, _ = built
    image = Path(document["image"]["path"])
    assert published_image(image.parent) == image
    unsaid = {problem.rule for problem in problems_of(image)}
    assert unsaid == {"required", "url"}
    entry = yaml.safe_load((image.parent / "marketplace.yaml").read_text())
    assert (entry["os-id"], entry["os-release"]) == ("Ubuntu", "12.04")
    assert entry["images"][0]["size"] == 8 * 2**30
    assert (image.parent / "publish.txt").read_text().count(image.name) == 1


def test_the_exported_image_is_looked_at_on_a_new_network(
    built: tuple[Path, dict[str, Any], list[Event]],
) -> None:
    work, _, _ = built
    checks = {
        event["name"]: event
        for event in events_of(work)
        if event["event"] == "check" and event["stage"] == "verify"
    }
    context = checks["context script on a new network"]
    assert context["ok"] and "gave 192.168.0.10 to an interface" in context["evidence"]
    assert checks["hostname"]["evidence"] == "the guest calls itself 'ubuntu'"
    assert checks["user ubuntu"]["ok"]
    mac = re.findall(r"mac=([0-9a-f:]+)", (work / "domain-verify.cfg").read_text())
    assert f"this boot's addresses: {mac[0]}" in checks["no persistent network names"]["evidence"]
    assert "mac=" not in (work / "domain-boot.cfg").read_text()


def test_an_image_with_another_name_is_refused(
    built: tuple[Path, dict[str, Any], list[Event]], places: Path, tmp_path: Path
) -> None:
    work, answers = places / "renamed", tmp_path / "renamed.yaml"
    step = "guest:\n  - run: {command: 'echo other > /etc/hostname'}\n"
    answers.write_text(HOW_TO.read_text().replace("guest:\n", step))
    (tmp_path / "files").symlink_to(HOW_TO.parent / "files")
    failure = run_build(request(work, answers, reuse=True))["failure"]
    assert (failure["exit"], failure["stage"], failure["kind"]) == (5, "verify", "check-failed")
    assert "hostname (the guest calls itself 'other')" in failure["message"]
    assert processes_of(work) == []


def test_no_key_goes_to_the_boot_loader(built: tuple[Path, dict[str, Any], list[Event]]) -> None:
    work, _, _ = built
    cast = [json.loads(line) for line in (work / "boot.cast").read_text().splitlines()[1:]]
    first_key = next(number for number, event in enumerate(cast) if event[1] == "i")
    said = "".join(event[2] for event in cast[:first_key] if event[1] == "o")
    assert "Will boot selected entry" in said and "login: " in said


def test_the_secret_is_nowhere(built: tuple[Path, dict[str, Any], list[Event]]) -> None:
    work, document, told = built
    quoted = json.dumps(CANARY)[1:-1]
    texts = [json.dumps(document), repr(told)]
    for path in work.rglob("*"):
        # The simulated guest has the password as a real one has it; the image is the product itself.
        if path.is_file() and "guest" not in path.parts and path.suffix != ".qcow2":
            texts.append(path.read_bytes().decode("utf-8", "replace"))
    assert not [text for text in texts if CANARY in text or quoted in text]


def test_nothing_outlives_the_build_and_everything_is_private(
    built: tuple[Path, dict[str, Any], list[Event]],
) -> None:
    work, _, _ = built
    assert processes_of(work) == []
    state = json.loads((work / "state.json").read_text())
    assert state["domains"] == []
    ours = [path for path in work.rglob("*") if "guest" not in path.relative_to(work).parts]
    assert {oct(path.stat().st_mode & 0o777) for path in ours} == {"0o700", "0o600"}
    assert {path.name for path in work.iterdir()} == {
        "answers.yaml", "state.json", "events.jsonl", "install.cast", "boot.cast", "verify.cast", "lock", "guest",
        "domain-install.cfg", "domain-boot.cfg", "domain-verify.cfg", "image", "netboot",
    }  # fmt: skip
    assert not (work / "image" / "disk.img").exists()
    assert not (work / "image" / "verify.img").exists()


def test_a_finished_build_is_told_again_and_not_touched_also_where_it_was_moved_to(
    built: tuple[Path, dict[str, Any], list[Event]],
) -> None:
    work, document, _ = built
    before = {path: path.stat().st_mtime_ns for path in work.rglob("*") if path.name != "lock"}
    assert run_build(request(work, resume=True)) == document
    assert {path: path.stat().st_mtime_ns for path in work.rglob("*") if path.name != "lock"} == before
    moved = work.rename(work.with_name("moved"))
    try:
        told = run_build(request(moved, resume=True))
        assert told["build"] == str(moved)
        assert Path(told["image"]["path"]).exists()
    finally:
        moved.rename(work)


def test_reuse_starts_from_the_finished_install(
    built: tuple[Path, dict[str, Any], list[Event]], places: Path, tmp_path: Path
) -> None:
    work = places / "reused"
    text = HOW_TO.read_text().replace("guest:\n", "guest:\n  - run: {command: 'echo again > /etc/again'}\n")
    answers = tmp_path / "more.yaml"
    answers.write_text(text)
    (tmp_path / "files").symlink_to(HOW_TO.parent / "files")
    document = run_build(request(work, answers, reuse=True, until="configure"))
    assert document["failure"] is None
    states = [stage["state"] for stage in document["stages"]]
    assert states == ["skipped"] * 3 + ["done"] * 2 + ["pending"] * 3
    assert document["image"] is None
    assert (work / "image" / "disk.img").stat().st_size == 8 * 2**30
    assert processes_of(work) == []


def test_a_step_that_cannot_be_done_keeps_the_install(
    built: tuple[Path, dict[str, Any], list[Event]], places: Path, tmp_path: Path
) -> None:
    work, answers = places / "step", tmp_path / "wrong.yaml"
    answers.write_text(HOW_TO.read_text().replace("line: pre-start exec mkdir", "line: pre-start exec rmdir"))
    (tmp_path / "files").symlink_to(HOW_TO.parent / "files")
    document = run_build(request(work, answers, reuse=True))
    failure = document["failure"]
    assert (failure["exit"], failure["stage"]) == (1, "configure")
    steps = [(event["name"], event["state"]) for event in events_of(work) if event["event"] == "step"]
    assert steps[-1] == ("replace_line /etc/init/networking.conf", "failed")
    assert [state for _, state in steps[:-1]] == ["done"] * 3
    assert (work / "image" / "disk.img").exists()
    assert processes_of(work) == []


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("bridge-missing", "bridge-missing", 4),
        ("memory-short", "memory-short", 4),
        ("disk-full", "disk-full", 4),
        ("name-taken", "name-taken", 6),
    ],
)
def test_what_the_host_refuses_leaves_no_debris(places: Path, fault: str, kind: str, code: int) -> None:
    work = places / fault
    document = run_build(request(work, mischief=Mischief((fault,))))
    failure = document["failure"]
    assert (failure["kind"], failure["exit"], failure["stage"]) == (kind, code, "install")
    assert failure["host_said"] and failure["hint"] and "--resume" in failure["next"]
    assert not (work / "image" / "disk.img").exists()
    assert json.loads((work / "state.json").read_text())["domains"] == []
    assert processes_of(work) == []


def test_somebody_elses_console_is_waited_for(places: Path) -> None:
    work = places / "held"
    overrides = ("questions.localechooser/shortlist/en=Nowhere",)
    document = run_build(request(work, overrides=overrides, mischief=Mischief(("console-held=2",))))
    attached = [event for event in events_of(work) if event["event"] == "console-attached"]
    assert len(attached) == 3
    assert document["failure"]["question"] == "localechooser/shortlist/en"
    assert document["failure"]["exit"] == 1


def test_a_kept_guest_is_gone_on_with_from_its_screen(places: Path) -> None:
    work = places / "kept"
    wrong = ("questions.netcfg/get_hostname={default: true}", "questions.localechooser/shortlist/en=Nowhere")
    document = run_build(request(work, overrides=wrong, keep=True))
    assert document["failure"]["question"] == "localechooser/shortlist/en"
    assert any("Select your location" in line for line in document["failure"]["screen"])
    assert (work / "image" / "disk.img").exists()
    assert processes_of(work)
    document = run_build(request(work, resume=True, until="install"))
    assert document["failure"] is None
    created = [event["domid"] for event in events_of(work) if event["event"] == "domain-created"]
    assert created == [1]
    assert not (work / "failure").exists()
    assert not (work / "install.1.cast").exists()
    assert processes_of(work) == []


def test_a_host_that_has_xl_is_built_on_as_any_other(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in the driver knows that this xl, this mirror and this key belong to a rehearsal."""
    home = places / "host"
    rehearsal = prepare(home, suite="precise", mischief=Mischief())
    try:
        for name, value in rehearsal.environment.items():
            monkeypatch.setenv(name, value)
        overrides = (
            f"installer.mirror={rehearsal.mirror}",
            f"installer.verify.keyring={rehearsal.keyring}",
            "machine.on_reboot=destroy",
        )
        work = places / "on-xl"
        given = replace(request(work, overrides=overrides, until="boot"), toolstack=None)
        document = run_build(given)
        assert document["failure"] is None
        assert not document["stand_ins"]
        assert json.loads((work / "state.json").read_text())["toolstack"] == "xl"
        assert "domain-gone" in [event["event"] for event in events_of(work)]
    finally:
        rehearsal.stop()
    assert processes_of(home) == []
