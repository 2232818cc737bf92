"""The lab mirror with real tools: apt reads its archives, initrds are put together, the program is run."""

from __future__ import annotations

import gzip
import http.client
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

import pytest
from hypothesis import strategies as st

from autoinstall.errors import BusyError, HostError, VerificationError
from scripts.lab_mirror import cpio, deb, index, toolbox
from scripts.lab_mirror.initrd import make_initrd
from scripts.lab_mirror.netboot import Initrd
from scripts.lab_mirror.places import Lab, Variant
from scripts.lab_mirror.private_apt import PrivateApt
from scripts.lab_mirror.proxy import listening
from scripts.lab_mirror.signing import LabKey
from scripts.lab_mirror.stanza import Stanza, stanzas_in
from scripts.lab_mirror.step import Steps
from scripts.lab_mirror.store import Archive

MIRROR = "http://mirror.example/debian"
PROGRAM = Path(__file__).parents[2] / "scripts/lab-mirror"

words = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1)


def stanza(name: str, **fields: str) -> Stanza:
    return Stanza({"Package": name, **{key.replace("_", "-"): value for key, value in fields.items()}})


class TestInitrd:
    """What is appended to the installer's initrd, out of a component that is packed here."""

    KERNEL = "6.1.0-test"

    def initrd(self) -> Initrd:
        folder = f"usr/lib/modules/{self.KERNEL}"
        modules = [cpio.Entry(folder, 0o40755, b""), cpio.Entry(f"{folder}/modules.order", 0o100644, b"")]
        return Initrd(self.KERNEL, "Package: anna\nVersion: 1\n", tuple(modules), b"official keys")

    def component(self, lab: Lab) -> Stanza:
        tree = lab.folder / "tree"
        module = f"lib/modules/{self.KERNEL}/kernel/fs/ext4/ext4.ko"
        index.write_files(tree, {module: b"", "sbin/tool": b"#!", "DEBIAN/postinst": b"#!/bin/sh\n"})
        for script in (tree / "sbin/tool", tree / "DEBIAN/postinst"):
            script.chmod(0o755)
        fields = {
            "Version": "1",
            "Architecture": "all",
            "Maintainer": "m <m@example.org>",
            "Description": "d",
        }
        control = stanza("partman-test", **fields)
        lab.pool.mkdir()
        deb.pack(tree, control, lab.pool / "partman-test_1_all.udeb")
        return index.stored(control, "lab/partman-test_1_all.udeb", b"")

    def made(self, tmp_path: Path, variant: Variant) -> dict[str, cpio.Entry]:
        """The overlay's files by path."""
        if not shutil.which("depmod", path=f"{os.environ['PATH']}:/usr/sbin:/sbin"):
            pytest.skip("missing here: depmod (apt-get install kmod)")
        lab = Lab(tmp_path)
        index.write_files(
            tmp_path, {"netboot/initrd.gz": gzip.compress(b"first"), "key/archive.gpg": b"keys"}
        )
        components = [self.component(lab)] if variant is Variant.LIVE else []
        make_initrd(lab, variant, self.initrd(), components, "", Steps(lab.stamps, lambda line: None))
        overlay = lab.overlay(variant).read_bytes()
        assert lab.initrd(variant).read_bytes().startswith(lab.official_initrd.read_bytes())
        assert lab.initrd(variant).read_bytes().endswith(overlay)
        entries = cpio.entries_in(io.BytesIO(gzip.decompress(overlay)))
        return {entry.path: entry for entry in entries}

    def test_the_ordinary_route_gets_keys_and_hooks_only(self, tmp_path: Path) -> None:
        files = self.made(tmp_path, Variant.SMALL)
        assert [path for path, entry in files.items() if entry.is_file] == [
            "usr/lib/base-installer.d/99lab-proxy",
            "usr/lib/post-base-installer.d/99lab-proxy-end",
            "usr/share/keyrings/archive.gpg",
        ]
        assert files["usr/share/keyrings/archive.gpg"].content == b"keys"
        assert files["usr/lib/base-installer.d/99lab-proxy"].mode == 0o100755

    def test_components_are_unpacked_but_not_configured(self, tmp_path: Path) -> None:
        files = self.made(tmp_path, Variant.LIVE)
        status = list(stanzas_in(files["var/lib/dpkg/status"].content.decode()))
        assert [one.name for one in status] == ["anna", "partman-test"]
        assert status[1].get("Status") == "install ok unpacked"
        assert files["var/lib/dpkg/info/partman-test.postinst"].mode == 0o100755
        assert b"live-installer/enable boolean true" in files["preseed.cfg"].content

    def test_nothing_replaces_the_initrds_links_into_usr(self, tmp_path: Path) -> None:
        files = self.made(tmp_path, Variant.LIVE)
        assert files["usr/sbin/tool"].mode == 0o100755
        assert {path.split("/")[0] for path in files} == {"usr", "var", "preseed.cfg"}

    def test_modules_are_found_by_modprobe(self, tmp_path: Path) -> None:
        files = self.made(tmp_path, Variant.LIVE)
        assert b"kernel/fs/ext4/ext4.ko:" in files[f"usr/lib/modules/{self.KERNEL}/modules.dep"].content


class TestRealApt:
    """A tiny archive written, signed and served by the lab, and read by apt."""

    SUITE = "debian/dists/trixie"

    @pytest.fixture
    def archive(self, tmp_path: Path) -> Path:
        missing = [one for one in ("apt-get", "gpg", "gpgv") if not shutil.which(one)]
        if missing:
            pytest.skip(f"missing here: {', '.join(missing)}")
        packages = [
            index.stored(stanza(name, **fields), f"lab/{name}_1.deb", b"content")
            for name, fields in {
                "tool": {
                    "Version": "1",
                    "Architecture": "amd64",
                    "Priority": "required",
                    "Depends": "virtual",
                },
                "library": {"Version": "1", "Architecture": "amd64", "Provides": "virtual"},
            }.items()
        ]
        texts = index.packages_files(index.packages_text(packages))
        files = {f"main/binary-amd64/Packages{ending}": content for ending, content in texts.items()}
        header = {"Origin": "Debian", "Suite": "stable", "Codename": "trixie", "Components": "main"}
        header |= {"Date": formatdate(1, usegmt=True).replace("GMT", "UTC"), "Architectures": "amd64"}
        suite = tmp_path / "archive" / self.SUITE
        index.write_files(suite, files)
        (suite / "Release").write_text(index.release_text(header, files))
        key = LabKey(tmp_path / "key")
        key.make()
        key.sign_suite(suite)
        return tmp_path / "archive"

    @pytest.fixture
    def apt(self, archive: Path, tmp_path: Path) -> Iterator[PrivateApt]:
        with listening(Archive(archive, None), "http://none.example/debian", 0) as server:
            key = str(LabKey(tmp_path / "key").public)
            yield PrivateApt(tmp_path / "apt", f"{server.url}/debian", "trixie", "amd64", key)

    def test_apt_trusts_and_resolves_it(self, apt: PrivateApt) -> None:
        assert "Codename: trixie" in apt.update()
        assert apt.of_priority("required") == ["tool"]
        assert apt.with_dependencies(["tool"]) == ["library", "tool"]
        assert apt.package("library").get("Filename") == "lab/library_1.deb"
        with pytest.raises(HostError, match="no package none"):
            apt.package("none")

    def test_a_changed_release_is_a_matter_of_trust(self, apt: PrivateApt, archive: Path) -> None:
        signed = archive / self.SUITE / "InRelease"
        signed.write_text(signed.read_text().replace("Codename: trixie", "Codename: trixye"))
        with pytest.raises(VerificationError, match="do not vouch") as failure:
            apt.update()
        assert failure.value.host_said

    def test_an_absent_suite_is_the_mirrors_fault(self, apt: PrivateApt, archive: Path) -> None:
        for name in ("InRelease", "Release"):
            (archive / self.SUITE / name).unlink()
        with pytest.raises(HostError, match="cannot be had"):
            apt.update()


def lab_mirror(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(PROGRAM), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


class TestProgram:
    def test_tools_are_named_with_the_line_that_brings_them(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(toolbox.shutil, "which", lambda program: None)
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(HostError, match="depmod") as failure:
            toolbox.require_tools(live=True)
        assert (
            failure.value.hint
            == "apt-get install apt coreutils debootstrap dpkg e2fsprogs gnupg kmod util-linux"
        )

    @pytest.fixture
    def built(self, tmp_path: Path) -> Lab:
        """A lab of one small archive, made by hand."""
        lab = Lab(tmp_path / "lab")
        lab.claim()
        lab.about.write_text(json.dumps({"mirror": MIRROR, "built": ["small"]}))
        index.write_files(lab.archive(Variant.SMALL) / "debian", {"pool/a.deb": b"abc"})
        lab.netboot.mkdir()
        for path in (lab.kernel, lab.initrd(Variant.SMALL)):
            path.write_bytes(b"x")
        return lab

    def test_a_server_in_the_background_from_start_to_end(self, built: Lab) -> None:
        folder = ("--folder", str(built.folder))
        started = lab_mirror("serve", *folder, "--background", "--json")
        assert started.returncode == 0, started.stderr
        said = json.loads(started.stdout)
        try:
            assert said["mirror_url"] == f"http://10.0.2.2:{said['port']}"
            assert said["proxy"] == f"http://10.0.2.2:{said['port']}/"
            assert said["live_disk"] is None
            connection = http.client.HTTPConnection("127.0.0.1", said["port"], timeout=30)
            connection.request("GET", "/debian/pool/a.deb")
            assert connection.getresponse().read() == b"abc"
            ready = json.loads(built.ready(Variant.SMALL).read_text())
            assert ready == {"url": said["url"], "port": said["port"], "pid": said["pid"]}
            again = json.loads(lab_mirror("serve", *folder, "--background", "--json").stdout)
            assert again["pid"] == said["pid"]
            busy = lab_mirror("serve", *folder)
            assert busy.returncode == 6 and "lab-mirror stop" in busy.stderr
            status = json.loads(lab_mirror("status", *folder, "--json").stdout)
            assert status["archives"]["small"] == ready
        finally:
            stopped = lab_mirror("stop", *folder, "--json")
        assert json.loads(stopped.stdout) == {"stopped": ["small"]}
        assert not built.ready(Variant.SMALL).exists()
        assert json.loads(lab_mirror("stop", *folder, "--json").stdout) == {"stopped": []}

    def test_what_is_not_built_is_not_served(self, built: Lab) -> None:
        refused = lab_mirror("serve", "--folder", str(built.folder), "--live")
        assert refused.returncode == 3
        assert f"lab-mirror build --folder {built.folder} --live" in refused.stderr

    def test_clean_removes_only_what_is_ours(self, built: Lab, tmp_path: Path) -> None:
        (tmp_path / "other").mkdir()
        refused = lab_mirror("clean", "--folder", str(tmp_path / "other"))
        assert refused.returncode == 2 and (tmp_path / "other").is_dir()
        assert lab_mirror("clean", "--folder", str(built.folder)).returncode == 0
        assert not built.folder.exists()

    def test_a_folder_in_use_is_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "letter.txt").write_text("dear")
        with pytest.raises(BusyError, match="in use"):
            Lab(tmp_path).claim()

    def test_an_unreachable_mirror_is_the_networks_fault(self, tmp_path: Path) -> None:
        search = f"{os.environ['PATH']}:/usr/sbin:/sbin"
        if not all(shutil.which(one, path=search) for one in ("apt-get", "depmod", "gpg", "dpkg-deb")):
            pytest.skip("the lab's tools are missing here")
        failed = lab_mirror(
            "build", "--folder", str(tmp_path / "lab"), "--mirror", "http://127.0.0.1:1/debian"
        )
        assert failed.returncode == 4
        assert "hint: is the network up" in failed.stderr
