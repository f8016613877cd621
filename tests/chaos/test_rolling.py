"""Two web servers behind the documented nginx, restarted one after the other while people write and follow."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.chaos.chaos import end, judge_all, settle, until
from tests.chaos.hub import TwoWebs
from tests.chaos.nginx import PROGRAM, nginx
from tests.chaos.people import take_part
from tests.chaos.watchers import Watcher
from tests.chaos.writers import EXPECTED, Desk, Writer

WRITES_AROUND = 40
"""Acknowledged before, between and after the restarts."""


@dataclass
class Behind:
    """What writers and watchers know of the hub: one address."""

    port: int

    @property
    def ports(self) -> dict[str, int]:
        return {"nginx": self.port}


class StrictWriter(Writer):
    """To whom no answer, and an answer that says the hub is away, is a failure."""

    async def _ask(self, *args: Any, **kwargs: Any) -> httpx.Response | None:
        answer = await super()._ask(*args, **kwargs)
        if answer is None:
            self.desk.wrong.append(f"{args[0]} {args[1]}: no answer")
        elif answer.status_code >= 500:
            self.desk.wrong.append(f"{args[0]} {args[1]}: {answer.status_code}")
        return answer


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(PROGRAM is None, reason="there is no nginx here")
async def test_a_rolling_restart_fails_no_request_and_loses_no_frame(tmp_path: Path) -> None:
    hub = await asyncio.to_thread(TwoWebs, tmp_path, HUB_DRAIN_SECONDS="1")
    try:
        with nginx(tmp_path / "nginx", list(hub.ports.values())) as port:
            await roll(hub, Behind(port))
    finally:
        await asyncio.to_thread(hub.stop)


async def roll(hub: TwoWebs, behind: Behind) -> None:
    people = list((await asyncio.to_thread(take_part, behind.port)).values())
    chance, desk = random.Random(7), Desk()
    watchers = [Watcher(person, [behind.port], ("queue", "me"), seed=person.word) for person in people * 2]
    writers = [StrictWriter(behind, person, desk, people, seed=str(chance.random())) for person in people]  # type: ignore[arg-type]
    watching = [asyncio.create_task(watcher.watch()) for watcher in watchers]
    await until(lambda: all(watcher.has_begun() for watcher in watchers), "the clients did not begin", watching)
    writing = [asyncio.create_task(writer.write()) for writer in writers]
    try:
        for name in (*hub.ports, None):
            enough = desk.done.count() + WRITES_AROUND
            await until(lambda enough=enough: desk.done.count() >= enough, "nobody can write", [*watching, *writing])
            if name:
                await hub.restart(name)
    finally:
        await end(writing)
    await settle(hub, watchers, watching, print)
    await end(watching)
    tries = sum(watcher.hub.counts.tries for watcher in watchers)
    for watcher in watchers:
        await watcher.hub.close()
    verdict = await asyncio.to_thread(judge_all, hub, watchers, desk)
    assert desk.wrong == []
    assert {status for status in desk.statuses if status >= 400} <= EXPECTED - {503}
    names = ("lost", "doubled", "swapped", "foreign", "altered", "unkept", "repeated", "faults")
    assert {name: verdict[name] for name in names if verdict[name]} == {}, verdict["words"]
    assert verdict["told"] > desk.done.count()
    assert tries > len(watchers), "no socket was told to come back"
