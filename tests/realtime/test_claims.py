"""A soft claim: the first has it, others are told who, and it ends by itself."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from helpdesk.comments.actions import add_comment
from tests.realtime.company import MakeDesk, be, claim, sees, settled
from tests.realtime.live import (
    Server,
    commit,
    new_ticket,
    serving,
    signed_in,
)


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
