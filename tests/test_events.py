"""The story of a build in its file: read again whole, whatever was torn."""

from __future__ import annotations

from pathlib import Path

from autoinstall.events import EventFile, Events, read_events


def tell(path: Path, name: str) -> None:
    file = EventFile(path)
    events = Events()
    events.subscribe(file)
    events.tell(name, text="x")
    file.close()


def test_a_torn_line_takes_no_other_with_it(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    tell(path, "first")
    with path.open("ab") as file:
        file.write(b'{"v": 1, "event": "torn", "te')
    tell(path, "second")
    with path.open("ab") as file:
        file.write(b'[1]\n{"event')
    assert [event["event"] for event in read_events(path)] == ["first", "second"]


def test_a_whole_file_gets_no_empty_line(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    tell(path, "first")
    tell(path, "second")
    assert len(path.read_bytes().splitlines()) == 2
