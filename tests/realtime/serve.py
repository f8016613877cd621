"""`python -m tests.realtime.serve`: the real server of `config.web`, with the hub's clocks running faster.

HUB_TEST_BEAT_S: seconds between two looks at who is still signed in (25 in earnest).
"""

from __future__ import annotations

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import config.asgi  # noqa: F401
from config import web
from realtime import consumers, hearing, room, sse

web.WS_PROTOCOL = "realtime.frames:FrameProtocol"
room.BEAT_S = float(os.environ.get("HUB_TEST_BEAT_S", "1"))
consumers.LOGIN_WITHIN_S = 2.0
hearing.PROOF_EVERY_S = 1.0
sse.HEARTBEAT_S = 0.3

if __name__ == "__main__":
    sys.exit(web.main())
