"""What is wrong, counted; `python -m tests.chaos.verdict FILE SLUG` finds it out, in the hub's environment."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

MOST_SHOWN = 20


@dataclass(slots=True)
class Verdict:
    """Counts, and the first few of what was wrong, in words."""

    records: int = 0
    told: int = 0
    """Events in all records."""
    lost: int = 0
    doubled: int = 0
    swapped: int = 0
    foreign: int = 0
    """Told to who may not see it."""
    altered: int = 0
    """Told otherwise than the log has it."""
    unkept: int = 0
    """Acknowledged, but not in the log."""
    repeated: int = 0
    """Written twice for one request."""
    rows: int = 0
    faults: list[str] = field(default_factory=list)
    """Of the log's chain."""
    words: list[str] = field(default_factory=list)

    def note(self, kind: str, text: str, count: int = 1) -> None:
        setattr(self, kind, getattr(self, kind) + count)
        if len(self.words) < MOST_SHOWN:
            self.words.append(f"{kind}: {text}")


def main() -> int:
    """Reads what was told and acknowledged, prints the verdict as JSON."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.db import transaction

    from tenants import context
    from tenants.resolve import tenant_by_slug
    from tests.chaos.judge import judge

    path, slug = sys.argv[1:]
    said: dict[str, Any] = json.loads(Path(path).read_text())
    with context.platform(direct=True):
        ref = tenant_by_slug(slug)
        assert ref is not None
        with context.tenant(ref), transaction.atomic():
            verdict = judge(said)
    print(json.dumps(asdict(verdict)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
