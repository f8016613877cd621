"""HUB_HOME: where a hub keeps what is not code, and one supervisor at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.embedded.errors import EmbeddedError

ROOT = Path(__file__).resolve().parents[2]
LOCK = "supervisor.lock"


def hub_home() -> Path:
    """`HUB_HOME`, or `var/` beside the code. It need not exist yet."""
    return Path(os.environ.get("HUB_HOME") or ROOT / "var").expanduser().resolve()


@contextmanager
def only_supervisor(home: Path) -> Iterator[None]:
    """Makes the home and holds it; raises when another supervisor does.

    A POSIX record lock: the kernel drops it when the supervisor dies, however it dies, and children that
    outlive it do not inherit it.
    """
    try:
        home.mkdir(mode=0o755, parents=True, exist_ok=True)
        lock = (home / LOCK).open("a+")
    except OSError as error:
        raise EmbeddedError(f"HUB_HOME {home} cannot be written ({error.strerror}); choose another.") from error
    with lock:
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise EmbeddedError(
                f"another supervisor (pid {holder}) runs on {home}; stop it, or choose another HUB_HOME."
            ) from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield
