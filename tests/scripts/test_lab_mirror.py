"""The lab mirror's pure parts: control files, closure, index files, paths, ranges, archives, steps."""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
from email.utils import formatdate
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoinstall.catalogue.initrd import templates_in_initrd
from autoinstall.errors import HostError, InvalidFileError
from autoinstall.image.digest import release_sums_in
from scripts.lab_mirror import closure, cpio, deb, index
from scripts.lab_mirror.catalogue import english
from scripts.lab_mirror.request import (
    Area,
    Refused,
    Span,
    Wanted,
    span_wanted,
    unchanged_since,
    wanted,
)
from scripts.lab_mirror.stanza import Stanza, packages_in, stanzas_in
from scripts.lab_mirror.step import Steps

MIRROR = "http://mirror.example/debian"
PROGRAM = Path(__file__).parents[2] / "scripts/lab-mirror"

words = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1)


def stanza(name: str, **fields: str) -> Stanza:
    return Stanza({"Package": name, **{key.replace("_", "-"): value for key, value in fields.items()}})


class TestStanzas:
    def test_fields_and_folded_lines_are_read_in_their_order(self) -> None:
        text = "Package: a\nDescription: short\n long\n .\n more\nSize: 3\n\n\n# no package\nX: y\n\nPackage: b\n"
        first, second = stanzas_in(text)
        assert list(first.fields) == ["Package", "Description", "Size"]
        assert first.get("Description") == "short\n long\n .\n more"
        assert (second.name, second.get("Size")) == ("b", "")

    @given(st.lists(st.dictionaries(words, words, max_size=4), max_size=4))
    def test_a_written_index_is_read_back(self, several: list[dict[str, str]]) -> None:
        stanzas = [Stanza({"Package": "p", **fields}) for fields in several]
        assert list(stanzas_in(index.packages_text(stanzas))) == stanzas

    @pytest.mark.parametrize(
        ("relation", "names"),
        [
            ("", []),
            ("libc6-udeb (>= 2.41), cdebconf-udeb", ["libc6-udeb", "cdebconf-udeb"]),
            ("a | b (= 1), c:any", ["a", "c"]),
            ("a,\n b,", ["a", "b"]),
        ],
    )
    def test_relations_name_packages(self, relation: str, names: list[str]) -> None:
        assert packages_in(relation) == names


class TestClosure:
    def test_dependencies_are_followed_through_virtual_packages(self) -> None:
        offered = [
            stanza("partman-ext3", Priority="standard", Depends="ext4-modules, partman-base"),
            stanza("partman-base", Priority="optional", Depends="parted"),
            stanza("ext4-modules-6.1-di", Provides="ext4-modules, ext3-modules", Priority="optional"),
            stanza("ext4-modules-lab", Provides="ext4-modules", Priority="optional"),
            stanza("unwanted", Priority="optional"),
            stanza("parted", Priority="optional", Depends="anna"),
            stanza("anna", Priority="standard"),
        ]
        found = [one.name for one in closure.needed(offered, {"anna"})]
        assert found == ["ext4-modules-6.1-di", "ext4-modules-lab", "parted", "partman-base", "partman-ext3"]

    def test_dependencies_may_go_round(self) -> None:
        offered = [stanza("a", Priority="standard", Depends="b, v"), stanza("b", Depends="a", Provides="v")]
        assert [one.name for one in closure.needed(offered, ())] == ["a", "b"]

    def test_modules_of_another_kernel_are_no_offer(self) -> None:
        both = [stanza("m", Kernel_Version="6.12.94"), stanza("n", Kernel_Version="6.12.117"), stanza("o")]
        assert [one.name for one in closure.of_kernel(both, "6.12.117")] == ["n", "o"]

    def test_provided_names_count_as_present(self) -> None:
        assert closure.offered_names([stanza("a", Provides="b, c (= 1)")]) == {"a", "b", "c"}


class TestIndex:
    def test_packages_end_with_a_blank_line_in_each_form(self) -> None:
        """Debootstrap drops the last stanza of an index that does not."""
        text = index.packages_text([stanza("a"), stanza("b")])
        files = index.packages_files(text)
        assert text == "Package: a\n\nPackage: b\n\n"
        assert gzip.decompress(files[".gz"]) == lzma.decompress(files[".xz"]) == files[""] == text.encode()

    def test_release_lists_sizes_and_sums(self) -> None:
        files = {"main/Packages": b"content", "main/Packages.gz": b""}
        text = index.release_text({"Suite": "stable", "Components": "main"}, files)
        sha = hashlib.sha256(b"content").hexdigest()
        assert text.startswith("Suite: stable\nComponents: main\nMD5Sum:\n ")
        assert f" {sha} 7 main/Packages\n" in text.partition("SHA256:")[2]
        assert set(release_sums_in(text)) == set(files)

    def test_the_header_of_a_release_ends_before_its_lists(self) -> None:
        text = "Origin: Debian\nDate: Sat, 21 Nov 2026 09:15:44 UTC\nMD5Sum:\n 00 1 main/x: y\nSHA256:\n"
        assert index.release_header(text) == {"Origin": "Debian", "Date": "Sat, 21 Nov 2026 09:15:44 UTC"}

    def test_a_stored_package_bears_its_new_sums_only(self) -> None:
        old = stanza("a", Filename="pool/a.deb", Size="9", SHA256="00", SHA1="11", Version="1")
        new = index.stored(old, "lab/a.deb", b"abc")
        assert new.fields == {
            "Package": "a",
            "Version": "1",
            "Filename": "lab/a.deb",
            "Size": "3",
            "MD5sum": hashlib.md5(b"abc").hexdigest(),
            "SHA256": hashlib.sha256(b"abc").hexdigest(),
        }


class TestPaths:
    @pytest.mark.parametrize(
        ("target", "area", "path", "url"),
        [
            (f"{MIRROR}/dists/trixie/Release", Area.MIRROR, "dists/trixie/Release", None),
            (f"{MIRROR}//dists/trixie/Release", Area.MIRROR, "dists/trixie/Release", None),
            ("HTTP://Mirror.Example//debian//pool/a.deb", Area.MIRROR, "pool/a.deb", None),
            (f"{MIRROR}/pool/g%2b%2b_1%7e2.deb", Area.MIRROR, "pool/g++_1~2.deb", None),
            (f"{MIRROR}/pool/g++_1~2.deb", Area.MIRROR, "pool/g++_1~2.deb", None),
            ("/debian/pool/a.deb", Area.MIRROR, "pool/a.deb", None),
            ("/debian//pool/a.deb?x=1", Area.MIRROR, "pool/a.deb", None),
            (
                "http://security.example/debian-security//dists/s/Release",
                Area.SECURITY,
                "dists/s/Release",
                "http://security.example/debian-security/dists/s/Release",
            ),
            (
                "/debian-security/dists/s/Release",
                Area.SECURITY,
                "dists/s/Release",
                "http://mirror.example/debian-security/dists/s/Release",
            ),
        ],
    )
    def test_what_is_served(self, target: str, area: Area, path: str, url: str | None) -> None:
        assert wanted(target, MIRROR) == Wanted(area, path, url or f"{MIRROR}/{path}")

    @pytest.mark.parametrize(
        ("target", "status"),
        [
            ("http://127.0.0.1:22/", 403),
            ("http://mirror.example/other/x", 403),
            ("http://mirror.example/debian", 403),
            ("http://mirror.example:8080/debian/x", 403),
            ("https://mirror.example/debian/x", 403),
            ("ftp://h/debian-security/x", 403),
            ("/", 404),
            ("/debian", 404),
            ("/debian/", 404),
            ("/debianx/y", 404),
            (f"{MIRROR}/../../etc/passwd", 400),
            ("/debian/%2e%2e/%2e%2e/etc/passwd", 400),
            ("/debian/x%00y", 400),
        ],
    )
    def test_what_is_refused(self, target: str, status: int) -> None:
        refusal = wanted(target, MIRROR)
        assert isinstance(refusal, Refused) and refusal.status == status

    def test_a_mirror_in_a_folder_of_another_name(self) -> None:
        assert wanted("http://h/pub/deb/pool/a", "http://h/pub/deb") == Wanted(
            Area.MIRROR, "pool/a", "http://h/pub/deb/pool/a"
        )

    @given(st.text())
    def test_no_target_leads_out_of_the_archive(self, text: str) -> None:
        for target in (f"/debian/{text}", f"{MIRROR}/{text}"):
            try:
                file = wanted(target, MIRROR)
            except ValueError:
                continue
            if isinstance(file, Wanted):
                root = Path("/archive")
                assert (root / file.path).is_relative_to(root) and ".." not in Path(file.path).parts
                assert not Path(file.path).is_absolute()

    def test_suites_are_known_by_their_folder(self) -> None:
        assert Wanted(Area.MIRROR, "dists/trixie/main/x", "").suite == "trixie"
        assert Wanted(Area.MIRROR, "dists/trixie", "").suite is None
        assert Wanted(Area.MIRROR, "pool/main/x", "").suite is None


class TestRanges:
    @pytest.mark.parametrize(
        ("header", "span"),
        [
            (None, None),
            ("", None),
            ("bytes=0-", Span(0, 10)),
            ("bytes=4-", Span(4, 10)),
            ("bytes=4-6", Span(4, 7)),
            ("bytes=4-99", Span(4, 10)),
            ("bytes=-3", Span(7, 10)),
            ("bytes=-30", Span(0, 10)),
            ("bytes=1-2,4-5", None),
            ("bytes=-", None),
            ("bytes=6-4", None),
            ("lines=1-", None),
        ],
    )
    def test_spans(self, header: str | None, span: Span | None) -> None:
        assert span_wanted(header, 10) == span

    @pytest.mark.parametrize("header", ["bytes=10-", "bytes=11-20", "bytes=-0"])
    def test_what_lies_behind_the_end_is_refused(self, header: str) -> None:
        refusal = span_wanted(header, 10)
        assert isinstance(refusal, Refused) and refusal.status == 416

    @given(st.text() | st.from_regex(r"bytes=\d*-\d*", fullmatch=True), st.integers(0, 50))
    def test_a_span_lies_within_the_file(self, header: str, size: int) -> None:
        span = span_wanted(header, size)
        if isinstance(span, Span):
            assert 0 <= span.start < span.end <= size

    def test_dates(self) -> None:
        assert unchanged_since(formatdate(1000, usegmt=True), 1000)
        assert not unchanged_since(formatdate(999, usegmt=True), 1000)
        assert not unchanged_since("yesterday", 1000)
        assert not unchanged_since(None, 1000)


class TestCpio:
    def test_an_archive_is_read_back(self, tmp_path: Path) -> None:
        (tmp_path / "usr/lib").mkdir(parents=True)
        (tmp_path / "usr/lib/tool").write_bytes(b"#!")
        (tmp_path / "usr/lib/tool").chmod(0o755)
        (tmp_path / "lib").symlink_to("usr/lib")
        written = cpio.archive(cpio.entries_below(tmp_path))
        assert list(cpio.entries_in(io.BytesIO(written))) == [
            cpio.Entry("lib", 0o120777, b"usr/lib"),
            cpio.Entry("usr", 0o40755, b""),
            cpio.Entry("usr/lib", 0o40755, b""),
            cpio.Entry("usr/lib/tool", 0o100755, b"#!"),
        ]

    @given(st.dictionaries(words, st.binary(max_size=20), max_size=5))
    def test_any_files_survive(self, files: dict[str, bytes]) -> None:
        entries = [cpio.Entry(name, 0o100644, content) for name, content in files.items()]
        assert list(cpio.entries_in(io.BytesIO(cpio.archive(entries)))) == entries

    def test_the_driver_reads_the_same_archive(self) -> None:
        text = b"Template: a/b\nType: note\nDescription: d\n"
        archive = cpio.archive([cpio.Entry("var/lib/dpkg/info/a.templates", 0o100644, text)])
        assert list(templates_in_initrd(io.BytesIO(archive))) == [
            ("var/lib/dpkg/info/a.templates", text.decode())
        ]

    @pytest.mark.parametrize("cut", [50, 112, 130])
    def test_a_cut_archive_is_told(self, cut: int) -> None:
        whole = cpio.archive([cpio.Entry("file", 0o100644, b"content of it")])
        with pytest.raises(InvalidFileError):
            list(cpio.entries_in(io.BytesIO(whole[:cut])))


class TestPackages:
    def test_a_package_without_compression_is_the_same_package(self, tmp_path: Path) -> None:
        tree = tmp_path / "tree"
        (tree / "etc").mkdir(parents=True)
        (tree / "etc/file").write_text("text " * 1000)
        control = Stanza(
            {
                "Package": "p",
                "Version": "1",
                "Architecture": "all",
                "Maintainer": "m <m@example.org>",
                "Description": "d",
            }
        )
        packed, plain = tmp_path / "p.deb", tmp_path / "plain.deb"
        deb.pack(tree, control, packed)
        plain.write_bytes(deb.uncompressed(packed.read_bytes()))
        assert [name for name, _ in deb.members(plain.read_bytes())] == [
            "debian-binary",
            "control.tar",
            "data.tar",
        ]
        assert deb.control_of(plain) == deb.control_of(packed) == control
        deb.unpack(plain, tmp_path / "out")
        assert (tmp_path / "out/etc/file").read_text() == "text " * 1000

    @given(st.lists(st.binary(max_size=9), max_size=4))
    def test_members_of_any_length_keep_their_place(self, contents: list[bytes]) -> None:
        parts = [b"!<arch>\n"]
        for number, content in enumerate(contents):
            packed = gzip.compress(content)
            parts.append(
                b"%-48s%-10d`\n" % (b"m%d.gz" % number, len(packed)) + packed + b"\n" * (len(packed) & 1)
            )
        plain = deb.uncompressed(b"".join(parts))
        assert list(deb.members(plain)) == [
            (f"m{number}", content) for number, content in enumerate(contents)
        ]
        assert len(plain) % 2 == 0

    @pytest.mark.parametrize("damaged", [b"", b"no package", b"!<arch>\nshort"])
    def test_what_is_no_package_is_told(self, damaged: bytes) -> None:
        with pytest.raises(InvalidFileError):
            deb.uncompressed(damaged)

    def test_translations_are_left_out_of_the_catalogue(self) -> None:
        text = (
            "\nTemplate: a/b\nType: select\nChoices: x, y\nChoices-de.UTF-8: u, v\nChoices-pt_BR.UTF-8: w\n"
            " z\nDescription: short\n long\nDescription-sr@latin.UTF-8: k\n l\nDefault: x\n\n"
        )
        assert english(text) == (
            "Template: a/b\nType: select\nChoices: x, y\nDescription: short\n long\nDefault: x"
        )


class TestSteps:
    def make(self, folder: Path, *inputs: str, fails: bool = False) -> bool:
        """Whether the step was done."""
        done = []

        def work() -> None:
            done.append(True)
            if fails:
                raise HostError("it failed")
            (folder / "output").touch()

        Steps(folder / "steps", lambda line: None).make("a step", inputs, [folder / "output"], work)
        return bool(done)

    def test_a_step_is_done_again_when_its_inputs_change_or_its_outputs_go(self, tmp_path: Path) -> None:
        assert self.make(tmp_path, "a")
        assert not self.make(tmp_path, "a")
        assert self.make(tmp_path, "b")
        (tmp_path / "output").unlink()
        assert self.make(tmp_path, "b")

    def test_a_failed_step_is_done_again(self, tmp_path: Path) -> None:
        assert self.make(tmp_path, "a")
        with pytest.raises(HostError):
            self.make(tmp_path, "b", fails=True)
        assert self.make(tmp_path, "a"), "what the failed step left behind counts for nothing"

    def test_a_damaged_stamp_counts_for_nothing(self, tmp_path: Path) -> None:
        assert self.make(tmp_path, "a")
        (tmp_path / "steps/a-step.json").write_text("[1]")
        assert self.make(tmp_path, "a")
