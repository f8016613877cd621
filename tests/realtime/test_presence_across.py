"""Presence over several web processes: seen across, gone when one is killed, and at home while Redis is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from helpdesk.comments.actions import add_comment
from tests.conftest import Desk
from tests.realtime.company import be, claim, names, presence, sees, set_typing_shown, settled
from tests.realtime.live import Server, commit, free_port, new_ticket, serving, signed_in
from tests.realtime.test_trouble import valkey

MakeDesk = Callable[[], Awaitable[Desk]]
pytestmark = pytest.mark.slow


@asynccontextmanager
async def two_servers(first: str = "uvicorn", second: str = "uvicorn", **more: str) -> AsyncIterator[list[Server]]:
    with serving(first, **more) as one, serving(second, **more) as two:
        yield [one, two]


class TestTwoProcesses:
    async def test_see_each_other_and_a_killed_ones_people_vanish(
        self, django_db_setup: None, new_desk: MakeDesk
    ) -> None:
        desk = await new_desk()
        ticket, other = await new_ticket(desk), await new_ticket(desk)
        await set_typing_shown(desk, shown=True)
        async with two_servers("uvicorn", "daphne") as (one, two):
            async with (
                signed_in(two, desk, desk.ada) as ada,
                signed_in(two, desk, desk.user) as user,
                signed_in(two, desk, desk.admin) as admin,
                signed_in(one, desk, desk.agent) as agent,
            ):
                await ada.ask("subscribe", stream=f"ticket:{ticket}")
                await user.ask("subscribe", stream=f"ticket:{ticket}")
                await be(agent, ticket, "typing", kind="reply")
                await sees(ada, ticket, ("Agent", "typing", "reply"))
                assert (await user.until("presence"))["agentIsTyping"] is True
                assert (await claim(agent, ticket))["mine"] is True
                assert (await claim(ada, ticket))["by"]["id"] == str(desk.agent.id)
                await be(agent, other)
                await admin.ask("subscribe", stream="presence")
                await sees(admin, other, ("Agent", "viewing"))
                await be(ada, ticket, "away")
                one.kill()
                await sees(ada, ticket)
                await sees(admin, other)
                assert (await claim(ada, ticket))["mine"] is True
            one.restart()
            async with signed_in(one, desk, desk.agent) as agent, signed_in(two, desk, desk.ada) as ada:
                assert names(await be(agent, ticket)) == [("Agent", "viewing")]
                await ada.ask("subscribe", stream=f"ticket:{ticket}")
                await sees(ada, ticket, ("Agent", "viewing"))

    async def test_live_people_stay_for_longer_than_the_expiry(self, django_db_setup: None, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        async with (
            two_servers() as (one, two),
            signed_in(one, desk, desk.agent) as agent,
            signed_in(two, desk, desk.ada) as ada,
        ):
            await ada.ask("subscribe", stream=f"ticket:{ticket}")
            await claim(agent, ticket)
            await sees(ada, ticket, ("Agent", "viewing", "claimed"))
            before = len(presence(ada))
            await asyncio.sleep(5)
            await settled(ada, desk)
            assert len(presence(ada)) == before
            assert (await claim(ada, ticket))["mine"] is False

    async def test_of_twenty_who_claim_at_once_one_wins(self, django_db_setup: None, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        people = [desk.agent, desk.ada, desk.admin]
        async with two_servers() as servers, AsyncExitStack() as stack:
            sockets = (signed_in(servers[n % 2], desk, people[n % 3]) for n in range(20))
            talks = [await stack.enter_async_context(socket) for socket in sockets]
            for _ in range(5):
                ticket = await new_ticket(desk)
                answers = await asyncio.gather(*(claim(talk, ticket) for talk in talks))
                [holder] = {answer["by"]["id"] for answer in answers}
                winners = {str(people[n % 3].id) for n, answer in enumerate(answers) if answer["mine"]}
                assert winners == {holder}
                for talk in talks:
                    await be(talk, ticket, "away")

    async def test_a_reply_written_in_another_process_ends_the_claim(
        self, django_db_setup: None, new_desk: MakeDesk
    ) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        async with (
            two_servers() as (one, two),
            signed_in(one, desk, desk.agent) as agent,
            signed_in(two, desk, desk.ada) as ada,
        ):
            await ada.ask("subscribe", stream=f"ticket:{ticket}")
            await claim(agent, ticket)
            await sees(ada, ticket, ("Agent", "viewing", "claimed"))
            await commit(desk, lambda: add_comment(desk.agent, ticket, content="Done.", is_internal=False))
            await sees(ada, ticket, ("Agent", "viewing"))


class TestRedis:
    async def test_away_everybody_is_seen_at_home_and_back_everywhere(
        self, django_db_setup: None, new_desk: MakeDesk, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        desk = await new_desk()
        ticket = await new_ticket(desk)
        port = free_port()
        async with (
            two_servers(REDIS_URL=f"redis://127.0.0.1:{port}/0") as (one, two),
            signed_in(one, desk, desk.agent) as agent,
            signed_in(one, desk, desk.admin) as near,
            signed_in(two, desk, desk.ada) as far,
        ):
            for talk in (near, far):
                await talk.ask("subscribe", stream=f"ticket:{ticket}")
            for _ in range(2):
                await be(agent, ticket)
                await sees(near, ticket, ("Agent", "viewing"))
                assert (await claim(agent, ticket))["mine"] is True
                await sees(near, ticket, ("Agent", "viewing", "claimed"))
                assert (await claim(near, ticket))["mine"] is False
                await be(near, ticket, "away")
                with valkey(port, tmp_path):
                    await sees(far, ticket, ("Agent", "viewing", "claimed"))
                    assert (await claim(far, ticket))["by"]["id"] == str(desk.agent.id)
                    await be(far, ticket, "away")
                    await sees(near, ticket, ("Agent", "viewing", "claimed"))
                await be(agent, ticket, "typing", kind="reply")
                await sees(near, ticket, ("Agent", "typing", "reply", "claimed"))
                await sees(far, ticket)
                await be(agent, ticket, "away")
                await sees(near, ticket)
        said = capfd.readouterr().out
        assert said.count("presence_shared_again") <= said.count("presence_alone") <= 12
        assert "presence_failed" not in said
        assert "socket_failed" not in said
