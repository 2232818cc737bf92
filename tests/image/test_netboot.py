"""The installer's files from a mirror of our own: fetched and verified as from the real one."""

from __future__ import annotations

import gzip
import hashlib
import lzma
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from autoinstall.errors import HostError, InvalidFileError, VerificationError
from autoinstall.image.cache import DownloadCache
from autoinstall.image.netboot import (
    UNVERIFIED,
    NetbootFile,
    NetbootSource,
    Verification,
    check_reference,
    obtain,
)
from tests.image.conftest import Mirror, Signer

KERNEL = b"kernel " * 1000
REFERENCE = "netboot/xen/vmlinuz"
UBUNTU_IMAGES = "dists/precise/main/installer-amd64/current/images"
DEBIAN_IMAGES = "main/installer-amd64/current/images"


def sums(files: Mapping[str, bytes], algorithm: str) -> bytes:
    lines = (f"{hashlib.new(algorithm, content).hexdigest()}  ./{path}\n" for path, content in files.items())
    return "".join(lines).encode()


def ubuntu(mirror: Mirror, signer: Signer, name: str = "SHA256SUMS", algorithm: str = "sha256") -> None:
    mirror.put(f"{UBUNTU_IMAGES}/{REFERENCE}", KERNEL)
    listed = mirror.put(f"{UBUNTU_IMAGES}/{name}", sums({REFERENCE: KERNEL}, algorithm))
    mirror.put(f"{UBUNTU_IMAGES}/{name}.gpg", signer.detached(listed))


def release_of(files: Mapping[str, bytes]) -> bytes:
    lines = "".join(f" {hashlib.sha256(c).hexdigest()} {len(c):8} {path}\n" for path, c in files.items())
    md5 = "".join(f" {hashlib.md5(c).hexdigest()} {len(c):8} {path}\n" for path, c in files.items())
    return f"Origin: Test\nSuite: stable\nMD5Sum:\n{md5}SHA256:\n{lines}Acquire-By-Hash: yes\n".encode()


def source(mirror: Mirror, verification: Verification, distribution: str = "ubuntu") -> NetbootSource:
    suite = "precise" if distribution == "ubuntu" else "bookworm"
    return NetbootSource(mirror.url + "/", distribution, suite, "amd64", verification)


def get(
    tmp_path: Path, wanted: NetbootSource, reference: str = REFERENCE, name: str = "vmlinuz"
) -> NetbootFile:
    cache = tmp_path / "cache"
    cache.mkdir(exist_ok=True)
    return obtain(
        wanted, "kernel", reference, tmp_path / name, DownloadCache(cache), lambda have, total: None
    )


def test_ubuntus_signed_sha256sums_vouch(mirror: Mirror, signer: Signer, tmp_path: Path) -> None:
    ubuntu(mirror, signer)
    file = get(tmp_path, source(mirror, Verification(signer.keyring)))
    assert file.path.read_bytes() == KERNEL
    assert file.vouched.startswith("SHA256SUMS signed by ")
    assert file.digest.hex == hashlib.sha256(KERNEL).hexdigest()


def test_old_suites_have_md5sums_only_and_it_is_said(mirror: Mirror, signer: Signer, tmp_path: Path) -> None:
    ubuntu(mirror, signer, "MD5SUMS", "md5")
    file = get(tmp_path, source(mirror, Verification(signer.keyring)))
    assert file.vouched.startswith("MD5SUMS signed by ")


def test_debians_chain_goes_by_inrelease(mirror: Mirror, signer: Signer, tmp_path: Path) -> None:
    listed = sums({REFERENCE: KERNEL}, "sha256")
    mirror.put(f"dists/bookworm/{DEBIAN_IMAGES}/{REFERENCE}", KERNEL)
    mirror.put(f"dists/bookworm/{DEBIAN_IMAGES}/SHA256SUMS", listed)
    release = release_of({f"{DEBIAN_IMAGES}/SHA256SUMS": listed})
    mirror.put("dists/bookworm/InRelease", signer.clearsigned(release))
    file = get(tmp_path, source(mirror, Verification(signer.keyring), "debian"))
    assert "listed in InRelease signed by" in file.vouched
    mirror.put(f"dists/bookworm/{DEBIAN_IMAGES}/SHA256SUMS", listed + b"0" * 64 + b"  ./other\n")
    with pytest.raises(VerificationError):
        get(tmp_path, source(mirror, Verification(signer.keyring), "debian"))


def test_debians_detached_release_is_taken_too(mirror: Mirror, signer: Signer, tmp_path: Path) -> None:
    listed = sums({REFERENCE: KERNEL}, "sha256")
    mirror.put(f"dists/bookworm/{DEBIAN_IMAGES}/{REFERENCE}", KERNEL)
    mirror.put(f"dists/bookworm/{DEBIAN_IMAGES}/SHA256SUMS", listed)
    release = mirror.put("dists/bookworm/Release", release_of({f"{DEBIAN_IMAGES}/SHA256SUMS": listed}))
    mirror.put("dists/bookworm/Release.gpg", signer.detached(release))
    file = get(tmp_path, source(mirror, Verification(signer.keyring), "debian"))
    assert "listed in Release signed by" in file.vouched


def test_a_changed_list_is_refused(mirror: Mirror, signer: Signer, tmp_path: Path) -> None:
    ubuntu(mirror, signer)
    mirror.put(f"{UBUNTU_IMAGES}/SHA256SUMS", sums({REFERENCE: b"evil"}, "sha256"))
    with pytest.raises(VerificationError) as caught:
        get(tmp_path, source(mirror, Verification(signer.keyring)))
    assert (caught.value.kind, caught.value.exit_code) == ("bad-signature", 5)


def test_a_strangers_signature_is_refused(
    mirror: Mirror, signer: Signer, stranger: Signer, tmp_path: Path
) -> None:
    ubuntu(mirror, stranger)
    with pytest.raises(VerificationError) as caught:
        get(tmp_path, source(mirror, Verification(signer.keyring)))
    assert "does not hold" in caught.value.message


def test_text_outside_the_signature_is_not_believed(mirror: Mirror, signer: Signer, tmp_path: Path) -> None:
    evil = release_of({f"{DEBIAN_IMAGES}/SHA256SUMS": sums({REFERENCE: KERNEL}, "sha256")})
    mirror.put(f"dists/bookworm/{DEBIAN_IMAGES}/SHA256SUMS", sums({REFERENCE: KERNEL}, "sha256"))
    mirror.put("dists/bookworm/InRelease", evil + signer.clearsigned(release_of({})))
    with pytest.raises(VerificationError):
        get(tmp_path, source(mirror, Verification(signer.keyring), "debian"))


def test_a_changed_file_is_refused_and_does_not_stay(mirror: Mirror, signer: Signer, tmp_path: Path) -> None:
    ubuntu(mirror, signer)
    mirror.put(f"{UBUNTU_IMAGES}/{REFERENCE}", b"evil")
    with pytest.raises(VerificationError) as caught:
        get(tmp_path, source(mirror, Verification(signer.keyring)))
    assert caught.value.kind == "wrong-checksum"
    assert not (tmp_path / "vmlinuz").exists()


def test_a_file_that_no_list_names_is_refused(mirror: Mirror, signer: Signer, tmp_path: Path) -> None:
    ubuntu(mirror, signer)
    mirror.put(f"{UBUNTU_IMAGES}/netboot/xen/other", b"content")
    with pytest.raises(VerificationError) as caught:
        get(tmp_path, source(mirror, Verification(signer.keyring)), "netboot/xen/other")
    assert caught.value.kind == "unlisted-file"


def test_pins_need_no_signature(mirror: Mirror, tmp_path: Path) -> None:
    mirror.put(f"{UBUNTU_IMAGES}/{REFERENCE}", KERNEL)
    right = Verification(pins={"kernel": hashlib.sha256(KERNEL).hexdigest().upper()})
    assert get(tmp_path, source(mirror, right)).vouched == "the answers file (verify.sha256)"
    wrong = Verification(pins={"kernel": "0" * 64})
    with pytest.raises(VerificationError):
        get(tmp_path, source(mirror, wrong), name="other")


def test_none_is_reported_as_nobody(mirror: Mirror, tmp_path: Path) -> None:
    mirror.put(f"{UBUNTU_IMAGES}/{REFERENCE}", KERNEL)
    assert get(tmp_path, source(mirror, Verification())).vouched == UNVERIFIED


def test_the_cache_spares_the_second_download_and_drops_damage(
    mirror: Mirror, signer: Signer, tmp_path: Path
) -> None:
    ubuntu(mirror, signer)
    wanted = Verification(signer.keyring)
    get(tmp_path, source(mirror, wanted))
    fetched = [path for path, _ in mirror.requests].count(f"/{UBUNTU_IMAGES}/{REFERENCE}")
    get(tmp_path, source(mirror, wanted), name="second")
    (kept,) = (tmp_path / "cache").iterdir()
    kept.write_bytes(b"damaged")
    assert get(tmp_path, source(mirror, wanted), name="third").path.read_bytes() == KERNEL
    assert [path for path, _ in mirror.requests].count(f"/{UBUNTU_IMAGES}/{REFERENCE}") == fetched + 1


def test_a_local_file_is_copied_and_its_pin_kept(mirror: Mirror, tmp_path: Path) -> None:
    local = tmp_path / "mine"
    local.write_bytes(KERNEL)
    assert get(tmp_path, source(mirror, Verification()), str(local)).path.read_bytes() == KERNEL
    with pytest.raises(VerificationError):
        get(tmp_path, source(mirror, Verification(pins={"kernel": "0" * 64})), str(local))


@pytest.mark.parametrize(
    ("reference", "kind"),
    [
        ("/no/such/kernel", "file-missing"),
        ("http://elsewhere.example.org/vmlinuz", "unverified"),
        ("package:no-path", "package-reference"),
        ("package:../x/y", "package-reference"),
    ],
)
def test_what_cannot_work_is_seen_beforehand(
    mirror: Mirror, tmp_path: Path, reference: str, kind: str
) -> None:
    wanted = source(mirror, Verification(tmp_path / "keyring"))
    for attempt in (lambda: check_reference(wanted, reference), lambda: get(tmp_path, wanted, reference)):
        with pytest.raises(InvalidFileError) as caught:
            attempt()
        assert (caught.value.kind, caught.value.exit_code) == (kind, 3)
    assert not mirror.requests


def test_an_absent_or_armoured_keyring_is_the_files_fault(
    mirror: Mirror, signer: Signer, tmp_path: Path
) -> None:
    ubuntu(mirror, signer)
    armoured = tmp_path / "keyring.asc"
    armoured.write_text("-----BEGIN PGP PUBLIC KEY BLOCK-----\n")
    for keyring, kind in ((tmp_path / "absent", "keyring-missing"), (armoured, "keyring-armoured")):
        with pytest.raises(InvalidFileError) as caught:
            get(tmp_path, source(mirror, Verification(keyring)))
        assert caught.value.kind == kind


def test_a_mirror_without_the_suite_says_so(mirror: Mirror, signer: Signer, tmp_path: Path) -> None:
    with pytest.raises(HostError) as caught:
        get(tmp_path, source(mirror, Verification(signer.keyring)))
    assert caught.value.kind == "not-found"


def deb(tmp_path: Path) -> bytes:
    tree = tmp_path / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN/control").write_text(
        "Package: boot-files\nVersion: 1.2\nArchitecture: all\nMaintainer: T <t@example.org>\nDescription: test\n"
    )
    (tree / "usr/lib/boot").mkdir(parents=True)
    (tree / "usr/lib/boot/linux-1").write_bytes(KERNEL)
    (tree / "usr/lib/boot/linux").symlink_to("linux-1")
    (tree / "usr/lib/boot/outside").symlink_to("/etc/hostname")
    package = tmp_path / "boot-files.deb"
    subprocess.run(["dpkg-deb", "--build", tree, package], check=True, capture_output=True)
    return package.read_bytes()


@pytest.mark.parametrize(
    ("ending", "pack"),
    [(".xz", lzma.compress), (".gz", gzip.compress), ("", bytes)],
    ids=["xz", "gz", "plain"],
)
def test_a_package_of_the_mirror(mirror: Mirror, signer: Signer, tmp_path: Path, ending: str, pack) -> None:
    package = mirror.put("pool/b/boot-files.deb", deb(tmp_path))
    stanza = (
        "Package: other\nVersion: 1\nFilename: pool/other.deb\nSHA256: 00\n\n"
        "Package: boot-files\nVersion: 1.2\nDescription: test\n more: text\nFilename: pool/b/boot-files.deb\n"
        f"SHA256: {hashlib.sha256(package).hexdigest()}\n"
    )
    path = f"main/binary-amd64/Packages{ending}"
    packages = mirror.put(f"dists/bookworm/{path}", pack(stanza.encode()))
    mirror.put("dists/bookworm/InRelease", signer.clearsigned(release_of({path: packages})))
    wanted = source(mirror, Verification(signer.keyring), "debian")
    file = get(tmp_path, wanted, "package:boot-files/usr/lib/boot/linux")
    assert file.path.read_bytes() == KERNEL
    assert file.vouched.startswith("package boot-files 1.2, InRelease signed by")
    for absent in ("usr/lib/boot/nothing", "usr/lib/boot/outside", "usr/lib/boot"):
        with pytest.raises(InvalidFileError):
            get(tmp_path, wanted, f"package:boot-files/{absent}", name="absent")
    with pytest.raises(VerificationError):
        get(tmp_path, wanted, "package:boot-file/usr/lib/boot/linux", name="absent")
    assert not (tmp_path / "absent").exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("autoinstall-")]
