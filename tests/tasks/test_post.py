"""One POST to a stranger who hangs, drips, floods, lies about where it is, or goes away."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterator
from ipaddress import ip_network
from typing import Any

import pytest

from tasks.courier import names as names_module
from tasks.courier.names import OWNER, Names
from tasks.courier.post import MOST_ANSWER_BYTES, Answer, Post
from tests.receiver import Receiver, receiving

HERE = (ip_network("127.0.0.0/8"),)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    sending = Post(Names(HERE), within_s=1.0)
    yield sending
    await sending.close()


async def send(post: Post, url: str) -> Answer:
    return await post.send(url, {"webhook-id": "1"}, b'{"a":1}')


class TestAReceiver:
    async def test_that_answers_is_believed(self, post: Post, receiver: Receiver) -> None:
        answer = await send(post, receiver.url("/ok"))
        assert (answer.ok, answer.status, answer.text) == (True, 200, "thank you")
        assert receiver.got[0].body == b'{"a":1}'
        assert receiver.got[0].headers["host"] == f"127.0.0.1:{receiver.port}"

    @pytest.mark.parametrize("status", [400, 410, 429, 500, 503])
    async def test_that_refuses_is_told(self, post: Post, receiver: Receiver, status: int) -> None:
        answer = await send(post, receiver.url(f"/status/{status}"))
        assert (answer.ok, answer.status, answer.error) == (False, status, f"It answered {status}.")

    async def test_that_redirects_is_not_followed(self, post: Post, receiver: Receiver) -> None:
        answer = await send(post, receiver.url("/redirect"))
        assert (answer.ok, answer.status) == (False, 302)
        assert "not followed" in answer.error
        assert [one.path for one in receiver.got] == ["/redirect"]

    @pytest.mark.parametrize("path", ["/hang", "/drip"])
    async def test_that_takes_too_long_is_left(self, post: Post, receiver: Receiver, path: str) -> None:
        answer = await send(post, receiver.url(path))
        assert (answer.ok, answer.status) == (False, None)
        assert "within 1 s" in answer.error

    async def test_that_floods_us_is_read_as_far_as_we_want(self, post: Post, receiver: Receiver) -> None:
        answer = await send(post, receiver.url("/big"))
        assert (answer.ok, answer.status, len(answer.text)) == (True, 200, MOST_ANSWER_BYTES)

    async def test_that_breaks_off_is_no_success(self, post: Post, receiver: Receiver) -> None:
        answer = await send(post, receiver.url("/cut"))
        assert (answer.ok, answer.status, answer.text) == (False, 200, "only this")
        assert "middle" in answer.error

    async def test_that_is_not_there_is_told(self, post: Post) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            answer = await send(post, f"http://127.0.0.1:{taken.getsockname()[1]}/")
        assert answer.error == "No connection: connection refused."

    async def test_that_speaks_something_else_is_told(self, post: Post) -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readline()
            writer.write(b"220 mail.example ESMTP\r\n")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        answer = await send(post, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        server.close()
        assert answer.error.startswith("The connection broke")

    async def test_without_tls_behind_https_is_told(self, post: Post, receiver: Receiver) -> None:
        answer = await send(post, receiver.url("/ok").replace("http:", "https:"))
        assert not answer.ok
        assert answer.status is None

    async def test_keeps_its_connection_for_the_next(self, post: Post, receiver: Receiver) -> None:
        for _ in range(5):
            assert (await send(post, receiver.url("/ok"))).ok
        assert receiver.connections == 1

    async def test_that_hangs_delays_nobody_else(self, post: Post, receiver: Receiver) -> None:
        ended: list[str] = []

        async def one(path: str) -> None:
            await send(post, receiver.url(path))
            ended.append(path)

        await asyncio.gather(one("/hang"), *(one(f"/ok/{number}") for number in range(20)))
        assert ended[-1] == "/hang"


class TestAName:
    """`getaddrinfo` is the one thing replaced: a name server of our own would leave this machine."""

    @pytest.fixture
    def answers(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
        told: dict[str, Any] = {}

        def look_up(host: str) -> list[str]:
            answer = told[host]
            if isinstance(answer, list) and answer and isinstance(answer[0], list):
                return list(answer.pop(0))
            if isinstance(answer, float):
                time.sleep(answer)
                raise socket.gaierror
            return list(answer)

        monkeypatch.setattr(names_module, "_getaddrinfo", look_up)
        return told

    @pytest.mark.parametrize(
        "addresses",
        [
            ["10.0.0.1"],
            ["93.184.216.34", "192.168.0.1"],
            ["169.254.169.254"],
            ["::1"],
            ["::ffff:10.0.0.1"],
            ["fe80::1"],
        ],
    )
    async def test_that_leads_inside_is_refused(self, post: Post, answers: dict[str, Any], addresses: Any) -> None:
        answers["evil.example"] = addresses
        assert "private or reserved" in (await send(post, "http://evil.example/")).error

    async def test_that_changes_its_answer_gains_nothing(
        self, post: Post, receiver: Receiver, answers: dict[str, Any]
    ) -> None:
        """First an address that is allowed, then one that is not: what was checked is what is connected to."""
        answers["rebind.example"] = [["127.0.0.1"], ["10.0.0.1"]]
        url = f"http://rebind.example:{receiver.port}/ok"
        assert (await send(post, url)).ok
        assert receiver.got[0].headers["host"] == f"rebind.example:{receiver.port}"
        assert answers["rebind.example"] == [["10.0.0.1"]], "it was looked up once for this connection"
        await post.close()

    async def test_that_does_not_exist_is_told(self, post: Post, answers: dict[str, Any]) -> None:
        answers["nowhere.example"] = 0.0
        assert "looked up" in (await send(post, "http://nowhere.example/")).error

    async def test_whose_server_hangs_delays_nobody_else(
        self, post: Post, receiver: Receiver, answers: dict[str, Any]
    ) -> None:
        answers |= {f"hangs{number}.example": 3.0 for number in range(100)} | {"fine.example": ["127.0.0.1"]}

        async def theirs(number: int) -> Answer:
            OWNER.set("another tenant")
            return await send(post, f"http://hangs{number}.example/")

        hanging = [asyncio.create_task(theirs(number)) for number in range(100)]
        await asyncio.sleep(0.05)
        assert (await send(post, f"http://fine.example:{receiver.port}/ok")).ok
        assert not any(task.done() for task in hanging)
        assert {answer.error for answer in await asyncio.gather(*hanging)} == {"No whole answer within 1 s."}

    async def test_of_which_one_address_is_dead_is_reached_at_the_next(
        self, post: Post, receiver: Receiver, answers: dict[str, Any]
    ) -> None:
        answers["two.example"] = ["127.0.0.9", "127.0.0.1"]
        assert (await send(post, f"http://two.example:{receiver.port}/ok")).ok


async def test_an_address_inside_is_refused_without_a_name() -> None:
    post = Post(Names(()), within_s=1.0)
    for url in ("http://127.0.0.1:1/", "http://2130706433/", "http://[::1]/", "http://localhost:1/"):
        assert "private or reserved" in (await send(post, url)).error
    await post.close()
