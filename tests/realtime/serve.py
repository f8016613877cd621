"""`python -m tests.realtime.serve`: the real server of `config.web`, with the hub's clocks running faster.

HUB_TEST_BEAT_S: seconds between two looks at who is still signed in (25 in earnest).
HUB_TEST_PRESENCE_S: how long people of a killed process stay (30 in earnest). HUB_TEST_CLAIM_S: a claim (300).
HUB_TEST_COUNTS: a file; SIGUSR1 has it written anew with what the hub holds now (`Holdings` of test_stamina.py).
HUB_TEST_HOSTS_S: how long it is remembered which tenant a host is (3 in earnest).
HUB_TEST_WRITER: see tests/bench/fanout_writer.py.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# `web` first: it says that this process serves from a pool, and that is read with the settings.
from config import web  # isort: split

import config.asgi  # noqa: F401
from realtime import consumers, hearing, hub, room, sse
from realtime.census import census
from realtime.presence import keeper, store, ticket
from tenants import resolve

web.WS_PROTOCOL = "realtime.frames:FrameProtocol"
room.BEAT_S = float(os.environ.get("HUB_TEST_BEAT_S", "0.4"))
consumers.LOGIN_WITHIN_S = 2.0
hearing.PROOF_EVERY_S = 1.0
sse.HEARTBEAT_S = 0.3
resolve.LIFETIME_S = float(os.environ.get("HUB_TEST_HOSTS_S", resolve.LIFETIME_S))
keeper.BEAT_S, store.BREAK_S, ticket.TYPING_LASTS_S = 0.5, 0.5, 1.5
store.LASTS_S = float(os.environ.get("HUB_TEST_PRESENCE_S", "3"))
store.CLAIM_LASTS_S = float(os.environ.get("HUB_TEST_CLAIM_S", "300"))


def write_counts(*_: object) -> None:
    loops = list(hub._hubs.items())
    rooms = [room for _, one in loops for room in one.rooms.values()]
    counts = {
        "sockets": census.sockets,
        "tasks": sum(len(asyncio.all_tasks(loop)) for loop, _ in loops),
        "connections": sum(len(room.connections) for room in rooms),
        "channels": sum(len(room.feed.channels) for room in rooms),
    }
    file = Path(os.environ["HUB_TEST_COUNTS"])
    file.with_suffix(".new").write_text(json.dumps(counts))
    file.with_suffix(".new").rename(file)


if "HUB_TEST_WRITER" in os.environ:
    from tests.bench.fanout_writer import serve_writings

    serve_writings(os.environ["HUB_TEST_WRITER"])

if "HUB_TEST_COUNTS" in os.environ:
    signal.signal(signal.SIGUSR1, write_counts)

if __name__ == "__main__":
    sys.exit(web.main())
