"""Sockets that nobody signs in to: one network opens only so many. Those of people are not counted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from helpdesk.api_keys.actions import create_key
from tests.conftest import Desk
from tests.realtime.live import commit, open_socket, serving, signed_in


@pytest.fixture
def desk(own_desk: Callable[..., Desk]) -> Desk:
    return own_desk()


@pytest.mark.parametrize("server", ["uvicorn", "daphne"])
async def test_of_strangers_only_so_many_are_let_in(desk: Desk, server: str) -> None:
    limits = {"HUB_RATE_LIMITING": "on", "HUB_LIMIT_HANDSHAKES": "2/1h", "HUB_TRUSTED_PROXIES": "127.0.0.1"}
    with serving(server, **limits) as running:
        header = {"X-Forwarded-For": f"2001:db8:{running.port:x}::1"}
        for _ in range(2):
            async with open_socket(running, additional_headers=header) as talk:
                assert (await talk.ask("ping"))["type"] == "error"
        async with open_socket(running, additional_headers=header) as talk:
            assert await talk.closed() == 4429
        async with open_socket(running, token="made-up", additional_headers=header) as talk:
            assert await talk.closed() == 4429
        async with signed_in(running, desk, desk.agent, additional_headers=header) as talk:
            assert (await talk.ask("ping"))["type"] == "pong"
        _, key = await commit(desk, lambda: create_key(desk.agent, name="A wall", scopes=["tickets:read:any"]))
        async with open_socket(running, token=key, additional_headers=header) as talk:
            assert (await talk.ask("ping"))["type"] == "pong"
