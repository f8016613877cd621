"""What somebody may no longer read is not told to them any more: at once, in every process, and to newcomers too.

The beat, which looks who is still here anyway, is slowed down to a minute: so it is not what is tested.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError

from helpdesk.comments.actions import add_comment
from helpdesk.events.queries import LogRow
from helpdesk.people.actions import change_person, end_session
from helpdesk.people.models import Session
from helpdesk.people.tokens import read_token
from helpdesk.tickets.actions import change_ticket
from helpdesk.vocabulary import Role
from realtime import closing, hub
from realtime.auth import sign_in
from realtime.feed import Feed
from realtime.outbox import Outbox
from realtime.room import Room
from tenants.actions import change_tenant, delete_tenant
from tenants.models import PlatformAdmin
from tests.conftest import Desk, token_for
from tests.realtime.fakes import AGENT, FakeLog, FakeWire
from tests.realtime.live import (
    Server,
    Talk,
    commit,
    events,
    in_thread,
    new_ticket,
    open_socket,
    serving,
    signed_in,
)
from tests.realtime.test_feed import join

MakeDesk = Callable[[], Awaitable[Desk]]
SLOW_BEAT = {"HUB_TEST_BEAT_S": "60"}


@pytest.fixture(scope="module")
def here(django_db_setup: None) -> Iterator[Server]:
    with serving("uvicorn", **SLOW_BEAT) as running:
        yield running


@pytest.fixture(scope="module")
def there(django_db_setup: None) -> Iterator[Server]:
    with serving("daphne", **SLOW_BEAT) as running:
        yield running


@pytest.fixture
async def desk(new_desk: MakeDesk) -> Desk:
    return await new_desk()


class TestInEveryProcess:
    async def test_who_is_lowered_does_not_get_the_next_note(self, here: Server, there: Server, desk: Desk) -> None:
        ticket = await new_ticket(desk)

        def lower() -> None:
            change_person(desk.admin, desk.ada.id, fields={"role": Role.REQUESTER.value})
            add_comment(desk.agent, ticket, content="not for requesters", is_internal=True)

        async with (
            signed_in(here, desk, desk.ada) as near,
            signed_in(there, desk, desk.ada) as far,
            signed_in(here, desk, desk.agent) as stays,
        ):
            for talk in (near, far, stays):
                await talk.ask("subscribe", stream="queue")
            await commit(desk, lower)
            for talk in (near, far):
                assert await talk.closed() == 4409
                assert "not for requesters" not in str(talk.seen)
            frame = await stays.until("event")
            assert frame["event"]["data"]["comment"]["content"] == "not for requesters"

    async def test_who_signs_out_of_one_device_loses_that_ones_sockets(
        self, here: Server, there: Server, desk: Desk
    ) -> None:
        token = await in_thread(lambda: token_for(desk, desk.agent))
        claims = read_token(token)
        assert claims is not None
        session = claims.session_id
        assert session is not None
        async with (
            open_socket(here, token=token) as near,
            open_socket(there, token=token) as far,
            signed_in(here, desk, desk.agent) as other_device,
        ):
            for talk in (near, far, other_device):
                await talk.ask("subscribe", stream="queue")
            await commit(desk, lambda: end_session(session))
            assert await near.closed() == await far.closed() == 4401
            assert (await other_device.ask("ping"))["type"] == "pong"

    @pytest.mark.parametrize("how", ["suspended", "deleted"])
    async def test_a_tenant_that_is_no_more_loses_its_sockets(
        self, here: Server, there: Server, desk: Desk, new_desk: MakeDesk, how: str
    ) -> None:
        other = await new_desk()
        async with (
            signed_in(here, desk, desk.agent) as near,
            signed_in(there, desk, desk.user) as far,
            signed_in(here, other, other.agent) as stays,
        ):
            for talk in (near, far, stays):
                await talk.ask("subscribe", stream="queue")
            await in_thread(lambda: _end(desk, how))
            assert await near.closed() == await far.closed() == 4403
            assert (await stays.ask("ping"))["type"] == "pong"

    async def test_a_ticket_that_is_taken_away_is_told_no_more(self, here: Server, there: Server, desk: Desk) -> None:
        ticket = await new_ticket(desk, desk.user)

        def take() -> None:
            change_ticket(desk.agent, ticket, fields={"requester_id": desk.other_user.id}, if_match=None)
            add_comment(desk.agent, ticket, content="for the new requester", is_internal=False)

        async with signed_in(here, desk, desk.user) as near, signed_in(there, desk, desk.user) as far:
            for talk in (near, far):
                await talk.ask("subscribe", stream="queue")
                await talk.ask("subscribe", stream=f"ticket:{ticket}")
            await commit(desk, take)
            for talk in (near, far):
                await talk.until("unsubscribed", stream=f"ticket:{ticket}")
                assert (await talk.ask("ping"))["type"] == "pong"
                assert {frame["event"]["type"] for frame in events(talk.seen)} == {"ticket.removed"}


class TestTheFeed:
    async def test_tells_nothing_more_before_it_was_looked_who_is_here(self) -> None:
        log, order = FakeLog(), list[str]()

        async def look(rows: list[LogRow]) -> None:
            order.append(f"looked at {[row.seq for row in rows]}, told {told()}")

        feed = Feed(log, on_people_changed=look)
        await feed.start()
        agent = await join(feed, AGENT)

        def told() -> list[int]:
            return [frame["seq"] for frame in agent.got[1:]]

        log.write()
        log.write("user.updated", ticket=None, people=[])
        log.write()
        await feed.catch_up()
        assert order == ["looked at [2], told [1]"]
        assert told() == [1, 3]

    async def test_looks_first_when_it_could_not_look_before(self) -> None:
        log, looks = FakeLog(), list[list[int]]()

        async def look(rows: list[LogRow]) -> None:
            looks.append([row.seq for row in rows])
            if len(looks) == 1:
                raise OperationalError

        feed = Feed(log, on_people_changed=look)
        await feed.start()
        agent = await join(feed, AGENT)
        log.write("user.updated", ticket=None, people=[])
        log.write()
        with pytest.raises(OperationalError):
            await feed.catch_up()
        assert len(agent.got) == 1
        await feed.catch_up()
        assert looks == [[1], [1]]
        assert [frame["seq"] for frame in agent.got[1:]] == [2]


class TestANewcomer:
    """Whose rights were read before they changed, and who came in after it was looked at everybody."""

    @pytest.fixture
    async def room(self, desk: Desk) -> AsyncIterator[Room]:
        """With somebody in it, so that it follows the log."""
        token = await in_thread(lambda: token_for(desk, desk.admin))
        await hub.current_hub().join(await sign_in(token, "platform"), Outbox(FakeWire()))
        room = hub.current_hub().rooms[desk.ref.id]
        yield room
        for connection in list(room.connections):
            hub.current_hub().leave(connection)
        room.close()

    async def test_who_was_lowered_meanwhile_is_sent_back(self, desk: Desk, room: Room) -> None:
        token = await in_thread(lambda: token_for(desk, desk.ada))
        login = await sign_in(token, "platform")
        await commit(desk, lambda: change_person(desk.admin, desk.ada.id, fields={"role": Role.REQUESTER.value}))
        await room.feed.catch_up()
        assert await _ending(login) == closing.RIGHTS_CHANGED
        assert await _ending(await sign_in(token, "platform")) is None

    async def test_who_signed_out_meanwhile_is_sent_away(self, desk: Desk, room: Room) -> None:
        login = await sign_in(await in_thread(lambda: token_for(desk, desk.ada)), "platform")
        await commit(desk, lambda: Session.objects.filter(person=desk.ada).delete())
        room.look_at_people()
        while login.began_at > room._looked_at:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert await _ending(login) == closing.SIGNED_OUT


class TestHowManySockets:
    async def test_a_person_has_so_many(self, desk: Desk) -> None:
        with serving("uvicorn", HUB_MOST_SOCKETS_PERSON="2") as server:
            async with signed_in(server, desk, desk.agent) as one, signed_in(server, desk, desk.agent) as two:
                assert [(await talk.ask("ping"))["type"] for talk in (one, two)] == ["pong", "pong"]
                async with signed_in(server, desk, desk.agent) as third:
                    assert await third.closed() == 4429
                    assert third.seen[-1]["code"] == "TOO_MANY_CONNECTIONS"
                async with signed_in(server, desk, desk.ada) as somebody_else:
                    assert (await somebody_else.ask("ping"))["type"] == "pong"
                await two.socket.close()
            async with signed_in(server, desk, desk.agent) as again:
                assert (await again.ask("ping"))["type"] == "pong"

    async def test_a_process_has_so_many_and_says_when_to_come_back(self, desk: Desk) -> None:
        with serving("uvicorn", HUB_MOST_SOCKETS="1") as server:
            async with signed_in(server, desk, desk.agent) as one:
                assert (await one.ask("ping"))["type"] == "pong"
                async with signed_in(server, desk, desk.ada) as two:
                    assert await two.closed() == 4409
                    assert _goodbye(two)["reason"] == "full"


def _goodbye(talk: Talk) -> dict[str, Any]:
    frame = talk.seen[-1]
    assert frame["type"] == "goodbye"
    assert isinstance(frame["comeBackInMs"], int)
    assert frame["comeBackInMs"] >= 0
    return frame


async def _ending(login: Any) -> closing.Ending | None:
    outbox = Outbox(FakeWire())
    await hub.current_hub().join(login, outbox)
    return outbox.ending


def _end(desk: Desk, how: str) -> None:
    if how == "suspended":
        change_tenant(PlatformAdmin(), desk.ref.id, fields={"is_active": False})
    else:
        delete_tenant(desk.ref.id, confirm=desk.ref.slug)
