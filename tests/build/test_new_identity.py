"""The CONTEXT disk of the verified guest: made for what reads one, and gone again; nobody else's is touched."""

from __future__ import annotations

from autoinstall.build.new_identity import bring_context_disk, given_identity, remove_context_disk
from tests.build.conftest import ANSWERS, MakeContext

HOW_TO = ANSWERS + "guest:\n  - profile: opennebula-howto\n"


def test_a_guest_with_our_script_gets_one_and_it_goes_again(make_context: MakeContext) -> None:
    context = make_context(HOW_TO)
    (disk,) = bring_context_disk(context)
    assert b"SET_HOSTNAME='from-context'" in disk.read_bytes()
    assert str(disk) in context.state.state.files
    remove_context_disk(context)
    assert not disk.exists()
    assert str(disk) not in context.state.state.files


def test_a_file_that_the_build_did_not_make_stays(make_context: MakeContext) -> None:
    context = make_context()
    path = context.folder.image / "context.iso"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("somebody's own")
    assert given_identity(context) is None
    assert bring_context_disk(context) == ()
    remove_context_disk(context)
    assert path.read_text() == "somebody's own"
