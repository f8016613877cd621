"""Who is at a ticket, who types, who has claimed it: staff see it at once, requesters never; it ends by itself."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

from helpdesk.api_keys.actions import create_key
from helpdesk.people.actions import change_person
from helpdesk.people.models import Session
from helpdesk.tickets.actions import create_ticket, delete_ticket
from helpdesk.vocabulary import Role
from realtime.presence.keeper import MOST_TICKETS
from tests.realtime.company import MakeDesk, be, claim, names, presence, sees, set_typing_shown, settled
from tests.realtime.live import (
    Server,
    Talk,
    both_servers,
    commit,
    new_ticket,
    open_socket,
    signed_in,
)


class TestWhoIsThere:
    @both_servers
    async def test_is_told_to_staff_who_follow_and_ends_with_the_socket(
        self, server: Server, new_desk: MakeDesk
    ) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        async with signed_in(server, desk, desk.admin) as admin:
            await admin.ask("subscribe", stream=f"ticket:{ticket}")
            async with signed_in(server, desk, desk.agent) as agent, signed_in(server, desk, desk.agent) as phone:
                answer = await be(agent, ticket)
                assert (answer["type"], names(answer)) == ("presence", [("Agent", "viewing")])
                assert answer["people"][0]["id"] == str(desk.agent.id)
                await sees(admin, ticket, ("Agent", "viewing"))
                await be(phone, ticket, "typing", kind="reply")
                await sees(admin, ticket, ("Agent", "typing", "reply"))
                await be(phone, ticket, "away")
                await sees(admin, ticket, ("Agent", "viewing"))
            await sees(admin, ticket)

    async def test_is_shown_at_once_to_whoever_comes(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        async with signed_in(server, desk, desk.agent) as agent, signed_in(server, desk, desk.ada) as ada:
            await be(agent, ticket, "typing", kind="note")
            assert names(await be(ada, ticket)) == [("Agent", "typing", "note"), ("Ada", "viewing")]
            await ada.ask("subscribe", stream=f"ticket:{ticket}")
            await sees(ada, ticket, ("Agent", "typing", "note"), ("Ada", "viewing"))

    async def test_typing_becomes_viewing_by_itself_and_is_renewed_by_typing(
        self, server: Server, new_desk: MakeDesk
    ) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        async with signed_in(server, desk, desk.agent) as agent, signed_in(server, desk, desk.ada) as ada:
            await ada.ask("subscribe", stream=f"ticket:{ticket}")
            for _ in range(8):  # longer than typing lasts here
                await be(agent, ticket, "typing", kind="reply")
                await asyncio.sleep(0.3)
            assert {tuple(names(frame)) for frame in presence(ada)} <= {(), (("Agent", "typing", "reply"),)}
            await sees(ada, ticket, ("Agent", "viewing"))
            assert "kind" not in presence(ada)[-1]["people"][0]

    async def test_the_whole_desk_for_lists(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        first, second = await new_ticket(desk), await new_ticket(desk)
        async with signed_in(server, desk, desk.agent) as agent, signed_in(server, desk, desk.admin) as admin:
            await be(agent, first)
            assert (await admin.ask("subscribe", stream="presence"))["type"] == "subscribed"
            await sees(admin, first, ("Agent", "viewing"))
            await be(agent, second, "typing")
            await sees(admin, second, ("Agent", "typing"))
            await be(agent, first, "away")
            await sees(admin, first)
            await admin.ask("unsubscribe", stream="presence")
            before = len(presence(admin))
            await be(agent, second, "away")
            await settled(admin, desk)
            assert len(presence(admin)) == before

    async def test_many_changes_of_a_moment_are_few_frames(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        async with signed_in(server, desk, desk.agent) as agent, signed_in(server, desk, desk.ada) as ada:
            await ada.ask("subscribe", stream=f"ticket:{ticket}")
            for n in range(100):
                await agent.say("presence", ticketId=str(ticket), state="typing" if n % 2 else "viewing")
            await agent.ask("ping")
            await sees(ada, ticket, ("Agent", "typing"))
            await settled(ada, desk)
            assert len(presence(ada)) < 40

    async def test_a_ticket_that_is_deleted_has_nobody(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        async with signed_in(server, desk, desk.agent) as agent, signed_in(server, desk, desk.ada) as ada:
            await ada.ask("subscribe", stream="presence")
            await be(agent, ticket)
            await sees(ada, ticket, ("Agent", "viewing"))
            await commit(desk, lambda: delete_ticket(desk.admin, ticket))
            await sees(ada, ticket)
            assert (await be(agent, ticket))["code"] == "NOT_FOUND"

    async def test_whoever_is_signed_out_is_gone_at_once(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        async with signed_in(server, desk, desk.ada) as ada:
            await ada.ask("subscribe", stream=f"ticket:{ticket}")
            async with signed_in(server, desk, desk.agent) as agent:
                await be(agent, ticket)
                await sees(ada, ticket, ("Agent", "viewing"))
                await commit(desk, lambda: Session.objects.filter(person=desk.agent).delete())
                await sees(ada, ticket)
                assert await agent.closed() == 4401

    async def test_a_lowered_role_is_at_no_ticket(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        async with signed_in(server, desk, desk.agent) as agent, signed_in(server, desk, desk.ada) as ada:
            await ada.ask("subscribe", stream="presence")
            await be(agent, ticket)
            await sees(ada, ticket, ("Agent", "viewing"))
            await commit(desk, lambda: change_person(desk.admin, desk.agent.id, fields={"role": Role.REQUESTER}))
            await sees(ada, ticket)
            assert await agent.closed() == 4409


class TestWhoMay:
    async def test_requesters_neither_give_nor_get_it(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        async with signed_in(server, desk, desk.user) as user, signed_in(server, desk, desk.agent) as agent:
            for stream in ("queue", "me", f"ticket:{ticket}"):
                await user.ask("subscribe", stream=stream)
            assert (await user.ask("subscribe", stream="presence"))["code"] == "FORBIDDEN"
            for ticket_id in (ticket, uuid4()):
                for type_, more in (("presence", {"state": "typing"}), ("claim", {}), ("release", {})):
                    assert (await user.ask(type_, ticketId=str(ticket_id), **more))["code"] == "FORBIDDEN"
            await be(agent, ticket, "typing", kind="reply")
            await claim(agent, ticket)
            await settled(user, desk)
            assert {frame["type"] for frame in user.seen} <= {"subscribed", "error", "pong", "synced", "event"}

    async def test_another_tenant_sees_nothing_and_has_no_such_ticket(self, server: Server, new_desk: MakeDesk) -> None:
        desk, other = await new_desk(), await new_desk()
        ticket = await new_ticket(desk)
        async with signed_in(server, other, other.admin) as spy, signed_in(server, desk, desk.agent) as agent:
            await spy.ask("subscribe", stream="presence")
            await claim(agent, ticket)
            for type_, more in (("presence", {"state": "viewing"}), ("claim", {"take": True}), ("release", {})):
                assert (await spy.ask(type_, ticketId=str(ticket), **more))["code"] == "NOT_FOUND"
            await settled(spy, other)
            assert presence(spy) == []
            assert (await claim(agent, ticket))["mine"] is True

    async def test_a_program_is_nobody_who_views(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        _, key = await commit(desk, lambda: create_key(desk.agent, name="A wallboard", scopes=["tickets:read:any"]))
        async with open_socket(server, token=key) as program, signed_in(server, desk, desk.agent) as agent:
            assert (await program.ask("subscribe", stream=f"ticket:{ticket}"))["type"] == "subscribed"
            assert (await program.ask("subscribe", stream="presence"))["code"] == "FORBIDDEN"
            assert (await be(program, ticket))["code"] == "FORBIDDEN"
            assert names(await be(agent, ticket)) == [("Agent", "viewing")]
            await settled(program, desk)
            assert presence(program) == []

    async def test_a_socket_is_at_so_many_tickets(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()

        def write() -> list[UUID]:
            return [create_ticket(desk.user, fields={"title": str(n)}).id for n in range(MOST_TICKETS + 1)]

        tickets = await commit(desk, write)
        async with signed_in(server, desk, desk.agent) as agent:
            for ticket in tickets[:-1]:
                assert (await be(agent, ticket))["type"] == "presence"
            assert (await be(agent, tickets[-1]))["code"] == "TOO_MANY_TICKETS"
            assert (await agent.ask("claim", ticketId=str(tickets[-1])))["code"] == "TOO_MANY_TICKETS"
            assert (await be(agent, tickets[0], "typing"))["type"] == "presence"
            await be(agent, tickets[0], "away")
            assert (await be(agent, tickets[-1]))["type"] == "presence"

    async def test_bad_frames_change_nothing(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        ticket = str(await new_ticket(desk))
        async with signed_in(server, desk, desk.agent) as agent:
            for type_, fields in (
                ("presence", {}),
                ("presence", {"ticketId": ticket}),
                ("presence", {"ticketId": ticket, "state": "asleep"}),
                ("presence", {"ticketId": ticket, "state": "typing", "kind": "letter"}),
                ("presence", {"ticketId": [ticket], "state": "typing"}),
                ("claim", {"ticketId": ticket, "take": "yes"}),
                ("release", {"ticketId": None}),
            ):
                assert (await agent.ask(type_, **fields))["code"] == "VALIDATION_ERROR", fields
            assert (await be(agent, uuid4()))["code"] == "NOT_FOUND"
            assert names(await be(agent, UUID(ticket), "away")) == []


class TestThatAnAgentTypes:
    async def test_is_told_where_the_desk_says_so_for_replies_alone(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        ticket, foreign = await new_ticket(desk), await new_ticket(desk, desk.other_user)
        await set_typing_shown(desk, shown=True)
        async with signed_in(server, desk, desk.user) as user, signed_in(server, desk, desk.agent) as agent:
            await user.ask("subscribe", stream="queue")
            await user.ask("subscribe", stream=f"ticket:{ticket}")
            for kind in ({"kind": "note"}, {}):
                await be(agent, ticket, "typing", **kind)
                await claim(agent, ticket)
                await settled(user, desk)
            await be(agent, foreign, "typing", kind="reply")
            assert presence(user) == []
            await be(agent, ticket, "typing", kind="reply")
            told = await user.until("presence")
            assert told == {"type": "presence", "ticketId": str(ticket), "people": [], "agentIsTyping": True}
            assert (await user.until("presence"))["agentIsTyping"] is False
            assert str(desk.agent.id) not in str(presence(user))

    async def test_ends_when_the_desk_takes_it_back(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        await set_typing_shown(desk, shown=True)
        async with signed_in(server, desk, desk.user) as user, signed_in(server, desk, desk.agent) as agent:
            await user.ask("subscribe", stream=f"ticket:{ticket}")
            await be(agent, ticket, "typing", kind="reply")
            assert (await user.until("presence"))["agentIsTyping"] is True
            await set_typing_shown(desk, shown=False)
            typing = asyncio.ensure_future(_type_on(agent, ticket))
            assert (await user.until("presence"))["agentIsTyping"] is False
            typing.cancel()
            await asyncio.gather(typing, return_exceptions=True)


async def _type_on(talk: Talk, ticket: UUID) -> None:
    while True:
        await talk.say("presence", ticketId=str(ticket), state="typing", kind="reply")
        await asyncio.sleep(0.2)
