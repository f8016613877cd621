"""What broken and hostile clients send: each gets its answer, and nobody else notices."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from helpdesk.tickets.actions import create_ticket
from realtime.connection import MOST_SUBSCRIPTIONS
from tests.conftest import Desk
from tests.realtime.live import HANG_S, Server, Talk, both_servers, commit, new_ticket, signed_in


async def still_works(talk: Talk) -> bool:
    answer = await talk.ask("ping")
    return bool(answer["type"] == "pong")


async def handshake(server: Server) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A socket in our own hands, after the upgrade."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        f"GET /ws/v1 HTTP/1.1\r\nHost: localhost:{server.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    async with asyncio.timeout(HANG_S):
        assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    return reader, writer


class TestFrames:
    @both_servers
    async def test_each_gets_an_error_and_the_socket_stays(self, server: Server, same_desk: Desk) -> None:
        async with signed_in(server, same_desk, same_desk.agent) as talk:
            for sent, code in (
                ("nonsense", "BAD_REQUEST"),
                ("[" * 60_000, "BAD_REQUEST"),
                (b"\x00\x01", "BAD_REQUEST"),
                ('{"type":"ping","id":"\\u0000"}', "BAD_REQUEST"),
                ('{"type":"ping","id":"\\ud800"}', "BAD_REQUEST"),
                ('{"type":"ping","extra":1}', "VALIDATION_ERROR"),
                ('{"type":"subscribe","stream":"everything"}', "VALIDATION_ERROR"),
                ('{"type":"subscribe","stream":"ticket:%"}', "VALIDATION_ERROR"),
                ('{"type":"subscribe","stream":"queue","filter":{"status":["x"]}}', "VALIDATION_ERROR"),
                ('{"type":"subscribe","stream":"queue","viewId":"x"}', "VALIDATION_ERROR"),
                ('{"type":"presence","ticketId":"x","state":"typing"}', "VALIDATION_ERROR"),
            ):
                await talk.socket.send(sent)
                assert (await talk.next())["code"] == code, sent
            assert await still_works(talk)

    @both_servers
    async def test_twenty_of_them_are_enough(self, server: Server, same_desk: Desk) -> None:
        async with signed_in(server, same_desk, same_desk.agent) as talk:
            for _ in range(20):
                await talk.socket.send("nonsense")
            assert await talk.closed() == 4400
            assert sum(frame["type"] == "error" for frame in talk.seen) == 20

    @both_servers
    async def test_a_flood_ends_the_socket(self, server: Server, same_desk: Desk) -> None:
        async with signed_in(server, same_desk, same_desk.agent) as talk:
            for _ in range(1000):
                await talk.say("ping")
            assert await talk.closed() == 4429
            assert sum(frame["type"] == "pong" for frame in talk.seen) < 1000

    async def test_a_connection_holds_a_bounded_number_of_streams(self, server: Server, same_desk: Desk) -> None:
        tickets = await commit(
            same_desk,
            lambda: [create_ticket(same_desk.user, fields={"title": str(n)}).id for n in range(MOST_SUBSCRIPTIONS)],
        )
        async with signed_in(server, same_desk, same_desk.agent) as talk:
            for ticket in tickets:
                assert (await talk.ask("subscribe", stream=f"ticket:{ticket}"))["type"] == "subscribed"
            assert (await talk.ask("subscribe", stream="queue"))["code"] == "TOO_MANY_SUBSCRIPTIONS"
            assert (await talk.ask("subscribe", stream=f"ticket:{tickets[0]}"))["type"] == "subscribed"
            await talk.ask("unsubscribe", stream=f"ticket:{tickets[0]}")
            assert (await talk.ask("subscribe", stream="queue"))["type"] == "subscribed"

    @both_servers
    @pytest.mark.parametrize("size", [64 * 1024 + 1, 10 * 1024 * 1024])
    async def test_a_frame_that_is_too_large(self, server: Server, same_desk: Desk, size: int) -> None:
        async with (
            signed_in(server, same_desk, same_desk.agent) as talk,
            signed_in(server, same_desk, same_desk.ada) as other,
        ):
            with contextlib.suppress(ConnectionClosed):
                await talk.socket.send('{"type":"ping","id":"' + "x" * size + '"}')
            assert await talk.closed() in (1009, 1006)
            assert await still_works(other)

    @both_servers
    async def test_a_frame_of_the_largest_size(self, server: Server, same_desk: Desk) -> None:
        async with signed_in(server, same_desk, same_desk.agent) as talk:
            frame = '{"type":"ping"}'
            await talk.socket.send(frame + " " * (64 * 1024 - len(frame)))
            assert (await talk.next())["type"] == "pong"


@both_servers
class TestRawBytes:
    async def test_invalid_utf8(self, server: Server) -> None:
        reader, writer = await handshake(server)
        writer.write(Frame(Opcode.TEXT, b'{"type":"\xff\xfe"}').serialize(mask=True))
        async with asyncio.timeout(HANG_S):
            try:
                rest = await reader.read()
            except ConnectionResetError:
                rest = b""
        # autobahn drops the connection without a word.
        assert rest == (b"" if server.kind == "daphne" else b"\x88\x02" + (1007).to_bytes(2, "big"))
        writer.close()

    async def test_half_a_frame_and_then_silence(self, server: Server, same_desk: Desk) -> None:
        _, writer = await handshake(server)
        whole = Frame(Opcode.TEXT, b'{"type":"ping"}' * 100).serialize(mask=True)
        writer.write(whole[: len(whole) // 2])
        await writer.drain()
        async with signed_in(server, same_desk, same_desk.agent) as talk:
            await talk.ask("subscribe", stream="queue")
            await new_ticket(same_desk)
            assert (await talk.until("event"))["event"]["type"] == "ticket.created"
        writer.close()

    async def test_garbage_instead_of_frames(self, server: Server, same_desk: Desk) -> None:
        async with signed_in(server, same_desk, same_desk.agent) as talk:
            for garbage in (b"\xff" * 100, b"\x81\x05hello", os.urandom(500)):
                _, writer = await handshake(server)
                writer.write(garbage)
                writer.close()
            assert await still_works(talk)
