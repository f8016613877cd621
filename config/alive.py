"""Is this part of the hub alive? `python -m config.alive [web|worker|courier|beat]`: 0 or 1, for those who restart it.

The web is asked over HTTP. The others touch a file while they work on (`show`): one that stands still gets old. Whether
what stands behind them answers is not asked here: nobody should be restarted because the database is away.
"""

from __future__ import annotations

import http.client
import os
import sys
import time
from pathlib import Path

from config.embedded.home import hub_home
from config.embedded.ports import reached_at

SHOWN_EVERY_S = 10.0
OLD_AFTER_S = 60.0
PATIENCE_S = 5.0


def show(part: str) -> None:
    """It works on."""
    sign = _sign_of(part)
    sign.parent.mkdir(parents=True, exist_ok=True)
    sign.touch()


def is_alive(part: str) -> bool:
    if part == "web":
        return _answers(os.environ.get("HOST") or "127.0.0.1", int(os.environ.get("PORT") or 8000))
    try:
        return time.time() - _sign_of(part).stat().st_mtime < OLD_AFTER_S
    except FileNotFoundError:
        return False


def _sign_of(part: str) -> Path:
    return hub_home() / "alive" / part


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(reached_at(host), port, timeout=PATIENCE_S)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main() -> int:
    return 0 if is_alive(sys.argv[1] if len(sys.argv) > 1 else "web") else 1


if __name__ == "__main__":
    sys.exit(main())
