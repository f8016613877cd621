"""What happens to the hub: one step after the other, drawn by chance from a seed."""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable, Sequence

from tests.chaos.hub import TwoWebs
from tests.chaos.proxy import Proxy

LONGEST_AWAY_S = 1.5
Say = Callable[[str], None]


class Fate:
    """`next_step` does something bad and says what."""

    def __init__(self, hub: TwoWebs, proxies: Sequence[Proxy], chance: random.Random, say: Say) -> None:
        self.hub, self.proxies, self.chance, self.say = hub, proxies, chance, say
        self.done: dict[str, int] = {}
        self._due: list[tuple[str, Callable[[], Awaitable[None]]]] = []

    async def next_step(self) -> None:
        """All kinds in an order of chance, then all in another."""
        if not self._due:
            self._due = self._all()
            self.chance.shuffle(self._due)
        name, step = self._due.pop()
        began = time.monotonic()
        await step()
        self.done[name] = self.done.get(name, 0) + 1
        self.say(f"{name} ({time.monotonic() - began:.1f} s)")

    def has_done_everything(self) -> bool:
        return len(self.done) == len(self._all())

    def _all(self) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
        killed = ("web", "web-2", "worker", "valkey", "postgres")
        kills = [(f"kill -9 {name}", self._kill(name)) for name in killed]
        return [
            *kills,
            ("cut connections", self._cut),
            ("half-open connections", self._freeze),
            ("rolling restart", self._roll),
        ]

    def _kill(self, name: str) -> Callable[[], Awaitable[None]]:
        return lambda: self.hub.kill_for(name, self.chance.uniform(0, LONGEST_AWAY_S))

    async def _cut(self) -> None:
        for proxy in self.proxies:
            proxy.cut_some(self.chance)

    async def _freeze(self) -> None:
        for proxy in self.proxies:
            proxy.freeze_some(self.chance)

    async def _roll(self) -> None:
        for name in self.hub.ports:
            await self.hub.restart(name)
