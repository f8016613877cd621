"""What the services keep from one start to the next: ports, passwords and the development key."""

from __future__ import annotations

import dataclasses
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex, token_urlsafe

from config.embedded.errors import EmbeddedError

FILE = "embedded.json"


@dataclass
class Memory:
    """Kept in `HUB_HOME/embedded.json`, readable by its owner only."""

    secret_key: str = field(default_factory=lambda: token_urlsafe(48))
    postgres_password: str = ""
    """Empty: not known, so the data was made by nobody we remember; it is set anew."""
    postgres_port: int | None = None
    valkey_password: str = field(default_factory=lambda: token_urlsafe(24))
    valkey_port: int | None = None
    objects_key_id: str = field(default_factory=lambda: token_hex(10))
    objects_secret: str = field(default_factory=lambda: token_hex(24))
    """Of letters and digits: rclone reads both from one comma-separated value."""
    objects_port: int | None = None


def recall(home: Path) -> Memory:
    """What was remembered in this home, or fresh secrets."""
    try:
        kept = json.loads((home / FILE).read_text())
        return Memory(**kept)
    except FileNotFoundError:
        return Memory()
    except (ValueError, TypeError) as error:
        raise EmbeddedError(f"{home / FILE} cannot be read ({error}); remove it to start afresh.") from error


def remember(home: Path, memory: Memory) -> None:
    """Writes it down; a crash leaves either the old or the new."""
    write_private(home / FILE, json.dumps(dataclasses.asdict(memory), indent=2) + "\n")


def write_private(path: Path, text: str) -> None:
    """Replaces a file in one step, with mode 0600 from its first moment."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        if os.geteuid() == 0:  # a user's home stays the user's, even when root starts the hub once
            os.fchown(file.fileno(), path.parent.stat().st_uid, path.parent.stat().st_gid)
    new.replace(path)
