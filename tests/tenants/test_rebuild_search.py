"""`rebuild_search` writes anew what is found, and goes on where it was stopped."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command

from helpdesk.comments.models import NoteWords, ReplyWords
from helpdesk.people.models import PersonWords
from helpdesk.search.actions import rebuild_some
from helpdesk.tickets.models import TicketWords
from helpdesk.words.models import KnownWord
from helpdesk.work import unit_of_work
from tenants import context
from tests.conftest import Desk
from tests.contracts.scene import set_scene

KEPT = (TicketWords, ReplyWords, NoteWords, PersonWords)


def vectors(desk: Desk) -> list[list[tuple[UUID, str]]]:
    with context.tenant(desk.ref), unit_of_work():
        return [list(model.objects.order_by("pk").values_list("pk", "vector")) for model in KEPT]


def test_writes_what_the_actions_wrote(own_desk: Callable[[], Desk]) -> None:
    desk = own_desk()
    set_scene(desk)
    before = vectors(desk)
    assert all(before)
    with context.tenant(desk.ref), unit_of_work():
        known = set(KnownWord.objects.values_list("word", "is_public"))
        for model in (*KEPT, KnownWord):
            model.objects.all().delete()
    told = StringIO()
    call_command("rebuild_search", desk.ref.slug, stdout=told)
    assert vectors(desk) == before
    assert "2 tickets" in told.getvalue()
    with context.tenant(desk.ref), unit_of_work():
        assert set(KnownWord.objects.values_list("word", "is_public")) == known
    call_command("rebuild_search", desk.ref.slug, stdout=StringIO())
    assert vectors(desk) == before


def test_goes_on_after_an_id(own_desk: Callable[[], Desk]) -> None:
    desk = own_desk()
    with context.tenant(desk.ref), unit_of_work():
        last, count = rebuild_some("people", after=None)
        assert (count, rebuild_some("people", after=last)) == (5, (None, 0))
    told = StringIO()
    call_command("rebuild_search", desk.ref.slug, kind="people", after=last, stdout=told)
    assert told.getvalue() == ""


def test_refuses_what_it_cannot_know(transactional_access: None) -> None:
    with pytest.raises(CommandError, match="no tenant"):
        call_command("rebuild_search", "nobody-here")
    with pytest.raises(CommandError, match="--kind"):
        call_command("rebuild_search", after=uuid4())
