"""The loader makes a desk that the API serves like any other."""

from __future__ import annotations

from collections.abc import Callable

from helpdesk.tickets.models import Ticket
from helpdesk.work import unit_of_work
from tenants import context
from tests.api import Api
from tests.bench import corpus
from tests.bench.load import load
from tests.conftest import Desk


class TestLoad:
    def test_fills_a_desk_that_goes_on_working(self, own_desk: Callable[[], Desk]) -> None:
        desk = own_desk()
        loaded = load(desk, 120)
        load(desk, 30, seed=2)
        agent = Api().as_(desk, desk.agent)
        listed = agent.get("/tickets?limit=100")
        assert listed["meta"]["total"] == 150
        created = [ticket["createdAt"] for ticket in listed["data"]]
        assert created == sorted(created, reverse=True)
        opened = agent.post("/tickets", {"title": "After the load"})
        assert opened.status == 201
        assert opened["number"] == 151
        assert loaded.tickets == 120 <= loaded.comments * 2

    def test_its_words_are_as_frequent_as_they_say(self, own_desk: Callable[[], Desk]) -> None:
        desk = own_desk()
        load(desk, 500)
        with context.tenant(desk.ref), unit_of_work():
            assert Ticket.objects.filter(description__icontains=corpus.RARE_WORD).count() == 10
            assert 60 < Ticket.objects.filter(title__icontains=corpus.COMMON_WORD).count() < 140
