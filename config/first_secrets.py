"""Makes the secrets of a new installation, once: `python -m config.first_secrets HUB_FOLDER SERVICES_FOLDER`.

What is there already stays, so it may run at every start. The hub reads its folder by HUB_SECRETS_DIR; the other holds
what PostgreSQL, Valkey and the object store are started with, and nothing that opens the hub.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path

DATABASE_URL = "postgresql://hub:{postgres_password}@postgres:5432/hub"
REDIS_URL = "redis://:{valkey_password}@valkey:6379/0"
VALKEY_CONF = """\
requirepass {valkey_password}
appendonly yes
dir /data
maxmemory-policy noeviction
"""


def make_secrets(hub: Path, services: Path) -> list[str]:
    """Says which files it wrote. The services' come first: what the hub is told is made of them."""
    written: list[str] = []

    def keep(folder: Path, name: str, make: Callable[[], str]) -> str:
        file = folder / name
        if not file.exists():
            _write(file, make())
            written.append(name)
        return file.read_text().strip()

    known = {name: keep(services, name, _random) for name in ("postgres_password", "valkey_password")}
    keep(services, "valkey.conf", lambda: VALKEY_CONF.format(**known))
    key_id, secret = keep(services, "store_keys", lambda: f"{secrets.token_hex(10)},{_random()}").split(",")
    for name, text in (
        ("database_url", DATABASE_URL.format(**known)),
        ("redis_url", REDIS_URL.format(**known)),
        ("s3_access_key_id", key_id),
        ("s3_secret_access_key", secret),
    ):
        keep(hub, name, lambda text=text: text)
    for name in ("hub_secret_key", "hub_encryption_keys", "hub_metrics_token"):
        keep(hub, name, _random)
    return written


def _random() -> str:
    """No character of it means anything in an address, a shell or a configuration file."""
    return secrets.token_hex(32)


def _write(file: Path, text: str) -> None:
    """Whole or not at all. Readable: the folder is mounted where it is needed; the servers have users of their own."""
    begun = file.with_suffix(".begun")
    begun.write_text(text)
    begun.chmod(0o444)
    with begun.open() as stream:
        os.fsync(stream.fileno())
    begun.rename(file)


def main() -> int:
    """Says how many were new; never which."""
    hub, services = map(Path, sys.argv[1:])
    count = len(make_secrets(hub, services))
    sys.stdout.write(f"{count} secrets made; those that were there stay.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
