"""How the tests of presence and claims say who is at a ticket, and read who is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

from tenants import actions as tenant_actions
from tests.conftest import Desk
from tests.realtime.live import (
    Talk,
    in_thread,
    new_ticket,
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
