"""A whole hub with two web servers, whose parts die and come back."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

from config.run import Address, is_live
from tests.e2e.stack import Stack, quiet_port, until

STOPS_WITHIN_S = 60
TOKEN_MINUTES = "1"
"""So short that tokens end, and are renewed, in the middle of everything."""


class TwoWebs(Stack):
    """`web` and `web-2` serve the same database on two ports; what stands before them is the clients' choice."""

    def __init__(self, home: Path, **more: str) -> None:
        self.other_port = quiet_port()
        super().__init__(home, HUB_RATE_LIMITING="off", HUB_ACCESS_TOKEN_MINUTES=TOKEN_MINUTES, **more)
        self.commands["web-2"] = self.commands["web"]
        self.start("web-2")

    @property
    def ports(self) -> dict[str, int]:
        return {"web": self.port, "web-2": self.other_port}

    def start(self, name: str) -> None:
        if name != "web-2":
            super().start(name)
            return
        self.running[name] = self._launch(self.commands[name], self.environment | {"PORT": str(self.other_port)})
        until(lambda: is_live(Address("127.0.0.1", self.other_port)), "the second web server does not answer")

    async def restart(self, name: str) -> None:
        """As whoever deploys does: SIGTERM, wait for the end, start."""
        process = self.running[name]
        os.killpg(process.pid, signal.SIGTERM)
        await asyncio.to_thread(process.wait, STOPS_WITHIN_S)
        await asyncio.to_thread(self.start, name)

    async def kill_for(self, name: str, seconds: float) -> None:
        """kill -9, and so long nothing."""
        await asyncio.to_thread(self.kill, name)
        await asyncio.sleep(seconds)
        await asyncio.to_thread(self.start, name)
