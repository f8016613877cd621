"""Who gets in, by which way, and with which code everybody else goes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction

from helpdesk.clock import now
from helpdesk.people.actions import start_session
from helpdesk.people.models import Person, Session
from helpdesk.people.tokens import Bearer, issue_token
from helpdesk.vocabulary import Role
from tenants.context import platform
from tenants.models import Tenant
from tests.conftest import Desk, token_for
from tests.realtime.live import Server, both_servers, commit, in_thread, open_socket, signed_in

MakeDesk = Callable[[], Awaitable[Desk]]


def cookie_of(server: Server, token: str) -> str:
    """As helpdesk.people.credentials names it in the server's environment, development."""
    return f"hub_session_{server.port}={token}"


@both_servers
class TestWaysIn:
    async def test_a_subprotocol(self, server: Server, same_desk: Desk) -> None:
        async with signed_in(server, same_desk, same_desk.agent) as talk:
            assert talk.socket.subprotocol == "hub.v1"
            assert (await talk.ask("subscribe", stream="queue"))["type"] == "subscribed"

    async def test_an_auth_frame(self, server: Server, same_desk: Desk) -> None:
        token = await in_thread(lambda: token_for(same_desk, same_desk.user))
        async with open_socket(server) as talk:
            assert (await talk.ask("subscribe", stream="queue"))["code"] == "UNAUTHORIZED"
            answer = await talk.ask("auth", token=token)
            assert answer["person"] == {"id": str(same_desk.user.id), "name": same_desk.user.name, "role": "USER"}
            assert (await talk.ask("subscribe", stream="queue"))["type"] == "subscribed"

    async def test_the_cookie_of_the_same_origin(self, server: Server, same_desk: Desk) -> None:
        token = await in_thread(lambda: token_for(same_desk, same_desk.user))
        headers = {"Cookie": cookie_of(server, token)}
        async with open_socket(server, origin=f"http://localhost:{server.port}", additional_headers=headers) as talk:
            assert (await talk.ask("subscribe", stream="queue"))["type"] == "subscribed"

    @pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:1", "null", None])
    async def test_no_cookie_of_another_origin(self, server: Server, same_desk: Desk, origin: str | None) -> None:
        token = await in_thread(lambda: token_for(same_desk, same_desk.user))
        headers = {"Cookie": cookie_of(server, token)}
        async with open_socket(server, origin=origin, additional_headers=headers) as talk:
            assert (await talk.ask("subscribe", stream="queue"))["code"] == "UNAUTHORIZED"

    async def test_who_says_nothing_goes(self, server: Server) -> None:
        async with open_socket(server) as talk:
            assert await talk.closed() == 4401


class TestRefusals:
    @both_servers
    @pytest.mark.parametrize("token", ["nonsense", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
    async def test_a_bad_token(self, server: Server, token: str) -> None:
        async with open_socket(server, token=token) as talk:
            assert await talk.closed() == 4401
            assert talk.seen[0]["code"] == "UNAUTHORIZED"
        async with open_socket(server) as talk:
            await talk.say("auth", token=token)
            assert await talk.closed() == 4401

    async def test_an_expired_token(self, server: Server, same_desk: Desk) -> None:
        token = await _token_ending(same_desk, same_desk.agent, timedelta(seconds=-1))
        async with open_socket(server, token=token) as talk:
            assert await talk.closed() == 4401

    async def test_another_tenants_token_on_this_host(self, server: Server, new_desk: MakeDesk) -> None:
        mine, other = await new_desk(), await new_desk()
        token = await in_thread(lambda: token_for(other, other.agent))
        async with open_socket(server, host=f"{mine.ref.slug}.localhost", token=token) as talk:
            assert await talk.closed() == 4403
        async with open_socket(server, host=f"{other.ref.slug}.localhost", token=token) as talk:
            assert (await talk.ask("subscribe", stream="queue"))["type"] == "subscribed"

    async def test_a_platform_token(self, server: Server, same_desk: Desk) -> None:
        bearer = Bearer(same_desk.agent.id, "root@platform.example", Role.PLATFORM_ADMIN, None)
        token, _ = issue_token(bearer, session_id=same_desk.agent.id)
        async with open_socket(server, token=token) as talk:
            assert await talk.closed() == 4403

    @both_servers
    async def test_an_unknown_host(self, server: Server) -> None:
        async with open_socket(server, host="nobody.localhost") as talk:
            assert await talk.closed() == 4404

    @both_servers
    @pytest.mark.parametrize("path", ["/", "/ws", "/ws/v2", "/ws/v1/", "/api/v1/tickets"])
    async def test_an_unknown_path(self, server: Server, path: str) -> None:
        async with open_socket(server, path=path) as talk:
            assert await talk.closed() == 4404

    async def test_a_suspended_tenant(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        await in_thread(lambda: _suspend(desk))
        async with signed_in(server, desk, desk.agent) as talk:
            assert await talk.closed() == 4403


class TestAfterTheLogin:
    async def test_a_token_is_renewed(self, server: Server, same_desk: Desk) -> None:
        token = await _token_ending(same_desk, same_desk.agent, timedelta(seconds=5))
        ends = now() + timedelta(seconds=6)
        later = await in_thread(lambda: token_for(same_desk, same_desk.agent))
        async with open_socket(server, token=token) as talk:
            assert (await talk.ask("auth", token="nonsense"))["code"] == "UNAUTHORIZED"
            assert (await talk.ask("auth", token=later))["type"] == "authenticated"
            await talk.ask("subscribe", stream="queue")
            async with asyncio.timeout(60):
                while now() < ends:
                    await talk.until("synced")
            assert (await talk.ask("ping"))["type"] == "pong"

    @both_servers
    async def test_a_token_that_ends_ends_the_socket(self, server: Server, same_desk: Desk) -> None:
        token = await _token_ending(same_desk, same_desk.agent, timedelta(seconds=6))
        async with open_socket(server, token=token) as talk:
            assert (await talk.ask("ping"))["type"] == "pong"
            assert await talk.closed() == 4401

    async def test_another_persons_token_ends_the_socket(self, server: Server, same_desk: Desk) -> None:
        other = await in_thread(lambda: token_for(same_desk, same_desk.user))
        async with signed_in(server, same_desk, same_desk.agent) as talk:
            await talk.say("auth", token=other)
            assert await talk.closed() == 4401

    @both_servers
    @pytest.mark.parametrize(("change", "code"), [("deactivate", 4401), ("sign out", 4401), ("promote", 4409)])
    async def test_who_changes_goes(self, server: Server, new_desk: MakeDesk, change: str, code: int) -> None:
        desk = await new_desk()
        async with signed_in(server, desk, desk.user) as talk, signed_in(server, desk, desk.agent) as other:
            await talk.ask("subscribe", stream="queue")
            await commit(desk, lambda: _change(desk.user, change))
            assert await talk.closed() == code
            assert (await other.ask("ping"))["type"] == "pong"

    async def test_a_tenant_that_is_suspended_loses_its_sockets(self, server: Server, new_desk: MakeDesk) -> None:
        desk, other = await new_desk(), await new_desk()
        async with signed_in(server, desk, desk.agent) as talk, signed_in(server, other, other.agent) as stays:
            await talk.ask("subscribe", stream="queue")
            await in_thread(lambda: _suspend(desk))
            assert await talk.closed() == 4403
            assert (await stays.ask("ping"))["type"] == "pong"


async def _token_ending(desk: Desk, person: Person, left: timedelta) -> str:
    lasts = timedelta(minutes=settings.HUB_ACCESS_TOKEN_MINUTES)
    session_id, _ = await commit(desk, lambda: start_session(person))
    bearer = Bearer(person.id, person.email, Role(person.role), desk.ref.id)
    return issue_token(bearer, session_id=session_id, at=now() - lasts + left)[0]


def _change(person: Person, change: str) -> None:
    match change:
        case "deactivate":
            Person.objects.filter(id=person.id).update(is_active=False)
        case "sign out":
            Session.objects.filter(person_id=person.id).delete()
        case "promote":
            Person.objects.filter(id=person.id).update(role=Role.AGENT.value)


def _suspend(desk: Desk) -> None:
    with platform(), transaction.atomic():
        Tenant.objects.filter(id=desk.ref.id).update(is_active=False)
