"""Programs follow the queue with an API key, as far as its scopes go, until it is revoked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from helpdesk.api_keys.actions import change_key, create_key, revoke_key
from helpdesk.api_keys.models import ApiKey
from helpdesk.clock import now, rfc3339
from helpdesk.people.actions import change_person
from tests.conftest import Desk
from tests.realtime.live import Server, both_servers, commit, new_ticket, open_socket

MakeDesk = Callable[[], Awaitable[Desk]]
ALL = ("tickets:read:any", "notifications:read:any")


async def key_of(desk: Desk, *scopes: str, **more: object) -> tuple[ApiKey, str]:
    make = {"name": "The wallboard", "scopes": scopes or ALL, **more}
    return await commit(desk, lambda: create_key(desk.agent, **make))  # type: ignore[arg-type]


@both_servers
async def test_follows_the_queue(server: Server, new_desk: MakeDesk) -> None:
    desk = await new_desk()
    _, token = await key_of(desk)
    async with open_socket(server, token=token) as talk:
        assert (await talk.ask("subscribe", stream="queue"))["type"] == "subscribed"
        assert (await talk.ask("subscribe", stream="me"))["type"] == "subscribed"
        await new_ticket(desk)
        await talk.until("event")
    async with open_socket(server) as talk:
        answer = await talk.ask("auth", token=token)
        assert answer["person"]["id"] == str(desk.agent.id)
        assert "expiresAt" not in answer


async def test_says_when_it_expires(server: Server, new_desk: MakeDesk) -> None:
    desk = await new_desk()
    ends = now() + timedelta(days=400)
    _, token = await key_of(desk, expires_at=ends)
    async with open_socket(server) as talk:
        said = (await talk.ask("auth", token=token))["expiresAt"]
        assert said[:19] == rfc3339(ends)[:19]


async def test_needs_the_scopes(server: Server, new_desk: MakeDesk) -> None:
    desk = await new_desk()
    _, other = await key_of(desk, "webhooks:read:any")
    async with open_socket(server, token=other) as talk:
        assert await talk.closed() == 4403
        assert talk.seen[0]["code"] == "FORBIDDEN"
    _, tickets = await key_of(desk, "tickets:read:any")
    async with open_socket(server, token=tickets) as talk:
        assert (await talk.ask("subscribe", stream="me"))["code"] == "FORBIDDEN"
        assert (await talk.ask("subscribe", stream="queue"))["type"] == "subscribed"


@pytest.mark.parametrize("how", ["revoke", "deactivate", "narrow", "expire"])
async def test_is_cut_at_once(server: Server, new_desk: MakeDesk, how: str) -> None:
    desk = await new_desk()
    ends = now() + timedelta(seconds=2) if how == "expire" else None
    key, token = await key_of(desk, expires_at=ends)
    async with open_socket(server, token=token) as talk:
        assert (await talk.ask("subscribe", stream="queue"))["type"] == "subscribed"
        match how:
            case "revoke":
                await commit(desk, lambda: revoke_key(desk.admin, key.id))
            case "deactivate":
                await commit(desk, lambda: change_person(desk.admin, desk.agent.id, fields={"is_active": False}))
            case "narrow":
                await commit(desk, lambda: change_key(desk.agent, key.id, fields={"scopes": ["webhooks:read:any"]}))
        assert await talk.closed() == (4409 if how == "narrow" else 4401)
    async with open_socket(server, token=token) as talk:
        assert await talk.closed() == (4403 if how == "narrow" else 4401)


@both_servers
async def test_a_made_up_one_gets_nowhere(server: Server) -> None:
    async with open_socket(server, token="hk_" + "A" * 86) as talk:
        assert await talk.closed() == 4401
