"""Who is at a ticket, who types, who has claimed it: staff see it at once, requesters never; it ends by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID, uuid4

import pytest

from helpdesk.api_keys.actions import create_key
from helpdesk.comments.actions import add_comment
from helpdesk.people.actions import change_person
from helpdesk.people.models import Session
from helpdesk.tickets.actions import create_ticket, delete_ticket
from helpdesk.vocabulary import Role
from realtime.presence.keeper import MOST_TICKETS
from tenants import actions as tenant_actions
from tests.conftest import Desk
from tests.realtime.live import (
    Server,
    Talk,
    both_servers,
    commit,
    in_thread,
    new_ticket,
    open_socket,
    serving,
    signed_in,
)

MakeDesk = Callable[[], Awaitable[Desk]]
Here = list[tuple[Any, ...]]


async def be(talk: Talk, ticket: UUID, state: str = "viewing", **more: Any) -> dict[str, Any]:
    return await talk.ask("presence", ticketId=str(ticket), state=state, **more)


async def claim(talk: Talk, ticket: UUID, **more: Any) -> dict[str, Any]:
    answer = await talk.ask("claim", ticketId=str(ticket), **more)
    assert answer["type"] == "claimed", answer
    return answer


def names(frame: dict[str, Any]) -> Here:
    """(first name, state, what is typed, "claimed" where it is)."""
    return [
        tuple(
            part
            for part in (
                one["name"].split()[0],
                one["state"],
                one.get("kind"),
                "claimed" if "claimedUntil" in one else None,
            )
            if part
        )
        for one in frame["people"]
    ]


async def sees(talk: Talk, ticket: UUID, *people: tuple[Any, ...]) -> dict[str, Any]:
    """Read on until the ticket is shown with exactly these people."""
    while names(frame := await talk.until("presence", ticketId=str(ticket))) != list(people):
        pass
    return frame


def presence(talk: Talk) -> list[dict[str, Any]]:
    return [frame for frame in talk.seen if frame["type"] == "presence"]


async def settled(talk: Talk, desk: Desk) -> None:
    """What was under way to this socket has come: an event that happened after it has been told, and then some."""
    await asyncio.sleep(0.5)
    marker = await new_ticket(desk, desk.agent, f"marker {uuid4()}")
    del marker
    await talk.ask("ping")


async def set_typing_shown(desk: Desk, *, shown: bool) -> None:
    fields = {"settings": {"showAgentTyping": shown}}
    await in_thread(lambda: tenant_actions.change_tenant(desk.admin, desk.ref.id, fields=fields))


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


class TestClaim:
    async def test_the_first_has_it_and_others_are_told_who(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        async with signed_in(server, desk, desk.agent) as agent, signed_in(server, desk, desk.ada) as ada:
            await ada.ask("subscribe", stream=f"ticket:{ticket}")
            mine = await claim(agent, ticket)
            assert (mine["mine"], mine["by"]["id"]) == (True, str(desk.agent.id))
            frame = await sees(ada, ticket, ("Agent", "viewing", "claimed"))
            assert frame["people"][0]["claimedUntil"] == mine["until"]
            theirs = await claim(ada, ticket)
            assert (theirs["mine"], theirs["by"], theirs["until"]) == (False, mine["by"], mine["until"])
            renewed = await claim(agent, ticket)
            assert (renewed["mine"], renewed["until"] >= mine["until"]) == (True, True)
            assert (await claim(ada, ticket, take=True))["mine"] is True
            assert (await claim(agent, ticket))["by"]["id"] == str(desk.ada.id)

    async def test_twenty_at_once_and_one_wins(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        async with AsyncExitStack() as stack:
            talks = [
                await stack.enter_async_context(signed_in(server, desk, (desk.agent, desk.ada, desk.admin)[n % 3]))
                for n in range(20)
            ]
            for talk in talks:
                await talk.ask("ping")
            answers = await asyncio.gather(*(claim(talk, ticket) for talk in talks))
        [holder] = {answer["by"]["id"] for answer in answers}
        winners = {n % 3 for n, answer in enumerate(answers) if answer["mine"]}
        assert [str((desk.agent, desk.ada, desk.admin)[n].id) for n in winners] == [holder]

    @pytest.mark.parametrize("ends", ["release", "leave", "disconnect", "reply"])
    async def test_ends(self, server: Server, new_desk: MakeDesk, ends: str) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        async with signed_in(server, desk, desk.ada) as ada:
            await ada.ask("subscribe", stream="presence")
            async with signed_in(server, desk, desk.agent) as agent:
                await claim(agent, ticket)
                await be(agent, ticket, "typing", kind="reply")
                await sees(ada, ticket, ("Agent", "typing", "reply", "claimed"))
                await commit(desk, lambda: add_comment(desk.agent, ticket, content="hm", is_internal=True))
                assert (await claim(ada, ticket))["mine"] is False, "a note is no answer"
                await be(ada, ticket, "away")
                match ends:
                    case "release":
                        assert "by" not in await agent.ask("release", ticketId=str(ticket))
                        await sees(ada, ticket, ("Agent", "typing", "reply"))
                    case "leave":
                        await be(agent, ticket, "away")
                    case "reply":
                        await commit(desk, lambda: add_comment(desk.agent, ticket, content="Done.", is_internal=False))
                        await sees(ada, ticket, ("Agent", "viewing"))
                    case "disconnect":
                        await agent.socket.close()
                if ends in ("leave", "disconnect"):
                    await sees(ada, ticket)
                assert (await claim(ada, ticket))["mine"] is True

    async def test_somebody_elses_is_not_released(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        async with signed_in(server, desk, desk.agent) as agent, signed_in(server, desk, desk.ada) as ada:
            await claim(agent, ticket)
            assert (await ada.ask("release", ticketId=str(ticket)))["by"]["id"] == str(desk.agent.id)
            await commit(desk, lambda: add_comment(desk.ada, ticket, content="Me too.", is_internal=False))
            await settled(ada, desk)
            assert (await claim(ada, ticket))["mine"] is False

    async def test_ends_with_the_last_device(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        async with (
            signed_in(server, desk, desk.ada) as ada,
            signed_in(server, desk, desk.agent) as desktop,
            signed_in(server, desk, desk.agent) as phone,
        ):
            await be(phone, ticket)
            await claim(desktop, ticket)
            await desktop.socket.close()
            await settled(ada, desk)
            assert (await claim(ada, ticket))["mine"] is False
            await phone.socket.close()
            await ada.ask("subscribe", stream=f"ticket:{ticket}")
            await sees(ada, ticket, ("Ada", "viewing"))
            assert (await claim(ada, ticket))["mine"] is True


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


class TestExpiry:
    async def test_a_claim_that_is_not_renewed_ends(self, django_db_setup: None, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        with serving("uvicorn", HUB_TEST_CLAIM_S="1") as server:
            async with signed_in(server, desk, desk.agent) as agent, signed_in(server, desk, desk.ada) as ada:
                await ada.ask("subscribe", stream=f"ticket:{ticket}")
                await claim(agent, ticket)
                await sees(ada, ticket, ("Agent", "viewing", "claimed"))
                await sees(ada, ticket, ("Agent", "viewing"))
                assert (await claim(ada, ticket))["mine"] is True
