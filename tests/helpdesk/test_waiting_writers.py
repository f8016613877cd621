"""Writers that wait for a ticket's lock see it as it has become, with the people it has now."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

from helpdesk.tickets.actions import change_ticket, create_ticket
from helpdesk.work import unit_of_work
from tenants import context
from tests.api import Api
from tests.conftest import Desk


def in_a_thread(job: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    out: list[Any] = []

    def run() -> None:
        try:
            out.append(job())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, out


class TestAWriterThatWaited:
    def test_finds_the_ticket_with_its_new_people(self, own_desk: Callable[..., Desk]) -> None:
        desk = own_desk()
        with context.tenant(desk.ref), unit_of_work():
            ticket = create_ticket(desk.user, fields={"title": "Contended"})

        def retitle() -> Any:
            with context.tenant(desk.ref), unit_of_work():
                return change_ticket(desk.agent, ticket.id, fields={"title": "Changed"})

        with context.tenant(desk.ref), unit_of_work():
            people = {"assigned_to_id": desk.ada.id, "requester_id": desk.other_user.id}
            change_ticket(desk.admin, ticket.id, fields=people)
            thread, out = in_a_thread(retitle)
            thread.join(0.5)  # it waits for the lock that we hold
        thread.join()
        (changed,) = out
        assert changed.assigned_to is not None
        assert (changed.assigned_to.id, changed.requester.id) == (desk.ada.id, desk.other_user.id)
        assert changed.title == "Changed"


class TestAChangedField:
    def test_tells_one_from_true(self, api: Api, acme: Desk) -> None:
        caller = api.as_(acme, acme.agent)
        ticket = caller.post("/tickets", {"title": "T", "metadata": {"a": 1, "n": {"x": [0]}}})
        changed = caller.patch(f"/tickets/{ticket['id']}", {"metadata": {"a": True, "n": {"x": [False]}}})
        assert changed["metadata"] == {"a": True, "n": {"x": [False]}}
        assert changed["version"] == 2

    def test_leaves_a_present_value_alone(self, api: Api, acme: Desk) -> None:
        """The assignee has left since; whoever sends all fields back may still change the title."""
        caller = api.as_(acme, acme.agent)
        ticket = caller.post("/tickets", {"title": "T", "assignedToId": str(acme.ada.id)})
        with context.tenant(acme.ref), unit_of_work():
            type(acme.ada).objects.filter(id=acme.ada.id).update(is_active=False)
        answer = caller.put(f"/tickets/{ticket['id']}", {"title": "New", "assignedToId": str(acme.ada.id)})
        assert (answer.status, answer["title"]) == (200, "New")
