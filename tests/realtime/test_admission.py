"""Many who come at once are asked about together, each gets their own answer, and a failure is everybody's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.db import OperationalError

from helpdesk.api_keys.actions import create_key
from helpdesk.people.actions import end_session
from helpdesk.people.credentials import read_bearer
from helpdesk.people.tokens import Claims
from realtime import admission
from realtime.admission import get_caller_now
from tests.conftest import Desk, token_for
from tests.realtime.live import commit, in_thread, new_ticket, serving, signed_in

MakeDesk = Callable[[], Awaitable[Desk]]


@pytest.fixture
async def desk(new_desk: MakeDesk) -> Desk:
    return await new_desk()


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many were asked about at each look."""
    found: list[int] = []
    look = admission._look

    def counted(claims: list[Claims]) -> Any:
        found.append(len(claims))
        return look(claims)

    monkeypatch.setattr(admission, "_look", counted)
    return found


async def claims_of(desk: Desk, *people: Any) -> list[Claims]:
    tokens = await in_thread(lambda: [token_for(desk, person) for person in people])
    return [claims for token in tokens if (claims := read_bearer(token))]


async def test_those_who_wait_are_asked_about_together(desk: Desk, looks: list[int]) -> None:
    people = desk.everybody() * 20
    claims = await claims_of(desk, *people)
    callers = await asyncio.gather(*(get_caller_now(desk.ref, one) for one in claims))
    assert [caller and caller.person.id for caller in callers] == [person.id for person in people]
    assert sum(looks) == len(people)
    assert len(looks) <= 2


async def test_each_gets_their_own_answer(desk: Desk) -> None:
    agent, ended, other = await claims_of(desk, desk.agent, desk.ada, desk.user)
    session = ended.session_id
    assert session is not None
    await commit(desk, lambda: end_session(session))
    _, token = await commit(desk, lambda: create_key(desk.admin, name="A wall", scopes=["tickets:read:any"]))
    key = read_bearer(token)
    assert key is not None
    stolen = Claims(desk.ref.id, person_id=desk.admin.id, session_id=other.session_id)
    nobody = Claims(desk.ref.id)
    callers = await asyncio.gather(*(get_caller_now(desk.ref, one) for one in (agent, ended, key, stolen, nobody)))
    assert [caller and caller.person.id for caller in callers] == [desk.agent.id, None, desk.admin.id, None, None]
    assert callers[2] is not None
    assert callers[2].scopes == frozenset({"tickets:read:any"})


async def test_a_failure_is_everybodys_and_the_next_one_is_asked_about_anew(
    desk: Desk, looks: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = await claims_of(desk, desk.agent, desk.ada)

    def fail(_: list[Claims]) -> Any:
        raise OperationalError

    with monkeypatch.context() as broken:
        broken.setattr(admission, "_look", fail)
        answers = await asyncio.gather(*(get_caller_now(desk.ref, one) for one in claims), return_exceptions=True)
        assert [type(answer) for answer in answers] == [OperationalError, OperationalError]
    caller = await get_caller_now(desk.ref, claims[0])
    assert caller is not None
    assert caller.person.id == desk.agent.id


async def test_who_does_not_wait_any_more_holds_nobody_up(desk: Desk) -> None:
    one, two = await claims_of(desk, desk.agent, desk.ada)
    gone = asyncio.ensure_future(get_caller_now(desk.ref, one))
    stays = asyncio.ensure_future(get_caller_now(desk.ref, two))
    await asyncio.sleep(0)
    gone.cancel()
    caller = await stays
    assert caller is not None
    assert caller.person.id == desk.ada.id


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["uvicorn", "daphne"])
async def test_after_a_crash_all_come_back_at_once_and_each_gets_what_was_missed(
    django_db_setup: None, desk: Desk, kind: str
) -> None:
    people = [desk.agent, desk.ada, desk.user] * 40
    with serving(kind) as server:
        async with signed_in(server, desk, desk.agent) as talk:
            begin = await talk.ask("subscribe", stream="queue")
        server.kill()
        for n in range(5):
            await new_ticket(desk, desk.user, title=f"while it was away {n}")
        server.restart()

        async def come_back(person: Any) -> list[int]:
            async with signed_in(server, desk, person, open_timeout=60) as talk:
                await talk.say("subscribe", stream="queue", since={"epoch": begin["epoch"], "seq": begin["seq"]})
                await talk.until("synced")
                return [frame["seq"] for frame in talk.seen if frame["type"] == "event"]

        got = await asyncio.gather(*(come_back(person) for person in people))
        assert got == [[begin["seq"] + n for n in range(1, 6)]] * len(people)
