"""Who was an agent and is a requester now gets what a requester gets: nothing of before is theirs any more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from helpdesk.comments.actions import add_comment
from helpdesk.events.queries import get_head, list_rows
from helpdesk.notifications.actions import tell
from helpdesk.people.actions import change_person
from helpdesk.people.models import Person
from helpdesk.tickets.actions import change_ticket, create_ticket, delete_ticket
from helpdesk.vocabulary import Role
from realtime import closing
from realtime.auth import sign_in
from realtime.connection import Connection
from realtime.outbox import Outbox
from realtime.protocol import Auth, Subscribe
from realtime.room import Room
from tests.conftest import Desk, token_for
from tests.realtime.fakes import FakeWire
from tests.realtime.live import Server, Talk, commit, in_thread, new_ticket, signed_in
from tests.realtime.test_live_views import follow

MakeDesk = Callable[[], Awaitable[Desk]]


@pytest.fixture
async def desk(new_desk: MakeDesk) -> Desk:
    return await new_desk()


async def lower(desk: Desk, person: Person) -> None:
    await commit(desk, lambda: change_person(desk.admin, person.id, fields={"role": Role.REQUESTER.value}))


class TestALiveView:
    @pytest.mark.parametrize("where", [{"createdById": "me"}, {"q": "creator:me"}])
    async def test_of_an_agent_is_not_the_requesters(self, server: Server, desk: Desk, where: dict[str, Any]) -> None:
        fields = {"title": "for a requester", "requester_id": desk.user.id, "metadata": {"secret": 1}}
        await commit(desk, lambda: create_ticket(desk.ada, fields=fields))
        async with signed_in(server, desk, desk.ada) as talk:
            assert (await follow(talk, filter=where)).count == 1
            await lower(desk, desk.ada)
            assert await talk.closed() == 4409
        async with signed_in(server, desk, desk.ada) as talk:
            assert (await follow(talk, filter=where)).count == 0


class TestNotifications:
    """Those of before stay in the log, where they name their person."""

    async def test_of_notes_and_of_others_tickets_are_not_replayed(self, server: Server, desk: Desk) -> None:
        ticket = await new_ticket(desk)
        own = await new_ticket(desk, desk.ada)
        await self.mention(desk, ticket, "a note for agents", is_internal=True)
        await self.mention(desk, own, "a note on her own ticket", is_internal=True)
        await self.mention(desk, own, "a reply to her", is_internal=False)
        assert [text for text in await self.told(server, desk, desk.ada) if "note" in text]
        await lower(desk, desk.ada)
        assert await self.told(server, desk, desk.ada) == [f"@{desk.ada.email} a reply to her"]

    async def test_of_a_ticket_that_was_taken_away_are_not_replayed(self, server: Server, desk: Desk) -> None:
        ticket = await new_ticket(desk, desk.user)
        await commit(desk, lambda: add_comment(desk.agent, ticket, content="for you", is_internal=False))
        await self.tell_all(desk)
        assert await self.told(server, desk, desk.user) == ["for you"]
        fields = {"requester_id": desk.other_user.id}
        await commit(desk, lambda: change_ticket(desk.agent, ticket, fields=fields))
        assert await self.told(server, desk, desk.user) == []

    async def mention(self, desk: Desk, ticket: Any, text: str, *, is_internal: bool) -> None:
        content = f"@{desk.ada.email} {text}"
        await commit(desk, lambda: add_comment(desk.agent, ticket, content=content, is_internal=is_internal))
        await self.tell_all(desk)

    async def tell_all(self, desk: Desk) -> None:
        """As the dispatcher does."""
        await commit(desk, lambda: [tell(row) for row in list_rows(after=0, limit=500)])

    async def told(self, server: Server, desk: Desk, person: Person) -> list[str]:
        """What a client is told that begins with the oldest."""
        epoch = await commit(desk, lambda: get_head().epoch)
        async with signed_in(server, desk, person) as talk:
            await talk.ask("subscribe", stream="me", since={"epoch": str(epoch), "seq": 0})
            await talk.until("synced")
            return messages(talk)


def messages(talk: Talk) -> list[str]:
    frames = [frame for frame in talk.seen if frame["type"] == "event"]
    return [frame["event"]["data"]["notification"]["message"] for frame in frames]


class TestRenewingTheToken:
    async def test_ends_the_socket_where_other_rights_are_read(self, desk: Desk) -> None:
        """Else whoever looks next finds the rights that the token was renewed with, and the streams of before."""
        room = Room(desk.ref, _to_nobody)
        await room.feed.start()
        token = await in_thread(lambda: token_for(desk, desk.ada))
        wire = FakeWire()
        login = await sign_in(token, "platform")
        connection = Connection(login, Outbox(wire), room.feed, room.live_views, room.presence)
        await room.enter(connection)
        await connection.handle(Subscribe(type="subscribe", stream="queue"))
        await lower(desk, desk.ada)
        await connection.handle(Auth(type="auth", token=token))
        ticket = await new_ticket(desk)
        await commit(desk, lambda: add_comment(desk.agent, ticket, content="not for requesters", is_internal=True))
        await room.feed.catch_up()
        room.close()
        assert "not for requesters" not in str(wire.got)
        assert wire.ending == closing.RIGHTS_CHANGED


class TestATicketThatGoesWhileItIsAskedFor:
    @pytest.mark.parametrize("goes", ["to another requester", "for good"])
    async def test_is_not_followed(self, desk: Desk, monkeypatch: pytest.MonkeyPatch, goes: str) -> None:
        """Its farewell has passed before there was anybody to end."""
        room = Room(desk.ref, _to_nobody)
        await room.feed.start()
        ticket, token = await new_ticket(desk), await in_thread(lambda: token_for(desk, desk.user))
        wire, stream, sees = FakeWire(), f"ticket:{ticket}", Connection._sees
        login = await sign_in(token, "platform")
        connection = Connection(login, Outbox(wire), room.feed, room.live_views, room.presence)

        async def goes_after_the_answer(self: Connection, ticket_id: UUID) -> bool:
            monkeypatch.setattr(Connection, "_sees", sees)
            answer = await sees(self, ticket_id)
            if goes == "for good":
                await commit(desk, lambda: delete_ticket(desk.admin, ticket))
            else:
                fields = {"requester_id": desk.other_user.id}
                await commit(desk, lambda: change_ticket(desk.agent, ticket, fields=fields))
            await room.feed.catch_up()
            return answer

        monkeypatch.setattr(Connection, "_sees", goes_after_the_answer)
        await connection.handle(Subscribe(type="subscribe", stream=stream))
        assert [frame["type"] for frame in wire.got] == ["subscribed", "unsubscribed"]
        assert not connection.follows(stream)
        assert not room.presence.knows(connection, ticket)
        room.close()


async def _to_nobody(_: list[UUID]) -> None:
    """There is no other process."""
