"""What the Python client does with a hub that loses a frame, says goodbye, or speaks of what it does not know.

The real hub does none of the first on purpose, so here somebody plays it, frame by frame.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from ticket_hub_client import Began, Happened, HubClient, Other, SignIn, Waiting
from websockets.asyncio.server import ServerConnection, serve

from tests.realtime.live import HANG_S

EPOCH = "11111111-1111-1111-1111-111111111111"
Play = Callable[[ServerConnection, int], Any]


@asynccontextmanager
async def played(play: Play) -> AsyncIterator[HubClient]:
    """A hub of the test's own making; `play` gets each socket and its number. Its client."""
    sockets = 0

    async def on_socket(socket: ServerConnection) -> None:
        nonlocal sockets
        sockets += 1
        await play(socket, sockets)

    async with serve(on_socket, "127.0.0.1", 0, subprotocols=["hub.v1"]) as server:  # type: ignore[list-item]
        port = server.sockets[0].getsockname()[1]
        waiting = Waiting(first_s=0.01, longest_s=0.02)
        async with HubClient(f"ws://127.0.0.1:{port}/ws/v1", "token", waiting=waiting, proxy=None) as hub:
            await hub.follow("queue")
            async with asyncio.timeout(HANG_S):
                yield hub


async def say(socket: ServerConnection, type_: str, **fields: Any) -> None:
    await socket.send(json.dumps({"type": type_, "stream": "queue"} | fields))


async def tell(socket: ServerConnection, seq: int, prev: int) -> None:
    await say(socket, "event", seq=seq, prev=prev, event={"type": "ticket.updated", "seq": seq})


async def begin(socket: ServerConnection, seq: int = 1) -> dict[str, Any]:
    """Answer the next `subscribe` frame, which is returned."""
    asked: dict[str, Any] = json.loads(await socket.recv())
    assert asked["type"] == "subscribe"
    await say(socket, "subscribed", id=asked["id"], epoch=EPOCH, seq=asked.get("since", {"seq": seq})["seq"])
    return asked


async def test_a_lost_frame_is_noticed_and_fetched() -> None:
    asked: list[dict[str, Any]] = []

    async def play(socket: ServerConnection, number: int) -> None:
        asked.append(await begin(socket))
        await tell(socket, 2, 1)
        await tell(socket, 4, 3)  # 3 was lost
        await tell(socket, 5, 4)
        asked.append(await begin(socket))
        for seq in (3, 4, 5):
            await tell(socket, seq, seq - 1)
        await socket.wait_closed()

    async with played(play) as hub:
        seqs: list[int] = []
        while len(seqs) < 4:
            if isinstance(told := await hub.next(), Happened):
                seqs.append(told.event["seq"])
        assert seqs == [2, 3, 4, 5]
        assert asked[1]["since"] == {"epoch": EPOCH, "seq": 2}
        assert (hub.counts.gaps, hub.counts.repeats) == (1, 0)


async def test_a_frame_that_comes_twice_is_told_once() -> None:
    async def play(socket: ServerConnection, number: int) -> None:
        await begin(socket)
        for seq in (2, 2, 3, 2, 3, 4):
            await tell(socket, seq, seq - 1)
        await socket.wait_closed()

    async with played(play) as hub:
        told = [await hub.next() for _ in range(4)]
        assert [one.event["seq"] for one in told if isinstance(one, Happened)] == [2, 3, 4]
        assert hub.counts.repeats == 3


async def test_a_goodbye_says_when_to_come_back() -> None:
    came: list[float] = []

    async def play(socket: ServerConnection, number: int) -> None:
        came.append(time.monotonic())
        await begin(socket)
        if number == 1:
            await say(socket, "goodbye", code=4409, reason="restarting", comeBackInMs=400)
            await socket.close(4409, "restarting")
            return
        await tell(socket, 2, 1)
        await socket.wait_closed()

    async with played(play) as hub:
        while not isinstance(await hub.next(), Happened):
            pass
        assert came[1] - came[0] >= 0.4


async def test_frames_that_it_does_not_know_are_handed_on() -> None:
    async def play(socket: ServerConnection, number: int) -> None:
        await begin(socket)
        await say(socket, "weather", stream="elsewhere", outlook="rain")
        await socket.wait_closed()

    async with played(play) as hub:
        assert isinstance(await hub.next(), Began)
        told = await hub.next()
        assert isinstance(told, Other)
        assert told.frame["outlook"] == "rain"


async def test_a_hub_that_speaks_no_json_is_left_and_come_back_to() -> None:
    async def play(socket: ServerConnection, number: int) -> None:
        await begin(socket)
        if number == 1:
            await socket.send("<html>")
        else:
            await tell(socket, 2, 1)
        await socket.wait_closed()

    async with played(play) as hub:
        while not isinstance(await hub.next(), Happened):
            pass
        assert hub.counts.tries == 2


@pytest.mark.parametrize("said", ["<html>", "[]", '{"token": "t"}', '{"token": "t", "expiresIn": "soon"}'])
async def test_what_is_no_sign_in_is_tried_again_like_a_break(said: str) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {len(said)}\r\n\r\n{said}".encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        tokens = SignIn(f"http://127.0.0.1:{port}/api/v1", email="a@b.example", password="p")
        with pytest.raises(OSError, match="not the hub"):
            await tokens.token(fresh=True)
