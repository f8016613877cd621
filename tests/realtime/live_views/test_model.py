"""Whatever is done to a desk: what a client has built from the frames is what REST answers, at every place."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.db import transaction

from helpdesk.events.queries import get_head
from helpdesk.people.models import Person
from helpdesk.ticket_views.queries import ViewNotFound, filter_of, get_view, list_queue
from helpdesk.ticket_views.schemas import QueueQuery
from helpdesk.tickets.filter import TicketFilter
from helpdesk.tickets.queries import tickets_visible_to
from helpdesk.tickets.shapes import ticket_for
from helpdesk.work import unit_of_work
from realtime.feed import Feed
from realtime.live_views.gallery import Gallery
from realtime.live_views.reading import TenantReader
from realtime.live_views.saved import TenantShelf
from realtime.log_reader import TenantLog
from realtime.protocol import BadFrame, ErrorCode
from tenants import context
from tests.conftest import Desk
from tests.realtime.live import in_thread
from tests.realtime.live_views.client import Peer, quiet
from tests.realtime.live_views.history import History

MakeDesk = Callable[[], Desk]


def peers_of(desk: Desk, gallery: Gallery, history: History) -> list[Peer]:
    """Every field of the filter, every order, windows of several sizes, staff and requesters."""
    shared, teams = map(str, history.views)
    asked: list[tuple[Person, dict[str, Any]]] = [
        (desk.agent, {"window": 100}),
        (desk.agent, {"filter": {"status": ["open", "pending"]}, "window": 3}),
        (desk.ada, {"filter": {"status": ["open", "pending"]}, "window": 3}),
        (desk.agent, {"filter": {"assignedToId": "me"}, "sortBy": "priority", "window": 3}),
        (desk.ada, {"filter": {"assignedToId": "none"}, "sortBy": "assignedTo", "sortOrder": "asc", "window": 2}),
        (desk.agent, {"filter": {"teamId": "mine"}, "sortBy": "status", "window": 3}),
        (desk.agent, {"filter": {"priority": ["high", "urgent"]}, "window": 0}),
        (desk.admin, {"filter": {"q": "vpn -zebra"}, "sortBy": "title", "sortOrder": "asc", "window": 4}),
        (desk.admin, {"filter": {"q": "assignee:grace"}, "sortBy": "number", "window": 3}),
        (desk.admin, {"filter": {"q": "-tag:vpn is:active created:<1d"}, "sortBy": "updatedAt", "window": 3}),
        (desk.admin, {"filter": {"tag": ["vpn", "x"], "createdTo": "2999-01-01"}, "sortBy": "assignedTo", "window": 3}),
        (desk.admin, {"sortBy": "title", "sortOrder": "desc", "window": 2}),
        (desk.user, {"window": 3}),
        (desk.user, {"filter": {"status": ["open"]}, "sortBy": "updatedAt", "sortOrder": "asc"}),
        (desk.other_user, {"filter": {"requesterId": "me", "q": "vp"}, "sortBy": "priority", "window": 2}),
        (desk.agent, {"viewId": shared, "window": 3}),
        (desk.ada, {"viewId": teams}),
        (desk.agent, {"viewId": teams, "filter": {"priority": ["high"]}, "sortBy": "title", "window": 3}),
    ]
    return [Peer(gallery, person, **fields) for person, fields in asked]


def rest_answer(peer: Peer) -> tuple[list[dict[str, Any]], int] | None:
    """The rows and the count that this person gets over REST; None where the view is not theirs to see."""
    asked, person = dict(peer.asked), peer.person
    asked.pop("stream")
    where, view_id, window = asked.pop("filter", {}), asked.pop("viewId", None), asked.pop("window", 100)
    query = QueueQuery.model_validate({**where, **asked, "limit": max(window, 1), "view": view_id})
    try:
        page = list_queue(person, query)
        saved = filter_of(get_view(person, query.view)) if query.view else TicketFilter()
    except ViewNotFound:
        return None
    rows = [orjson.loads(orjson.dumps(ticket_for(person, ticket))) for ticket in page.rows[:window]]
    picked = tickets_visible_to(person).filter(query.to_sql(person.id), saved.to_sql(person.id))
    return rows, picked.count()


class Scene:
    """A desk, its feed, its live views, and those who follow them."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.history, self.chance = desk, History(desk, seed), random.Random(seed)
        self.feed = Feed(TenantLog(desk.ref))
        self.gallery = Gallery(
            self.feed, TenantReader(desk.ref), TenantShelf(desk.ref), reread_after_s=0.0, spare_rows=2
        )
        self.peers: list[Peer] = []

    async def begin(self) -> None:
        await self.write(self.history.begin)
        await self.feed.start()
        self.peers = peers_of(self.desk, self.gallery, self.history)
        for peer in self.peers:
            await peer.connect()

    async def write(self, do: Callable[[], Any]) -> Any:
        def run() -> Any:
            with context.tenant(self.desk.ref), unit_of_work():
                return do()

        return await in_thread(run)

    async def step(self, note: str) -> None:
        await self.feed.catch_up()
        await quiet(self.gallery)
        await self.check(note)

    async def check(self, note: str) -> None:
        """Some of them, at most places: REST takes longer than everything else."""
        some = self.peers if self.chance.random() < 0.2 else self.chance.sample(self.peers, 4)

        def read() -> tuple[int, list[Any]]:
            with context.tenant(self.desk.ref), transaction.atomic():
                return get_head().last_seq, [rest_answer(peer) for peer in some]

        seq, answers = await in_thread(read)
        for peer, answer in zip(some, answers, strict=True):
            peer.read()
            told = f"{note} at {seq}: {peer.person.email} {peer.asked} {peer.state.frames[-4:]}"
            if answer is None or peer.state.ended:
                assert peer.state.ended, told
                continue
            rows, count = answer
            assert peer.state.rows == rows, told
            assert (peer.state.count, peer.state.is_capped) == (count, False), told
            assert peer.state.place is not None
            assert peer.state.place["seq"] <= seq

    async def come_and_go(self) -> None:
        """Somebody leaves; another comes back, from where they stopped or anew."""
        alive = [peer for peer in self.peers if not peer.state.ended]
        peer = self.chance.choice(alive)
        if peer.subscription is None:
            await self.come_back(peer, resume=self.chance.random() < 0.8)
        elif self.chance.random() < 0.5:
            await peer.leave()

    async def come_back(self, peer: Peer, *, resume: bool = True) -> None:
        try:
            await peer.connect(resume=resume)
        except BadFrame as bad:
            if bad.code is not ErrorCode.NOT_FOUND:
                raise
            peer.state.ended = True


async def play(desk: Desk, seed: int, steps: int) -> Scene:
    """Step by step: after each transaction everybody must have what REST answers."""
    scene = Scene(desk, seed)
    await scene.begin()
    try:
        await scene.step("the beginning")
        for number in range(steps):
            note = await scene.write(scene.history.step)
            await scene.step(f"seed {seed}, step {number}: {note}")
    finally:
        scene.gallery.close()
    return scene


async def play_in_bursts(desk: Desk, seed: int, steps: int) -> Scene:
    """Several transactions at once, read while others are written, by people who come and go."""
    scene = Scene(desk, seed)
    await scene.begin()
    try:
        for number in range(steps):
            notes = [await scene.write(scene.history.step) for _ in range(scene.chance.randrange(1, 5))]
            reading = asyncio.ensure_future(scene.feed.catch_up())
            notes.append(await scene.write(scene.history.step))
            await scene.come_and_go()
            await reading
            if number % 4 == 0:
                for peer in scene.peers:
                    if peer.subscription is None and not peer.state.ended:
                        await scene.come_back(peer)
                await scene.step(f"seed {seed}, burst {number}: {notes}")
    finally:
        scene.gallery.close()
    return scene


async def test_every_place_of_a_history(own_desk: MakeDesk) -> None:
    desk = await in_thread(own_desk)
    scene = await play(desk, 1, 16)
    kinds = {frame["type"] for peer in scene.peers for frame in peer.state.frames}
    assert kinds >= {"subscribed", "window", "synced", "view"}
    moved = [peer for peer in scene.peers if any(frame["type"] == "view" for frame in peer.state.frames)]
    assert len(moved) > len(scene.peers) // 2


async def test_bursts_and_people_who_come_and_go(own_desk: MakeDesk) -> None:
    desk = await in_thread(own_desk)
    await play_in_bursts(desk, 2, 8)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 13))
async def test_many_histories(own_desk: MakeDesk, seed: int) -> None:
    desk = await in_thread(own_desk)
    await play(desk, seed, 50)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20, 22))
async def test_many_bursts(own_desk: MakeDesk, seed: int) -> None:
    desk = await in_thread(own_desk)
    await play_in_bursts(desk, seed, 20)
