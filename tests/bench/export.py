"""`make bench-export`: tickets as CSV over HTTP from a web server of its own, ROWS of them (a million).

Prints rows a second, the size, the time to the first byte, and the most memory that the server ever had: after a small
export, and after the large one.
"""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time

from django.core.management import call_command
from django.db import connection

from tenants import context
from tenants.actions import delete_tenant
from tests.conftest import Desk, make_desk, token_for
from tests.helpdesk.exported import fill, peak_kb
from tests.realtime.live import free_port, is_open

ROWS = int(os.environ.get("ROWS", "1000000"))
SMALL = 1_000
PATH = "/api/v1/exports/tickets.csv"
MOST_KB = 64 * 1024
"""What a large export may cost beyond a small one."""


def main() -> int:
    with context.platform(direct=True):
        call_command("migrate_hub", verbosity=0)
        desk = make_desk("bench-export")
        try:
            return measure(desk)
        finally:
            connection.close()
            delete_tenant(desk.ref.id, confirm=desk.ref.slug)


def measure(desk: Desk) -> int:
    """1 where the large one cost too much memory, or has not as many rows as it should."""
    port = free_port()
    given = os.environ | {"PORT": str(port), "HUB_RATE_LIMITING": "off"}
    server = subprocess.Popen([sys.executable, "-m", "config.web"], env=given, stdout=subprocess.DEVNULL)
    try:
        while not is_open(port):
            time.sleep(0.1)
        fill(desk, SMALL)
        taken(desk, port)
        small = peak_kb(server.pid)
        fill(desk, ROWS - SMALL)
        rows, size, first, whole = taken(desk, port)
        large = peak_kb(server.pid)
    finally:
        server.terminate()
        server.wait()
    print(f"{rows:,} rows, {size / 1e6:,.0f} MB in {whole:,.1f} s: {rows / whole:,.0f} rows a second")
    print(f"first byte after {first * 1000:,.0f} ms")
    print(f"most memory of the server: {small / 1024:,.0f} MiB after {SMALL:,} rows, {large / 1024:,.0f} MiB after all")
    return int(rows != ROWS or large - small > MOST_KB)


def taken(desk: Desk, port: int) -> tuple[int, int, float, float]:
    """Rows, bytes, seconds to the first byte and to the last."""
    talk = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    begun, lines, size, first = time.perf_counter(), 0, 0, 0.0
    talk.request("GET", PATH, headers={"Authorization": f"Bearer {token_for(desk, desk.agent)}"})
    answer = talk.getresponse()
    while piece := answer.read1(1 << 20):
        first = first or time.perf_counter() - begun
        lines, size = lines + piece.count(b"\n"), size + len(piece)
    talk.close()
    return lines - 1, size, first, time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main())
