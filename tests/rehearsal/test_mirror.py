"""The rehearsal's mirror: fetched over HTTP, its sums checked by gpgv against its own key."""

from __future__ import annotations

import hashlib
import http.client
import io
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from autoinstall.catalogue.initrd import templates_in_initrd

PACKAGE_ROOT = Path(__file__).parents[2]
IMAGES = "dists/precise/main/installer-amd64/current/images"

if not shutil.which("gpg"):
    pytest.skip("gpg is missing here: apt-get install gnupg", allow_module_level=True)


def start(home: Path) -> subprocess.Popen[bytes]:
    (home / "mirror.json").unlink(missing_ok=True)
    command = [sys.executable, "-m", "autoinstall.rehearsal.mirror", "--home", str(home)]
    server = subprocess.Popen(command, cwd=PACKAGE_ROOT, stderr=subprocess.DEVNULL)
    limit = time.monotonic() + 20
    while not (home / "mirror.json").exists():
        assert server.poll() is None and time.monotonic() < limit
        time.sleep(0.02)  # noqa: TID251 - it tells by a file
    return server


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp(
        "a-name-that-is-longer-than-the-path-of-a-socket-may-be-for-the-agent-of-gpg" + "x" * 60
    )
    server = start(folder)
    yield folder
    server.terminate()
    server.wait()


def described(home: Path) -> dict[str, str]:
    document: dict[str, str] = json.loads((home / "mirror.json").read_text())
    return document


def get(home: Path, path: str) -> bytes:
    with urlopen(f"{described(home)['mirror']}/{path}") as answer:
        content: bytes = answer.read()
        return content


def ask(home: Path, method: str, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection(urlsplit(described(home)["url"]).netloc)
    connection.request(
        method, path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer, content


def gpgv(home: Path, *arguments: Path) -> int:
    command = ["gpgv", "--keyring", described(home)["keyring"], *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False).returncode


@pytest.mark.parametrize("name", ["SHA256SUMS", "MD5SUMS"])
def test_the_sums_are_signed_and_a_changed_list_is_refused(home: Path, tmp_path: Path, name: str) -> None:
    sums, signature = tmp_path / "sums", tmp_path / "sums.gpg"
    sums.write_bytes(get(home, f"{IMAGES}/{name}"))
    signature.write_bytes(get(home, f"{IMAGES}/{name}.gpg"))
    assert gpgv(home, signature, sums) == 0
    sums.write_bytes(sums.read_bytes().replace(b"vmlinuz", b"vmlinux"))
    assert gpgv(home, signature, sums) != 0


def test_kernel_and_initrd_have_the_sums_that_are_promised(home: Path) -> None:
    promised = dict(
        reversed(line.split("  ./")) for line in get(home, f"{IMAGES}/SHA256SUMS").decode().splitlines()
    )
    for path in ("netboot/xen/vmlinuz", "netboot/xen/initrd.gz"):
        assert hashlib.sha256(get(home, f"{IMAGES}/{path}")).hexdigest() == promised[path]


def test_the_kernel_says_that_it_is_none(home: Path) -> None:
    kernel = get(home, f"{IMAGES}/netboot/xen/vmlinuz")
    assert kernel.startswith(b"This is no Linux kernel")
    assert len(kernel) == 64 * 1024


def test_the_initrd_is_an_archive_with_the_installers_questions(home: Path) -> None:
    archive = io.BytesIO(get(home, f"{IMAGES}/netboot/xen/initrd.gz"))
    found = dict(templates_in_initrd(archive))
    netcfg = next(text for path, text in found.items() if path.endswith("var/lib/dpkg/info/netcfg.templates"))
    assert netcfg.startswith("Template: netcfg/")
    assert "\n\nTemplate: netcfg/" in netcfg


def test_the_release_is_signed_and_lists_the_sums(home: Path, tmp_path: Path) -> None:
    release = tmp_path / "InRelease"
    release.write_bytes(get(home, "dists/precise/InRelease"))
    assert gpgv(home, release) == 0
    sums = get(home, f"{IMAGES}/SHA256SUMS")
    assert hashlib.sha256(sums).hexdigest() in release.read_text()


@pytest.mark.parametrize(
    ("asked", "status", "piece"),
    [
        ("bytes=10-19", 206, slice(10, 20)),
        ("bytes=65530-", 206, slice(65530, None)),
        ("bytes=-6", 206, slice(65530, None)),
        ("bytes=65530-99999", 206, slice(65530, None)),
        ("lines=1-2", 200, slice(None)),
        ("bytes=65536-", 416, slice(0, 0)),
    ],
)
def test_a_part_of_a_file_can_be_asked_for(home: Path, asked: str, status: int, piece: slice) -> None:
    path = f"/ubuntu/{IMAGES}/netboot/xen/vmlinuz"
    _, whole = ask(home, "GET", path)
    answer, content = ask(home, "GET", path, Range=asked)
    assert (answer.status, content) == (status, whole[piece])


def test_a_part_of_another_version_is_not_given(home: Path) -> None:
    path = f"/ubuntu/{IMAGES}/netboot/xen/vmlinuz"
    answer, _ = ask(home, "HEAD", path)
    mark = answer.headers["ETag"]
    assert ask(home, "GET", path, Range="bytes=0-9", If_Range=mark)[0].status == 206
    assert ask(home, "GET", path, Range="bytes=0-9", If_Range='"old"')[0].status == 200


def test_head_tells_the_length_and_gives_nothing(home: Path) -> None:
    answer, content = ask(home, "HEAD", f"/ubuntu/{IMAGES}/netboot/xen/vmlinuz")
    assert (answer.status, answer.headers["Content-Length"], content) == (200, "65536", b"")


@pytest.mark.parametrize(
    "path",
    ["/ubuntu/nothing", "/ubuntu/", "/../mirror.json", "/%2e%2e/mirror.json", "/ubuntu/../../keyring.gpg"],
)
def test_what_is_not_served_is_not_found(home: Path, path: str) -> None:
    assert ask(home, "GET", path)[0].status == 404


def test_a_mirror_that_is_started_again_keeps_its_key(tmp_path: Path) -> None:
    found = []
    for _ in range(2):
        server = start(tmp_path)
        found.append((tmp_path / "keyring.gpg").read_bytes() + get(tmp_path, f"{IMAGES}/SHA256SUMS.gpg"))
        server.terminate()
        server.wait()
    assert found[0] == found[1]
