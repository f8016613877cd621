"""`python -m tests.realtime.serve`: the real server of `config.web`, with the hub's clocks running faster.

HUB_TEST_BEAT_S: seconds between two looks at who is still signed in (25 in earnest).
HUB_TEST_PRESENCE_S: how long people of a killed process stay (30 in earnest). HUB_TEST_CLAIM_S: a claim (300).
"""

from __future__ import annotations

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import config.asgi  # noqa: F401
from config import web
from realtime import consumers, hearing, room, sse
from realtime.presence import keeper, store, ticket

web.WS_PROTOCOL = "realtime.frames:FrameProtocol"
room.BEAT_S = float(os.environ.get("HUB_TEST_BEAT_S", "1"))
consumers.LOGIN_WITHIN_S = 2.0
hearing.PROOF_EVERY_S = 1.0
sse.HEARTBEAT_S = 0.3
keeper.BEAT_S, store.BREAK_S, ticket.TYPING_LASTS_S = 0.5, 0.5, 1.5
store.LASTS_S = float(os.environ.get("HUB_TEST_PRESENCE_S", "3"))
store.CLAIM_LASTS_S = float(os.environ.get("HUB_TEST_CLAIM_S", "300"))

if __name__ == "__main__":
    sys.exit(web.main())
