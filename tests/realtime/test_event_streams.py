"""Server-sent events: the hub's streams over plain HTTP, with uvicorn and with daphne."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import orjson
import pytest

from helpdesk.comments.actions import add_comment
from helpdesk.people.models import Person
from helpdesk.tickets.actions import create_ticket, delete_ticket
from tests.conftest import Desk, token_for
from tests.realtime.live import HANG_S, Server, commit, in_thread, new_ticket, serving, signed_in
from tests.realtime.test_login import _change, _suspend, _token_ending, cookie_of

MakeDesk = Callable[[], Awaitable[Desk]]
TEXT = "y" * 9_000
BURSTS, COMMENTS = 14, 60
"""More than every buffer between here and there together."""


class Stream:
    """One answer that goes on: its events as they come, comments and fields of their own aside."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.place = self.retry = ""
        self.comments = 0
        self.seen: list[str] = []
        self._lines = answer.aiter_lines()

    async def next(self) -> dict[str, Any]:
        """The data of the next event; its name is the type of the frame. Raises StopAsyncIteration at the end."""
        name = ""
        async with asyncio.timeout(HANG_S):
            while True:
                line = await anext(self._lines)
                field, _, value = line.partition(": ")
                match field:
                    case "event":
                        name = value
                    case "id":
                        self.place = value
                    case "retry":
                        self.retry = value
                    case "data":
                        frame: dict[str, Any] = orjson.loads(value)
                        assert frame["type"] == name
                        self.seen.append(name)
                        return frame
                    case _ if line.startswith(":"):
                        self.comments += 1

    async def until(self, type_: str) -> dict[str, Any]:
        while (frame := await self.next())["type"] != type_:
            pass
        return frame

    async def rest(self) -> list[str]:
        """Read to the end; the types."""
        try:
            while True:
                await self.next()
        except StopAsyncIteration:
            return self.seen


@asynccontextmanager
async def asked(server: Server, query: str = "", *, host: str = "localhost", **headers: str) -> AsyncIterator[Stream]:
    named = {"Accept": "text/event-stream", "Host": f"{host}:{server.port}"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    async with httpx.AsyncClient(timeout=HANG_S, trust_env=False) as http:
        url = f"http://127.0.0.1:{server.port}/api/v1/events{query}"
        async with http.stream("GET", url, headers=named) as answer:
            yield Stream(answer)


@asynccontextmanager
async def followed(
    server: Server, desk: Desk, person: Person, query: str = "", **headers: str
) -> AsyncIterator[Stream]:
    token = await in_thread(lambda: token_for(desk, person))
    async with asked(server, query, Authorization=f"Bearer {token}", **headers) as stream:
        assert stream.answer.status_code == 200, await stream.answer.aread()
        yield stream


class TestFollowing:
    async def test_tells_what_happens(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        async with followed(server, desk, desk.agent, Accept_Encoding="gzip") as stream:
            assert stream.answer.headers["content-type"] == "text/event-stream; charset=utf-8"
            assert "content-encoding" not in stream.answer.headers
            assert stream.answer.headers["x-request-id"]
            begun = await stream.until("subscribed")
            assert 500 <= int(stream.retry) <= 3000
            assert stream.place == f"{begun['epoch']}.{begun['seq']}"
            await new_ticket(desk, title="Printer\non fire ☕")
            frame = await stream.until("event")
            assert frame["event"]["data"]["ticket"]["title"] == "Printer\non fire ☕"
            assert stream.place == f"{begun['epoch']}.{frame['seq']}"

    async def test_says_the_same_as_the_socket(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        async with signed_in(server, desk, desk.user) as talk, followed(server, desk, desk.user) as stream:
            await talk.ask("subscribe", stream="queue")
            await stream.until("subscribed")
            ticket = await new_ticket(desk)
            await commit(desk, lambda: add_comment(desk.agent, ticket, content="secret note", is_internal=True))
            await commit(desk, lambda: add_comment(desk.agent, ticket, content="reply", is_internal=False))
            for _ in range(2):
                assert await stream.until("event") == await talk.until("event")

    async def test_comes_back_where_it_was(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        async with followed(server, desk, desk.agent) as stream:
            await stream.until("subscribed")
            place = stream.place
        for number in range(3):
            await new_ticket(desk, title=f"missed {number}")
        async with followed(server, desk, desk.agent, Last_Event_ID=place) as stream:
            titles = [(await stream.until("event"))["event"]["data"]["ticket"]["title"] for _ in range(3)]
            assert titles == ["missed 0", "missed 1", "missed 2"]
            assert (await stream.until("synced"))["seq"] == int(stream.place.rpartition(".")[2])
        lost = place.replace(place[:8], "00000000")
        async with followed(server, desk, desk.agent, f"?since={lost}") as stream:
            await stream.until("reset")

    async def test_a_quiet_one_is_kept_alive(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        async with followed(server, desk, desk.agent, "?stream=me") as stream:
            await stream.until("subscribed")
            await stream.until("synced")
            await stream.until("synced")
            assert stream.comments > 0

    async def test_a_ticket_that_goes_ends_it(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        async with followed(server, desk, desk.user, f"?stream=ticket:{ticket}") as stream:
            await stream.until("subscribed")
            await commit(desk, lambda: delete_ticket(desk.admin, ticket))
            seen = [kind for kind in await stream.rest() if kind != "synced"]
            assert seen == ["subscribed", "event", "unsubscribed", "goodbye", "closed"]

    async def test_the_cookie_counts(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        token = await in_thread(lambda: token_for(desk, desk.agent))
        async with asked(server, Cookie=cookie_of(server, token)) as stream:
            await stream.until("subscribed")


class TestRefusals:
    @pytest.mark.parametrize(
        ("query", "person", "status"),
        [
            ("", None, 401),
            ("?stream=everything", "agent", 400),
            ("?since=7", "agent", 400),
            ("?stream=ticket:{ticket}", "other_user", 404),
            ("?stream=ticket:{ticket}", "foreigner", 404),
        ],
    )
    async def test_are_answers_of_the_contract(
        self, server: Server, new_desk: MakeDesk, query: str, person: str | None, status: int
    ) -> None:
        desk, other = await new_desk(), await new_desk()
        query = query.format(ticket=await new_ticket(desk))
        headers = {}
        if person:
            home = other if person == "foreigner" else desk
            who = other.admin if person == "foreigner" else getattr(desk, person)
            headers["Authorization"] = f"Bearer {await in_thread(lambda: token_for(home, who))}"
        async with asked(server, query, **headers) as stream:
            body = orjson.loads(await stream.answer.aread())
            assert (stream.answer.status_code, body["path"]) == (status, "/api/v1/events")
            assert body["requestId"] == stream.answer.headers["x-request-id"]

    async def test_a_place_that_is_none(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        token = await in_thread(lambda: token_for(desk, desk.agent))
        async with asked(server, Authorization=f"Bearer {token}", Last_Event_ID="nonsense") as stream:
            assert stream.answer.status_code == 400

    async def test_who_asks_for_json_gets_a_page(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        token = await in_thread(lambda: token_for(desk, desk.agent))
        async with asked(server, Accept="application/json", Authorization=f"Bearer {token}") as stream:
            assert orjson.loads(await stream.answer.aread())["events"] == []


class TestTheEnd:
    async def test_of_the_token(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        token = await _token_ending(desk, desk.agent, timedelta(seconds=3))
        async with asked(server, Authorization=f"Bearer {token}") as stream:
            seen = await stream.rest()
            assert seen[-2:] == ["error", "closed"]

    @pytest.mark.parametrize(("change", "last"), [("deactivate", "error"), ("promote", "goodbye")])
    async def test_of_the_rights(self, server: Server, new_desk: MakeDesk, change: str, last: str) -> None:
        desk = await new_desk()
        async with followed(server, desk, desk.user) as stream:
            await stream.until("subscribed")
            await commit(desk, lambda: _change(desk.user, change))
            assert (await stream.rest())[-2:] == [last, "closed"]

    async def test_of_the_tenant(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        async with followed(server, desk, desk.agent) as stream:
            await stream.until("subscribed")
            await in_thread(lambda: _suspend(desk))
            assert (await stream.rest())[-2:] == ["error", "closed"]

    @pytest.mark.slow
    @pytest.mark.parametrize("kind", ["uvicorn", "daphne"])
    async def test_of_the_server(self, new_desk: MakeDesk, kind: str) -> None:
        desk = await new_desk()
        with serving(kind) as own:
            async with followed(own, desk, desk.agent) as stream:
                await stream.until("subscribed")
                stopping = asyncio.create_task(asyncio.to_thread(own.stop))
                seen = await stream.rest()
                assert seen[-2:] == ["goodbye", "closed"]
                assert int(stream.retry) >= 0
                await stopping


@pytest.mark.slow
async def test_who_does_not_read_is_cut_off_and_costs_nobody_anything(server: Server, new_desk: MakeDesk) -> None:
    desk = await new_desk()
    token = await in_thread(lambda: token_for(desk, desk.agent))
    request = (
        f"GET /api/v1/events HTTP/1.1\r\nHost: localhost:{server.port}\r\nAccept: text/event-stream\r\n"
        f"Authorization: Bearer {token}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port)) as deaf:
        deaf.sendall(request.encode())
        async with followed(server, desk, desk.agent) as stream:
            await stream.until("subscribed")
            for number in range(BURSTS):
                await commit(desk, partial(talk_a_lot, desk, number))
                for _ in range(COMMENTS + 1):
                    await stream.until("event")
            told = await asyncio.to_thread(read_to_the_end, deaf)
            assert b"event: subscribed" in told
            assert len(told) < BURSTS * COMMENTS * len(TEXT), "it was sent everything: nothing was ever full"


def read_to_the_end(deaf: socket.socket) -> bytes:
    """What had been sent before it was cut off, or told that it was. Fails where it goes on and on."""
    deaf.settimeout(HANG_S)
    told, deadline = bytearray(), time.monotonic() + 2 * HANG_S
    with suppress(ConnectionResetError):
        while not told.endswith(b"0\r\n\r\n") and (chunk := deaf.recv(1024 * 1024)):
            told += chunk
            assert time.monotonic() < deadline, "it was never cut off"
    return bytes(told)


def talk_a_lot(desk: Desk, number: int) -> None:
    ticket = create_ticket(desk.user, fields={"title": f"ticket {number}"}).id
    for _ in range(COMMENTS):
        add_comment(desk.agent, ticket, content=TEXT, is_internal=False)
