"""Descriptions, grub.cfg and the backlog: what they say, and that no text upsets their readers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoinstall.rehearsal.host.backlog import Backlog
from autoinstall.rehearsal.host.description import (
    BadDescription,
    BadDisk,
    Disk,
    Vif,
    describe,
    disk,
    read,
    vif,
)
from autoinstall.rehearsal.host.grubconfig import Entry, parse

HOW_TO = """\
# -*- mode: python; -*-
name = "ubuntu"
memory = 256
kernel = '/srv/vmlinuz'   # netboot/xen
ramdisk = "/srv/initrd.gz"
disk = ['file:/srv/ubuntu.img,xvda,w',
        "file:/srv/second.img,xvdb,r",
       ]
vif = ['bridge=xenbr0, mac=00:16:3e:00:00:01', '']
extra = "a \\"quoted\\" word"
on_reboot = 'destroy'; vcpus="2"
"""


def test_the_how_tos_description():
    described = describe(read(HOW_TO), on_crash="restart")
    assert described.name == "ubuntu"
    assert (described.memory, described.vcpus) == (256, 2)
    assert (described.kernel, described.ramdisk) == ("/srv/vmlinuz", "/srv/initrd.gz")
    assert described.disks == (Disk("/srv/ubuntu.img", "xvda", True), Disk("/srv/second.img", "xvdb", False))
    assert described.vifs == (Vif("xenbr0", "00:16:3e:00:00:01"), Vif("xenbr0", ""))
    assert described.extra == 'a "quoted" word'
    assert (described.on_poweroff, described.on_reboot, described.on_crash) == (
        "destroy",
        "destroy",
        "restart",
    )


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("file:/a,xvda,w", Disk("/a", "xvda", True)),
        ("tap:aio:/a,xvda,w", Disk("/a", "xvda", True)),
        ("tap2:aio:/a,xvda,r", Disk("/a", "xvda", False)),
        ("phy:/dev/vg/a,xvda,w", Disk("/dev/vg/a", "xvda", True)),
        ("/a,raw,xvda,rw", Disk("/a", "xvda", True)),
        ("/a,,xvda", Disk("/a", "xvda", True)),
        ("format=raw, vdev=xvda, access=ro, target=/a", Disk("/a", "xvda", False)),
    ],
)
def test_disks(spec, expected):
    assert disk(spec) == expected


def test_a_disk_without_a_name():
    with pytest.raises(BadDisk, match="no vdev specified in `bogus'"):
        disk("bogus")


@pytest.mark.parametrize(
    ("text", "line"), [("a = 1\nb\n", 2), ("a = [1\n", 2), ("\n\n!", 3), ("a = 'x\n", 1), ("a = 1 2", 1)]
)
def test_errors_have_their_line(text, line):
    with pytest.raises(BadDescription) as caught:
        read(text)
    assert caught.value.line == line


@given(st.text(alphabet="abn=[],'\"\\ \n#;1-é", max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        values = read(text)
    except BadDescription as problem:
        assert 1 <= problem.line <= text.count("\n") + 2
    else:
        assert all(isinstance(value, (str, list)) for value in values.values())


@given(
    st.dictionaries(
        st.from_regex(r"[a-z_]{1,9}", fullmatch=True), st.text(alphabet="ab \\\"'#=", max_size=20)
    )
)
def test_what_is_quoted_comes_back(values):
    def quoted(value):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

    assert read("".join(f"{key} = {quoted(value)}\n" for key, value in values.items())) == values


@given(st.text(max_size=40))
def test_any_card_is_read(spec):
    assert vif(spec).bridge is not None


def test_submenus_are_flat_and_the_last_setting_holds():
    menu = parse(
        "set default=\"1\"\nset timeout=-1\nset timeout=3\nmenuentry 'A' {\n linux (hd0,1)/vmlinuz BOOT_IMAGE=/x ro q\n"
        ' initrd /initrd\n}\nsubmenu "S" {\nmenuentry "B" --class x {\n linux16 /k\n}\n}\n'
    )
    assert menu.entries == (Entry("A", "/vmlinuz", "/initrd", "ro q"), Entry("B", "/k"))
    assert (menu.default, menu.timeout) == (1, 3)


@given(st.text())
def test_any_grub_cfg_is_read(text):
    menu = parse(text)
    assert menu.default == 0 or menu.default < len(menu.entries)


def test_a_backlog_within_its_limit_loses_nothing():
    backlog = Backlog(limit=8)
    backlog.add(b"0123456789")
    assert (backlog.first(4), len(backlog)) == (b"0123", 10)
    backlog.drop(4)
    assert backlog.first(99) == b"456789"


def test_over_five_quarters_the_newest_part_moves_down_over_the_middle():
    backlog = Backlog(limit=8)
    backlog.add(b"0123456789a")
    assert backlog.first(99) == b"0123489a"


@given(st.lists(st.binary(max_size=30), max_size=40))
def test_a_backlog_never_grows_beyond_five_quarters_and_keeps_the_newest(pieces):
    backlog = Backlog(limit=16)
    for piece in pieces:
        backlog.add(piece)
        assert len(backlog) <= 20
    whole = b"".join(pieces)
    assert whole.endswith(backlog.first(99)[-1:])
    if len(whole) <= 20:
        assert backlog.first(99) == whole
