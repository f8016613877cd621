"""The master behind Sentinel is killed while people write: the hub goes on, and no frame is lost or comes twice."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from helpdesk.dispatch.actions import DISPATCHER
from helpdesk.dispatch.queries import get_lag
from helpdesk.people.models import Person
from helpdesk.work import unit_of_work
from tenants import context
from tenants.limits.counting import Counting
from tenants.limits.rules import Bucket, Limit
from tenants.limits.scripts import Scripts
from tests.conftest import Desk, token_for
from tests.e2e.test_crash import Follower, Writer, more_writes, require_all_told, until
from tests.helpdesk.log import last_seq
from tests.realtime.live import HANG_S, ROOT, Server, in_thread, serving
from tests.sentinels import Sentinels, sentinels
from tests.tenants.bouncer import url

BELL = "hub__group__hub.bell"


@contextmanager
def working(redis_url: str) -> Iterator[None]:
    """A worker of Celery on the database of this run."""
    command = [sys.executable, "-m", "celery", "--quiet", "--app", "config.celery", "worker", "--pool", "threads"]
    quiet = ["--concurrency", "1", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    known = {"HUB_ENV": "development", "HUB_SECRET_KEY": settings.SECRET_KEY, "DATABASE_URL": url()}
    process = subprocess.Popen(
        [*command, *quiet], cwd=ROOT, env=os.environ | known | {"REDIS_URL": redis_url}, start_new_session=True
    )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def health(server: Server, name: str) -> str:
    answer = httpx.get(f"http://127.0.0.1:{server.port}/health/ready", timeout=HANG_S)
    return str(answer.json()["checks"][name]["status"])


def everybody_hears(redis: Sentinels) -> bool:
    """Do both servers listen to the bell of whoever is master now?"""
    with redis.master() as client:
        return bool(dict(client.pubsub_numsub(BELL))[BELL] == 2)


def wait_until_dispatched(desk: Desk, seq: int) -> None:
    """Until the worker has handled the log up to there."""
    deadline = time.monotonic() + HANG_S
    while time.monotonic() < deadline:
        with context.tenant(desk.ref), unit_of_work():
            lag = get_lag(DISPATCHER)
        if lag.last_seq - lag.behind >= seq:
            return
        time.sleep(0.1)
    raise AssertionError("the worker hears nothing")


@asynccontextmanager
async def writing(servers: Sequence[Server], token: str) -> AsyncIterator[list[Writer]]:
    """Somebody at each server."""
    writers = [Writer(server, token) for server in servers]
    for writer in writers:
        writer.thread.start()
    try:
        yield writers
    finally:
        for writer in writers:
            writer.stopped.set()
        for writer in writers:
            await in_thread(writer.thread.join)


@asynccontextmanager
async def following(servers: Sequence[Server], tokens: dict[Person, str]) -> AsyncIterator[list[Follower]]:
    """Each of these people at each server, from now on."""
    followers = [Follower(server, person, token) for person, token in tokens.items() for server in servers]
    tasks = [asyncio.create_task(follower.follow()) for follower in followers]
    for follower in followers:
        await asyncio.wait_for(follower.ready.wait(), HANG_S)
    yield followers
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_a_master_that_dies_costs_no_frame(own_desk: Callable[[], Desk], tmp_path: Path) -> None:
    desk = await in_thread(own_desk)
    tokens = {person: await in_thread(lambda who=person: token_for(desk, who)) for person in (desk.agent, desk.user)}
    with (
        sentinels(tmp_path) as redis,
        working(redis.url),
        serving("uvicorn", REDIS_URL=redis.url) as here,
        serving("uvicorn", REDIS_URL=redis.url) as there,
    ):
        async with following([here, there], tokens) as followers:
            await until(lambda: everybody_hears(redis), "the bell has no listeners")
            async with writing([here, there], tokens[desk.user]) as writers:
                await more_writes(writers)
                await in_thread(redis.kill_master)
                await more_writes(writers)
                await until(redis.has_another_master, "no other master was chosen")
                await until(lambda: everybody_hears(redis), "the bell is not heard any more")
                await more_writes(writers)
                # The web rings the worker through the new master: beat, which would find what is due too, does not run.
                since = await in_thread(lambda: last_seq(desk.ref))
                await in_thread(lambda: wait_until_dispatched(desk, since))
            head = await in_thread(lambda: last_seq(desk.ref))
            for follower in followers:
                await until(lambda follower=follower: follower.has_reached(head), "a socket did not catch up")
            assert [follower.sockets for follower in followers] == [1] * 4, "a socket was closed for it"
            assert await in_thread(lambda: health(here, "redis")) == "ok"
    for follower in followers:
        follower.sockets += 10  # none of them had to resume, which the other test asks for
    await in_thread(lambda: require_all_told(desk, writers, followers))


@pytest.mark.slow
def test_what_counts_goes_on_counting(tmp_path: Path) -> None:
    with sentinels(tmp_path) as redis:
        counting = Counting(Scripts(lambda: redis.url))
        bucket = Bucket("person", "person:one", Limit(5, 600))

        def used() -> int:
            (verdict,) = counting.take([bucket])
            return 5 - verdict.remaining

        assert [used(), used()] == [1, 2]
        assert not counting.is_alone
        redis.kill_master()
        assert used() >= 1
        assert counting.is_alone, "nobody is there to count with"
        asyncio.run(until(redis.has_another_master, "no other master was chosen"))

        def is_together() -> bool:
            used()
            return not counting.is_alone

        asyncio.run(until(is_together, "it went on alone"))
