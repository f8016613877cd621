"""People who write over REST while everything breaks, and remember what the hub acknowledged.

A POST whose answer was lost is sent again with the same Idempotency-Key; a PATCH or DELETE is not: it may or may not
have happened.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

import httpx

from tests.chaos.hub import TwoWebs
from tests.chaos.people import Participant

EXPECTED = frozenset({403, 404, 409, 503})
"""Not yours (any more), gone, still running or not in this state, the database is away."""
PAUSE_S = 0.03
BREATH_S = 0.2
LONGEST_S = 20.0
MOST_OPEN = 40
STATUSES = ("open", "in_progress", "pending", "resolved", "closed")


@dataclass(slots=True)
class Acknowledged:
    """What the hub said it had done; each must stand in the log, once."""

    tickets: dict[str, str] = field(default_factory=dict)
    """The title of each, by the ticket's id."""
    comments: dict[str, str] = field(default_factory=dict)
    """The ticket of each, by the comment's id."""
    versions: list[tuple[str, int]] = field(default_factory=list)
    """The ticket and the version that a change gave it."""
    deleted: list[str] = field(default_factory=list)
    """Tickets."""

    def count(self) -> int:
        return len(self.tickets) + len(self.comments) + len(self.versions) + len(self.deleted)

    def shape(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(slots=True)
class Desk:
    """What all writers know: the tickets there are, and who asked for each."""

    tickets: dict[str, str] = field(default_factory=dict)
    done: Acknowledged = field(default_factory=Acknowledged)
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    last_opened: str = ""


class Writer:
    """One person at a keyboard, on either server."""

    def __init__(self, hub: TwoWebs, person: Participant, desk: Desk, others: list[Participant], seed: str) -> None:
        self.hub, self.person, self.desk, self.others = hub, person, desk, others
        self._chance = random.Random(seed)

    async def write(self) -> None:
        """Until cancelled."""
        async with httpx.AsyncClient(timeout=LONGEST_S, trust_env=False) as http:
            self._http = http
            while True:
                await self._act()
                await asyncio.sleep(PAUSE_S * self._chance.random())

    async def _act(self) -> None:
        theirs = [id_ for id_, whose in self.desk.tickets.items() if self.person.is_staff or whose == self.person.id]
        if not theirs or (len(self.desk.tickets) < MOST_OPEN and self._chance.random() < 0.3):
            await self._open_ticket()
            return
        ticket = self._chance.choice(theirs)
        roll = self._chance.random()
        if self.person.role == "ADMIN" and roll < 0.15:
            await self._delete(ticket)
        elif self.person.is_staff and roll < 0.35:
            await self._hand_over(ticket)
        elif self.person.is_staff and roll < 0.6:
            status = self._chance.choice(STATUSES)
            await self._change(ticket, {"status": status})
        elif roll < 0.7:
            await self._change(ticket, {"title": f"renamed {self._marker()}"})
        else:
            await self._comment(ticket)

    async def _open_ticket(self) -> None:
        title = f"ticket {self._marker()}"
        body: dict[str, Any] = {"title": title}
        if self.person.is_staff:
            body["requesterId"] = self._some_requester().id
        answer = await self._post("/tickets", body)
        if answer is not None:
            ticket = answer["id"]
            self.desk.done.tickets[ticket] = title
            self.desk.tickets[ticket] = answer["requester"]["id"]
            self.desk.last_opened = ticket

    async def _comment(self, ticket: str) -> None:
        is_note = self.person.is_staff and self._chance.random() < 0.5
        body: dict[str, Any] = {"content": f"{'note' if is_note else 'reply'} {self._marker()}"}
        if is_note:
            body["isInternal"] = True
        answer = await self._post(f"/tickets/{ticket}/comments", body)
        if answer is not None:
            self.desk.done.comments[answer["id"]] = ticket

    async def _hand_over(self, ticket: str) -> None:
        """Another requester's from now on."""
        to = self._some_requester()
        answer = await self._change(ticket, {"requesterId": to.id})
        if answer is not None and ticket in self.desk.tickets:
            self.desk.tickets[ticket] = answer["requester"]["id"]

    async def _change(self, ticket: str, body: dict[str, Any]) -> dict[str, Any] | None:
        answer = await self._ask("PATCH", f"/tickets/{ticket}", body)
        if answer is None or answer.status_code != 200:
            return None
        changed: dict[str, Any] = answer.json()
        self.desk.done.versions.append((ticket, changed["version"]))
        return changed

    async def _delete(self, ticket: str) -> None:
        answer = await self._ask("DELETE", f"/tickets/{ticket}", None)
        if answer is not None and answer.status_code in (200, 204):
            self.desk.done.deleted.append(ticket)
        if answer is None or answer.status_code != 503:
            self.desk.tickets.pop(ticket, None)

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """Until it is answered. None: refused."""
        key = self._marker()
        while True:
            answer = await self._ask("POST", path, body, key=key)
            if answer is not None and answer.status_code == 201:
                made: dict[str, Any] = answer.json()
                return made
            if answer is not None and answer.status_code in (403, 404):
                return None
            await asyncio.sleep(BREATH_S)

    async def _ask(
        self, method: str, path: str, body: dict[str, Any] | None, *, key: str | None = None
    ) -> httpx.Response | None:
        """None: no answer, so nobody knows."""
        port = self._chance.choice(list(self.hub.ports.values()))
        with suppress(httpx.HTTPError, OSError):
            token = await self.person.tokens.token(fresh=False)
            headers = {"Authorization": f"Bearer {token.text}"} | ({"Idempotency-Key": key} if key else {})
            url = f"http://127.0.0.1:{port}/api/v1{path}"
            answer = await self._http.request(method, url, json=body, headers=headers)
            self.desk.statuses[answer.status_code] += 1
            if answer.status_code == 401:
                await self.person.tokens.token(fresh=True)
            elif answer.status_code >= 400 and answer.status_code not in EXPECTED:
                self.desk.wrong.append(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
            if answer.status_code >= 400:
                await asyncio.sleep(BREATH_S)
            return answer
        await asyncio.sleep(BREATH_S)
        return None

    def _some_requester(self) -> Participant:
        return self._chance.choice([person for person in self.others if not person.is_staff])

    def _marker(self) -> str:
        return str(UUID(int=self._chance.getrandbits(128)))
