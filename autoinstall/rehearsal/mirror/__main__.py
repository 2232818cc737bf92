"""Serves the mirror of one rehearsal until it is ended: `python -m autoinstall.rehearsal.mirror --home DIR`.

DIR/mirror/       the files that are served
DIR/keyring.gpg   the key that signed them, for gpgv
DIR/mirror.json   written when the mirror answers: url, mirror (the archive's address), keyring, pid
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from autoinstall.rehearsal.mirror import archive, server
from autoinstall.rehearsal.mirror.signing import CannotSign, fresh_key


def main() -> int:
    """0 never, as only a signal ends it; 1: the files cannot be made."""
    parser = argparse.ArgumentParser(
        prog="python -m autoinstall.rehearsal.mirror", description="a rehearsal's mirror"
    )
    parser.add_argument("--home", type=Path, required=True, help="the rehearsal's folder")
    parser.add_argument("--suite", default="precise", help="the release whose installer it is to have")
    given = parser.parse_args()
    home = given.home.resolve()
    try:
        _prepare(home, given.suite)
    except CannotSign as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    with server.listen(home / "mirror") as running:
        url = f"http://127.0.0.1:{running.server_address[1]}"
        _describe(home, url)
        running.serve_forever()
    return 0


def _prepare(home: Path, suite: str) -> None:
    """Make and sign the files, unless an earlier mirror of this rehearsal has: its key stays the one key."""
    ready = home / "mirror"
    if ready.is_dir():
        return
    making = home / f".mirror.{os.getpid()}"
    with fresh_key() as key:
        archive.make(making, key, suite)
        key.export(home / "keyring.gpg")
    making.rename(ready)


def _describe(home: Path, url: str) -> None:
    document = {
        "url": url,
        "mirror": f"{url}/ubuntu",
        "keyring": str(home / "keyring.gpg"),
        "pid": os.getpid(),
    }
    fresh = home / f".mirror.json.{os.getpid()}"
    fresh.write_text(json.dumps(document) + "\n")
    fresh.replace(home / "mirror.json")


if __name__ == "__main__":
    sys.exit(main())
