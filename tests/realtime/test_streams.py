"""What comes over a real socket, to whom, and that nothing is lost between two sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from helpdesk.comments.actions import add_comment, delete_comment
from helpdesk.tickets.actions import change_ticket, delete_ticket
from tests.conftest import Desk
from tests.realtime.live import Server, Talk, both_servers, commit, events, new_ticket, signed_in

MakeDesk = Callable[[], Awaitable[Desk]]


async def say(desk: Desk, ticket: UUID, content: str, *, internal: bool = False) -> UUID:
    comment = await commit(desk, lambda: add_comment(desk.agent, ticket, content=content, is_internal=internal))
    return comment.id


def types(talk: Talk) -> list[str]:
    return [frame["event"]["type"] for frame in events(talk.seen)]


class TestWhoSeesWhat:
    @both_servers
    async def test_a_ticket_reaches_the_queue_of_staff_and_of_its_requester(
        self, server: Server, new_desk: MakeDesk
    ) -> None:
        desk = await new_desk()
        async with (
            signed_in(server, desk, desk.agent) as agent,
            signed_in(server, desk, desk.admin) as admin,
            signed_in(server, desk, desk.user) as user,
            signed_in(server, desk, desk.other_user) as other,
        ):
            for talk in (agent, admin, user, other):
                await talk.ask("subscribe", stream="queue")
            ticket = await new_ticket(desk)
            own = await new_ticket(desk, desk.other_user)
            for talk in (agent, admin, user):
                frame = await talk.until("event")
                assert frame["event"]["type"] == "ticket.created"
                assert frame["event"]["data"]["ticket"]["id"] == str(ticket)
            assert (await other.until("event"))["event"]["data"]["ticket"]["id"] == str(own)
            assert len(events(other.seen)) == 1

    async def test_a_note_reaches_no_requester(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        async with signed_in(server, desk, desk.user) as user, signed_in(server, desk, desk.agent) as agent:
            for talk in (user, agent):
                await talk.ask("subscribe", stream="queue")
                await talk.ask("subscribe", stream=f"ticket:{ticket}")
            await say(desk, ticket, "secret note", internal=True)
            await say(desk, ticket, "public reply")
            for stream in ("queue", f"ticket:{ticket}"):
                while (frame := await user.until("event"))["stream"] != stream:
                    pass
                assert frame["event"]["data"]["comment"]["content"] == "public reply"
                assert frame["prev"] < frame["seq"]
            assert "secret" not in str(user.seen)
            while "public reply" not in str(agent.seen[-1]):
                await agent.next()
            assert "secret note" in str(agent.seen)

    async def test_a_replay_tells_a_requester_no_more(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        async with signed_in(server, desk, desk.user) as user:
            begin = await user.ask("subscribe", stream="queue")
        ticket = await new_ticket(desk)
        await say(desk, ticket, "secret note", internal=True)
        await new_ticket(desk, desk.other_user, "somebody else's")
        await say(desk, ticket, "public reply")
        async with signed_in(server, desk, desk.user) as user:
            await user.say("subscribe", stream="queue", since={"epoch": begin["epoch"], "seq": begin["seq"]})
            end = await user.until("synced")
            assert types(user) == ["ticket.created", "comment.added"]
            assert end["seq"] == begin["seq"] + 4
            assert "secret" not in str(user.seen)
            assert "somebody else" not in str(user.seen)
            assert desk.agent.email not in str(user.seen)

    async def test_another_tenant_gets_nothing(self, server: Server, new_desk: MakeDesk) -> None:
        desk, other = await new_desk(), await new_desk()
        ticket = await new_ticket(desk)
        async with signed_in(server, other, other.admin) as spy:
            await spy.ask("subscribe", stream="queue")
            assert (await spy.ask("subscribe", stream=f"ticket:{ticket}"))["code"] == "NOT_FOUND"
            await say(desk, ticket, "hello")
            await new_ticket(other)
            frame = await spy.until("event")
            assert frame["event"]["data"]["ticket"]["title"] == "Printer on fire"
            assert str(ticket) not in str(spy.seen)

    async def test_somebody_elses_ticket_is_absent(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        async with signed_in(server, desk, desk.other_user) as talk:
            theirs = await talk.ask("subscribe", stream=f"ticket:{ticket}")
            absent = await talk.ask("subscribe", stream=f"ticket:{uuid4()}")
            assert theirs["code"] == absent["code"] == "NOT_FOUND"
            assert theirs["message"] == absent["message"]

    async def test_who_loses_a_ticket_is_told_and_then_hears_no_more(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        async with signed_in(server, desk, desk.user) as user, signed_in(server, desk, desk.agent) as agent:
            for talk in (user, agent):
                await talk.ask("subscribe", stream=f"ticket:{ticket}")
            await user.ask("subscribe", stream="queue")
            await commit(desk, lambda: change_ticket(desk.agent, ticket, fields={"requester_id": desk.other_user.id}))
            await user.until("unsubscribed", stream=f"ticket:{ticket}")
            await say(desk, ticket, "not for you any more")
            mine = await new_ticket(desk, desk.user, "mine")
            while (frame := await user.until("event"))["event"]["type"] != "ticket.created":
                pass
            assert frame["event"]["data"]["ticket"]["id"] == str(mine)
            assert set(types(user)) == {"ticket.removed", "ticket.created"}
            assert (await user.ask("subscribe", stream=f"ticket:{ticket}"))["code"] == "NOT_FOUND"
            while "not for you" not in str(agent.seen):
                await agent.next()
            assert "ticket.removed" not in types(agent)

    async def test_a_deleted_ticket_ends_its_stream(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        async with signed_in(server, desk, desk.agent) as agent, signed_in(server, desk, desk.user) as user:
            for talk in (agent, user):
                await talk.ask("subscribe", stream=f"ticket:{ticket}")
            await commit(desk, lambda: delete_ticket(desk.admin, ticket))
            for talk in (agent, user):
                await talk.until("unsubscribed")
                assert types(talk)[-1] == "ticket.deleted"


class TestResume:
    @both_servers
    @pytest.mark.parametrize("role", ["agent", "user"])
    async def test_nothing_is_lost_and_nothing_comes_twice_while_others_write(
        self, server: Server, new_desk: MakeDesk, role: str
    ) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        writing = asyncio.ensure_future(_write(desk, ticket, 60))
        place: dict[str, Any] | None = None
        got: list[str] = []
        while not writing.done() or f"reply {59}" not in got:
            async with signed_in(server, desk, getattr(desk, role)) as talk:
                await talk.say("subscribe", stream="queue", **({"since": place} if place else {}))
                frame = await talk.until("subscribed")
                place = place or {"epoch": frame["epoch"], "seq": frame["seq"]}
                for _ in range(7):
                    frame = await talk._frame()
                    assert frame["type"] in ("event", "synced")
                    if frame["type"] == "event":
                        assert frame["prev"] <= place["seq"] < frame["seq"]
                        got.append(frame["event"]["data"].get("comment", {}).get("content", ""))
                    place["seq"] = max(place["seq"], frame["seq"])
        await writing
        replies = [content for content in got if content]
        first = int(replies[0].split()[1])
        assert replies == [f"reply {n}" for n in range(first, 60)]

    async def test_a_place_beyond_the_head_is_reset(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        async with signed_in(server, desk, desk.agent) as talk:
            here = await talk.ask("subscribe", stream="queue")
            since = {"epoch": here["epoch"], "seq": here["seq"] + 1000}
            await talk.say("subscribe", stream="queue", since=since)
            reset = await talk.until("reset")
            assert (reset["epoch"], reset["seq"]) == (here["epoch"], here["seq"])
            await new_ticket(desk)
            assert (await talk.until("event"))["prev"] <= reset["seq"]

    async def test_a_place_of_another_epoch_is_reset(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        async with signed_in(server, desk, desk.agent) as talk:
            await talk.say("subscribe", stream="queue", since={"epoch": str(uuid4()), "seq": 0})
            assert (await talk.until("reset"))["stream"] == "queue"

    async def test_a_restored_log_resets_everybody(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        async with signed_in(server, desk, desk.agent) as agent, signed_in(server, desk, desk.user) as user:
            for talk in (agent, user):
                await talk.ask("subscribe", stream="queue")
            epoch = uuid4()
            await commit(desk, lambda: _set_epoch(epoch))
            for talk in (agent, user):
                assert (await talk.until("reset"))["epoch"] == str(epoch)

    async def test_a_deleted_comment_is_not_told_again(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        async with signed_in(server, desk, desk.agent) as agent:
            begin = await agent.ask("subscribe", stream="queue")
            comment = await say(desk, ticket, "taken back")
            await agent.until("event")
            await commit(desk, lambda: delete_comment(desk.agent, comment))
            await agent.until("event")
            for person in (desk.agent, desk.user):
                async with signed_in(server, desk, person) as later:
                    await later.say("subscribe", stream="queue", since={"epoch": begin["epoch"], "seq": 0})
                    await later.until("synced")
                    assert types(later) == ["ticket.created", "comment.added", "comment.deleted"]
                    assert events(later.seen)[1]["event"]["data"] == {"redacted": True}
                    assert "taken back" not in str(later.seen)


async def _write(desk: Desk, ticket: UUID, count: int) -> None:
    for n in range(count):
        await say(desk, ticket, f"reply {n}")


def _set_epoch(epoch: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE event_head SET epoch = %s", [epoch])
