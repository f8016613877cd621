"""No socket stream tells anything of another tenant: by its ids, its hosts, its tokens or its places in the log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from helpdesk.comments.actions import add_comment
from helpdesk.events.queries import get_head
from helpdesk.people.credentials import cookie_name
from tests.conftest import Desk, token_for
from tests.contracts.scene import Scene, fingerprint, set_scene
from tests.realtime.live import (
    Server,
    Servers,
    Talk,
    both_servers,
    commit,
    in_thread,
    new_ticket,
    open_socket,
    servers_by_kind,
    signed_in,
)

CANARY = "canary-51c2"
WORDS = ["user", "agent", "admin"]


@pytest.fixture(scope="module")
def servers(django_db_setup: None) -> Iterator[Servers]:
    with servers_by_kind() as servers:
        yield servers


@pytest.fixture
def server(request: pytest.FixtureRequest, servers: Servers) -> Server:
    """As in tests/realtime."""
    return servers(getattr(request, "param", "uvicorn"))


class Two:
    """Acme, which asks, and globex, whose every text holds the canary."""

    def __init__(self, acme: Desk, globex: Desk, scene: Scene, place: dict[str, Any]) -> None:
        self.acme, self.globex, self.scene, self.place = acme, globex, scene, place

    async def stir(self) -> str:
        """Something new in globex, then in acme; the id of acme's ticket."""
        await commit(
            self.globex, lambda: add_comment(self.globex.agent, self.scene.ticket_id, content=CANARY, is_internal=False)
        )
        await new_ticket(self.globex, title=CANARY)
        return str(await new_ticket(self.acme, title="At home"))

    async def require_unseen(self, talk: Talk, *, until: str) -> None:
        """Read on to acme's own event: by then globex's would have come."""
        while until not in str(await talk.until("event")):
            pass
        await asyncio.sleep(0.3)
        told = str(talk.seen)
        hidden = [CANARY, str(self.scene.ticket_id), str(self.scene.reply_id), str(self.globex.agent.id)]
        assert not [secret for secret in hidden if secret in told.replace("ticket:" + hidden[1], "")]


@pytest.fixture
async def two(own_desk: Callable[[], Desk]) -> Two:
    def make() -> tuple[Desk, Desk, Scene]:
        acme, globex = own_desk(), own_desk()
        return acme, globex, set_scene(globex, word=CANARY)

    acme, globex, scene = await in_thread(make)
    head = await commit(globex, get_head)
    return Two(acme, globex, scene, {"epoch": str(head.epoch), "seq": 0})


class TestEveryStream:
    @pytest.mark.parametrize("word", WORDS)
    async def test_with_the_others_ids_tells_nothing(self, server: Server, two: Two, word: str) -> None:
        before = await in_thread(lambda: fingerprint(two.globex.ref))
        async with signed_in(server, two.acme, getattr(two.acme, word)) as talk:
            for more in ({}, {"since": two.place}):
                answer = await talk.ask("subscribe", stream=f"ticket:{two.scene.ticket_id}", **more)
                assert (answer["type"], answer["code"]) == ("error", "NOT_FOUND")
            for stream in ("queue", "me"):
                await talk.ask("subscribe", stream=stream)
            assert await in_thread(lambda: fingerprint(two.globex.ref)) == before
            await two.require_unseen(talk, until=await two.stir())

    @pytest.mark.parametrize("word", WORDS)
    async def test_from_the_others_place_begins_anew(self, server: Server, two: Two, word: str) -> None:
        """An epoch of elsewhere is no place here: a reset, never a replay."""
        async with signed_in(server, two.acme, getattr(two.acme, word)) as talk:
            await talk.say("subscribe", stream="queue", since=two.place)
            reset = await talk.until("reset", stream="queue")
            assert reset["epoch"] != two.place["epoch"]
            await two.require_unseen(talk, until=await two.stir())

    async def test_of_both_tenants_beside_each_other_stay_apart(self, server: Server, two: Two) -> None:
        async with (
            signed_in(server, two.acme, two.acme.agent) as here,
            signed_in(server, two.globex, two.globex.agent) as there,
        ):
            for talk in (here, there):
                await talk.ask("subscribe", stream="queue")
            ticket = await two.stir()
            await two.require_unseen(here, until=ticket)
            assert CANARY in str(await there.until("event"))
            assert ticket not in str(there.seen)


@both_servers
class TestGettingIn:
    async def test_with_another_tenants_token_is_refused(self, server: Server, two: Two) -> None:
        token = await in_thread(lambda: token_for(two.acme, two.acme.admin))
        host = f"{two.globex.ref.slug}.localhost"
        async with open_socket(server, host=host, token=token) as talk:
            assert await talk.closed() == 4403
        async with open_socket(server, host=host) as talk:
            await talk.say("auth", token=token)
            assert await talk.closed() == 4403
            assert {frame["type"] for frame in talk.seen} == {"error"}

    async def test_with_another_tenants_cookie_is_nobody(self, server: Server, two: Two) -> None:
        token = await in_thread(lambda: token_for(two.acme, two.acme.admin))
        host = f"{two.globex.ref.slug}.localhost"
        headers = {"Cookie": f"{cookie_name()}={token}", "Origin": f"http://{host}:{server.port}"}
        async with open_socket(server, host=host, additional_headers=headers) as talk:
            answer = await talk.ask("subscribe", stream="queue")
            assert (answer["type"], answer["code"]) == ("error", "UNAUTHORIZED")

    async def test_a_signed_in_socket_does_not_change_its_tenant(self, server: Server, two: Two) -> None:
        foreign = await in_thread(lambda: token_for(two.globex, two.globex.agent))
        async with signed_in(server, two.acme, two.acme.agent) as talk:
            await talk.ask("subscribe", stream="queue")
            await talk.say("auth", token=foreign)
            await commit(two.globex, lambda: None)
            await two.stir()
            assert await talk.closed() in (4401, 4403)
            assert CANARY not in str(talk.seen)

    async def test_a_header_names_no_tenant(self, server: Server, two: Two) -> None:
        """Browsers cannot set it on a socket; the token's tenant is the one."""
        token = await in_thread(lambda: token_for(two.acme, two.acme.agent))
        headers = {"X-Tenant": two.globex.ref.slug}
        async with open_socket(server, token=token, additional_headers=headers) as talk:
            await talk.ask("subscribe", stream="queue")
            await two.require_unseen(talk, until=await two.stir())
