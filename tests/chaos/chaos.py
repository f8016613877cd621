"""The whole of it: a hub, people who write, clients who follow, and what happens to them; then the verdict."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.embedded.home import ROOT
from tests.chaos.hub import TwoWebs
from tests.chaos.people import REQUESTERS, TENANT, Participant, take_part
from tests.chaos.proxy import Proxy
from tests.chaos.steps import Fate
from tests.chaos.watchers import Watcher
from tests.chaos.writers import Desk, Writer

DEVICES = 2
"""Of each person."""
WRITES_BETWEEN = 12
"""So many acknowledged writes between two steps: the hub must come back each time."""
PATIENCE_S = 90.0
QUIET_S = 3.0
LOOK_EVERY_S = 0.1


@dataclass(slots=True)
class Outcome:
    """What was done, what was told, and what is wrong."""

    steps: dict[str, int]
    acknowledged: int
    statuses: dict[int, int]
    wrong: list[str]
    """Answers that the contract does not have."""
    tries: int
    gaps: int
    """Events that the hub left out, noticed and fetched by a client: its fault all the same."""
    repeats: int
    resets: int
    verdict: dict[str, Any]

    def is_clean(self) -> bool:
        names = ("lost", "doubled", "swapped", "foreign", "altered", "unkept", "repeated")
        counted = [self.verdict[name] for name in names]
        return not any([*counted, self.verdict["faults"], self.wrong, self.gaps, self.repeats, self.resets])

    def lines(self) -> list[str]:
        found = self.verdict
        return [
            f"steps: {', '.join(f'{name} x{times}' for name, times in sorted(self.steps.items()))}",
            f"writes acknowledged: {self.acknowledged}; answers: {dict(sorted(self.statuses.items()))}",
            f"log: {found['rows']} rows, faults in its chain: {len(found['faults'])}",
            f"records: {found['records']}, events told: {found['told']}, connections made or tried: {self.tries}",
            f"lost {found['lost']}, doubled {found['doubled'] + self.repeats}, swapped {found['swapped']}",
            f"told to who may not see it {found['foreign']}, told otherwise than the log {found['altered']}",
            f"acknowledged but not in the log {found['unkept']}, written twice {found['repeated']}",
            f"gaps that clients had to mend {self.gaps}, resets {self.resets}, wrong answers {len(self.wrong)}",
            *found["faults"][:5],
            *found["words"],
            *self.wrong[:10],
        ]


async def chaos(home: Path, *, seconds: float, seed: int, say: Callable[[str], None] = print) -> Outcome:
    """At least so long, and at least once of each kind. The same seed draws the same steps, not the same moments."""
    began = time.monotonic()
    chance = random.Random(seed)

    def tell(text: str) -> None:
        say(f"{time.monotonic() - began:7.1f} s  {text}")

    hub = await asyncio.to_thread(TwoWebs, home)
    try:
        tell("the hub is up, with two web servers")
        async with AsyncExitStack() as exits:
            proxies = [Proxy(port) for port in hub.ports.values()]
            for proxy in proxies:
                await proxy.start()
                exits.push_async_callback(proxy.stop)
            people = await asyncio.to_thread(take_part, hub.port)
            return await _run(hub, proxies, people, chance, seconds=seconds, tell=tell)
    finally:
        await asyncio.to_thread(hub.stop)


async def _run(
    hub: TwoWebs,
    proxies: list[Proxy],
    people: dict[str, Participant],
    chance: random.Random,
    *,
    seconds: float,
    tell: Callable[[str], None],
) -> Outcome:
    everybody, desk, ports = list(people.values()), Desk(), [proxy.port for proxy in proxies]
    watchers = [Watcher(person, ports, ("queue", "me"), seed=str(chance.random())) for person in everybody * DEVICES]
    writers = [Writer(hub, person, desk, everybody, seed=str(chance.random())) for person in everybody]
    watching = [asyncio.create_task(watcher.watch()) for watcher in watchers]
    await until(lambda: all(watcher.has_begun() for watcher in watchers), "the clients did not begin", watching)
    tell(f"{len(watchers)} clients follow")
    writing = [asyncio.create_task(writer.write()) for writer in writers]
    fate = Fate(hub, proxies, chance, tell)
    ends = time.monotonic() + seconds
    try:
        while time.monotonic() < ends or not fate.has_done_everything():
            await fate.next_step()
            await _open_tickets(watchers, desk)
            enough = desk.done.count() + WRITES_BETWEEN
            await until(
                lambda enough=enough: desk.done.count() >= enough, "nobody can write any more", [*watching, *writing]
            )
    finally:
        await end(writing)
    await settle(hub, watchers, watching, tell)
    await end(watching)
    for watcher in watchers:
        await watcher.hub.close()
    verdict = await asyncio.to_thread(judge_all, hub, watchers, desk)
    counts = [watcher.hub.counts for watcher in watchers]
    return Outcome(
        steps=fate.done,
        acknowledged=desk.done.count(),
        statuses=dict(desk.statuses),
        wrong=desk.wrong,
        tries=sum(count.tries for count in counts),
        gaps=sum(count.gaps for count in counts),
        repeats=sum(count.repeats for count in counts),
        resets=sum(count.resets for count in counts),
        verdict=verdict,
    )


async def _open_tickets(watchers: list[Watcher], desk: Desk) -> None:
    """Everybody opens the newest ticket; a requester their own newest one."""
    for watcher in watchers:
        theirs = [
            id_
            for id_, whose in desk.tickets.items()
            if watcher.person.word not in REQUESTERS or whose == watcher.person.id
        ]
        if theirs:
            await watcher.open(f"ticket:{theirs[-1]}")


async def settle(
    hub: TwoWebs, watchers: list[Watcher], watching: list[asyncio.Task[None]], tell: Callable[[str], None]
) -> None:
    """Wait until the log stands still, then until each client has come to its end, and for what might come twice."""
    head, since = (0, 0), time.monotonic()
    deadline = since + PATIENCE_S
    while time.monotonic() - since < QUIET_S:
        await asyncio.sleep(LOOK_EVERY_S)
        now = await asyncio.to_thread(ends, hub)
        if now != head or now[0] != now[1]:
            head, since = now, time.monotonic()
        assert time.monotonic() < deadline, "the workers do not read the log to its end"
    tell(f"nobody writes any more; the log ends at {head[0]}")
    for watcher in watchers:
        watcher.hub.drop()  # what resumes is told where it stands
    await until(lambda: all(one.has_reached(head[0]) for one in watchers), "a client did not catch up", watching)
    await asyncio.sleep(QUIET_S / 2)


def ends(hub: TwoWebs) -> tuple[int, int]:
    """Where the log ends, and how far the workers have read it, who write of whom they told."""
    schema = hub.execute("SELECT schema_name FROM tenant WHERE slug = %s", TENANT)[0][0]
    found = hub.execute(
        f"SELECT (SELECT last_seq FROM {schema}.event_head), (SELECT min(seq) FROM {schema}.log_cursor)"
    )[0]
    return int(str(found[0])), int(str(found[1]))


def judge_all(hub: TwoWebs, watchers: list[Watcher], desk: Desk) -> dict[str, Any]:
    said = {"watchers": [watcher.shape() for watcher in watchers], "acknowledged": desk.done.shape()}
    path = hub.home / "said.json"
    path.write_text(json.dumps(said))
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos.verdict", str(path), TENANT],
        check=False,
        cwd=ROOT,
        env=hub.environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


async def until(true: Callable[[], bool], what: str, tasks: list[asyncio.Task[None]]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        for task in tasks:
            if task.done():
                task.result()
                raise AssertionError("a client or a writer stopped by itself")
        assert time.monotonic() < deadline, what
        await asyncio.sleep(LOOK_EVERY_S)


async def end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception):
            raise outcome
