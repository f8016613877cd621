"""The Python client against a real hub: once, in order, through whatever breaks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import pytest
from ticket_hub_client import (
    Began,
    Ended,
    FixedToken,
    Happened,
    HubClient,
    PlacesInFile,
    Refused,
    Shown,
    SignIn,
    Stopped,
    Token,
    Told,
    Waiting,
)

from helpdesk.people.models import Person
from helpdesk.tickets.actions import delete_ticket
from tests.conftest import PASSWORD, Desk, token_for
from tests.realtime.live import HANG_S, Server, commit, free_port, in_thread, new_ticket, serving

MakeDesk = Callable[[], Awaitable[Desk]]
T = TypeVar("T", bound=Told)


class Renewed:
    """Tokens of one person; `asked` counts how often a fresh one was wanted."""

    def __init__(self, desk: Desk, person: Person, *, first: str | None = None, lasts_s: float | None = None) -> None:
        self.desk, self.person, self.first, self.lasts_s = desk, person, first, lasts_s
        self.asked = 0

    async def token(self, *, fresh: bool) -> Token:
        self.asked += fresh
        text = self.first if self.first and not fresh else await in_thread(lambda: token_for(self.desk, self.person))
        return Token(text, None if self.lasts_s is None or fresh else time.time() + self.lasts_s)


async def client_of(server: Server, desk: Desk, person: Person, **options: Any) -> HubClient:
    return client(server, await in_thread(lambda: token_for(desk, person)), **options)


def client(server: Server, tokens: Any, **options: Any) -> HubClient:
    urls = options.pop("urls", f"ws://localhost:{server.port}/ws/v1")
    return HubClient(urls, tokens, waiting=Waiting(longest_s=0.5), proxy=None, **options)


async def next_of(hub: HubClient, kind: type[T]) -> T:
    """Read on to the next of this kind."""
    async with asyncio.timeout(HANG_S):
        while not isinstance(told := await hub.next(), kind):
            pass
        return told


async def titles(hub: HubClient, many: int) -> list[str]:
    return [(await next_of(hub, Happened)).event["data"]["ticket"]["title"] for _ in range(many)]


class TestFollowing:
    async def test_several_streams_on_one_socket(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        async with await client_of(server, desk, desk.agent) as hub:
            for stream in ("queue", "me", f"ticket:{ticket}"):
                await hub.follow(stream)
            began = [await next_of(hub, Began) for _ in range(3)]
            assert [told.stream for told in began] == ["queue", "me", f"ticket:{ticket}"]
            assert not any(told.resumed for told in began)
            await commit(desk, lambda: delete_ticket(desk.admin, ticket))
            streams = {(await next_of(hub, Happened)).stream for _ in range(2)}
            assert streams == {"queue", f"ticket:{ticket}"}
            assert (await next_of(hub, Ended)).stream == f"ticket:{ticket}"
            assert hub.counts.tries == 1

    async def test_a_ticket_that_is_not_there(self, server: Server, new_desk: MakeDesk) -> None:
        mine, other = await new_desk(), await new_desk()
        ticket = await new_ticket(other)
        async with await client_of(server, mine, mine.agent) as hub:
            await hub.follow(f"ticket:{ticket}")
            assert (await next_of(hub, Refused)).code == "NOT_FOUND"

    async def test_who_leaves_is_told_no_more(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        async with await client_of(server, desk, desk.agent) as hub:
            await hub.follow("queue")
            await next_of(hub, Began)
            await hub.leave("queue")
            await hub.follow("me")
            await next_of(hub, Began)
            await new_ticket(desk)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await next_of(hub, Happened)


class TestLiveViews:
    async def test_show_what_a_list_would(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        for title in ("first", "second"):
            await new_ticket(desk, title=title)
        async with await client_of(server, desk, desk.agent) as hub:
            await hub.follow("view:open", view={"filter": {"status": ["open"]}, "sortOrder": "asc", "window": 2})
            shown = await next_of(hub, Shown)
            assert [row["title"] for row in shown.window.rows] == ["first", "second"]
            await new_ticket(desk, title="third")
            shown = await next_of(hub, Shown)
            assert ([row["title"] for row in shown.window.rows], shown.window.count) == (["first", "second"], 3)
            hub.drop()
            await commit(desk, lambda: delete_ticket(desk.admin, UUID(shown.window.rows[0]["id"])))
            while len(rows := (await next_of(hub, Shown)).window.rows) != 2 or rows[0]["title"] != "second":
                pass
            assert [row["title"] for row in rows] == ["second", "third"]


class TestComingBack:
    async def test_after_a_break_it_goes_on_where_it_was(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        async with await client_of(server, desk, desk.agent) as hub:
            await hub.follow("queue")
            await next_of(hub, Began)
            wanted = [f"ticket {number}" for number in range(12)]
            got = []
            for begin in range(0, 12, 4):
                for title in wanted[begin : begin + 4]:
                    await new_ticket(desk, title=title)
                got += await titles(hub, 2)
                hub.drop()
                got += await titles(hub, 2)
            assert got == wanted
            assert hub.counts.tries == 4
            assert (hub.counts.gaps, hub.counts.repeats, hub.counts.resets) == (0, 0, 0)

    async def test_another_program_goes_on_where_the_last_one_was(
        self, server: Server, new_desk: MakeDesk, tmp_path: Path
    ) -> None:
        desk, path = await new_desk(), tmp_path / "places.json"
        async with await client_of(server, desk, desk.agent, places=PlacesInFile(path)) as hub:
            await hub.follow("queue")
            await next_of(hub, Began)
            await new_ticket(desk, title="seen")
            assert await titles(hub, 1) == ["seen"]
        await new_ticket(desk, title="missed")
        async with await client_of(server, desk, desk.agent, places=PlacesInFile(path)) as hub:
            await hub.follow("queue")
            assert (await next_of(hub, Began)).resumed
            assert await titles(hub, 1) == ["missed"]

    async def test_what_a_program_died_over_is_told_again(
        self, server: Server, new_desk: MakeDesk, tmp_path: Path
    ) -> None:
        desk, path = await new_desk(), tmp_path / "places.json"
        with suppress(ZeroDivisionError):
            async with await client_of(server, desk, desk.agent, places=PlacesInFile(path)) as hub:
                await hub.follow("queue")
                await next_of(hub, Began)
                await new_ticket(desk, title="hard")
                assert await titles(hub, 1) == ["hard"]
                raise ZeroDivisionError
        async with await client_of(server, desk, desk.agent, places=PlacesInFile(path)) as hub:
            await hub.follow("queue")
            assert await titles(hub, 1) == ["hard"]

    async def test_a_dead_url_costs_a_try(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        urls = [f"ws://127.0.0.1:{free_port()}/ws/v1", f"ws://localhost:{server.port}/ws/v1"]
        async with await client_of(server, desk, desk.agent, urls=urls) as hub:
            await hub.follow("queue")
            await next_of(hub, Began)
            assert hub.counts.tries == 2

    async def test_waiting_may_be_given_up_and_taken_up_again(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        async with await client_of(server, desk, desk.agent) as hub:
            await hub.follow("queue")
            for _ in range(200):
                try:
                    async with asyncio.timeout(0.002):
                        await hub.next()
                        break
                except TimeoutError:
                    continue
            else:
                await next_of(hub, Began)
            await new_ticket(desk, title="still here")
            assert await titles(hub, 1) == ["still here"]


class TestTokens:
    async def test_a_token_that_ends_is_renewed_in_time(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        tokens = Renewed(desk, desk.agent, lasts_s=0.2)
        async with client(server, tokens) as hub:
            await hub.follow("queue")
            await next_of(hub, Began)
            await asyncio.sleep(0.5)
            await new_ticket(desk, title="after it")
            assert await titles(hub, 1) == ["after it"]
            assert tokens.asked == 1
            assert hub.counts.tries == 1

    async def test_a_refused_token_is_replaced_once(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        tokens = Renewed(desk, desk.agent, first="stale")
        async with client(server, tokens) as hub:
            await hub.follow("queue")
            await next_of(hub, Began)
            assert tokens.asked == 1

    async def test_without_another_token_it_stops(self, server: Server) -> None:
        async with client(server, FixedToken("stale")) as hub:
            await hub.follow("queue")
            with pytest.raises(Stopped) as stopped:
                await next_of(hub, Began)
            assert stopped.value.code == 4401

    async def test_signing_in_and_out_over_rest(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        api = f"http://localhost:{server.port}/api/v1"
        tokens = SignIn(api, email=desk.agent.email, password=PASSWORD, tenant=desk.ref.slug)
        async with client(server, tokens) as hub:
            await hub.follow("queue")
            await next_of(hub, Began)
        first = await tokens.token(fresh=False)
        renewed = await tokens.token(fresh=True)
        assert first.expires_at
        assert renewed.expires_at
        assert renewed.expires_at > time.time()

    async def test_a_wrong_password_stops_it(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        api = f"http://localhost:{server.port}/api/v1"
        tokens = SignIn(api, email=desk.agent.email, password="wrong-password", tenant=desk.ref.slug)
        with pytest.raises(Stopped) as stopped:
            await tokens.token(fresh=False)
        assert "wrong-password" not in str(stopped.value)

    async def test_an_unknown_address_stops_it(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        there = {"urls": f"ws://nobody.localhost:{server.port}/ws/v1", "host": "127.0.0.1", "port": server.port}
        async with await client_of(server, desk, desk.agent, **there) as hub:
            with pytest.raises(Stopped) as stopped:
                await next_of(hub, Began)
            assert stopped.value.code == 4404


@pytest.mark.slow
async def test_a_hub_that_was_killed_is_come_back_to(new_desk: MakeDesk) -> None:
    desk = await new_desk()
    with serving("uvicorn") as hub_server:
        async with await client_of(hub_server, desk, desk.agent) as hub:
            await hub.follow("queue")
            await next_of(hub, Began)
            hub_server.kill()
            await new_ticket(desk, title="while it was dead")
            await in_thread(hub_server.restart)
            assert await titles(hub, 1) == ["while it was dead"]
