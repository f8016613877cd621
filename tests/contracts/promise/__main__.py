"""`make promise`: what the documents say now is promised from now on. For a release, and for a break that is meant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.contracts.promise.documents import promise_of

DOCS = Path(__file__).resolve().parents[3] / "docs"
NAMES = ("openapi.json", "asyncapi.json", "events.schema.json")


def promised(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DOCS / "promised" / name).read_text())
    return found


def said_now(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DOCS / name).read_text())
    return found


if __name__ == "__main__":
    for document in NAMES:
        text = json.dumps(promise_of(said_now(document)), indent=1, ensure_ascii=False)
        (DOCS / "promised" / document).write_text(text + "\n")
        print(f"Promised: docs/promised/{document}")
