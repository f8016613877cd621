"""`make bench-import`: `import_original` over a tenant of TICKETS tickets (50,000), each with three comments.

Prints rows a second, and the most memory that the command ever had: for a small tenant, and for the large one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from uuid import uuid4

import django

TICKETS = int(os.environ.get("TICKETS", "50000"))
SMALL = 1_000
MOST_KB = 64 * 1024
"""What a large import may cost beyond a small one."""
CHILD = """
import resource, sys
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "import_original", sys.argv[1]])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def main() -> int:
    """1 where the large one cost too much memory."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command

    from tenants import context

    with context.platform(direct=True):
        call_command("migrate_hub", verbosity=0)
        _, small = measure(SMALL)
        seconds, large = measure(TICKETS)
    rows = TICKETS * 7
    print(f"{TICKETS:,} tickets, {rows:,} rows in {seconds:,.0f} s: {rows / seconds:,.0f} rows a second")
    print(f"{large / 1024:,.0f} MB at most; a tenant of {SMALL:,} tickets {small / 1024:,.0f} MB")
    return int(large - small > MOST_KB)


def measure(tickets: int) -> tuple[float, int]:
    """Seconds, and kB at most."""
    from tests.importing.conftest import drop_imported
    from tests.importing.original import fill_many, original_database

    with original_database() as original:
        fill_many(original, f"bench-{uuid4().hex[:8]}", tickets=tickets, users=max(50, tickets // 100))
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", CHILD, original.url], capture_output=True, text=True, check=True, env=os.environ
        )
        seconds = time.monotonic() - began
        drop_imported(original)
    return seconds, int(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    sys.exit(main())
