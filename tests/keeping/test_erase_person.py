"""Somebody is erased: nothing says who they were, in no row and no answer; the log is whole, and others' work stays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError
from django.db import connection, transaction

from helpdesk.erasing.actions.log import erase_from_log
from helpdesk.erasing.actions.people import erase_person
from helpdesk.erasing.rules import NAME, TEXT, address_of
from helpdesk.events.queries import list_rows
from helpdesk.people.directory import digest
from helpdesk.people.models import Person
from helpdesk.work import unit_of_work
from tasks.erasing import erase
from tasks.objects import remove_objects
from tenants import context
from tenants.keeping.tables import list_tables
from tests.api import Api
from tests.conftest import Desk, token_for
from tests.contracts.errors import assert_refused
from tests.helpdesk.files import keys_of
from tests.keeping.scene import command, faults, row, work_off
from tests.keeping.shared import Shared, shared_desk


@pytest.fixture(scope="module")
def shared(django_db_setup: None, django_db_blocker: Any) -> Iterator[Shared]:
    with (
        django_db_blocker.unblock(),
        shared_desk(lambda desk: named(desk, desk.user, "Zerlina", "Quastenfloss")) as made,
    ):
        yield made


@pytest.fixture
def desk(shared: Shared, db: None) -> Iterator[Desk]:
    with shared.undone() as desk:
        yield desk


@pytest.fixture
def filled(shared: Shared) -> dict[str, Any]:
    return shared.filled


def named(desk: Desk, person: Person, first: str, last: str) -> None:
    changed = Api().as_(desk, desk.admin).patch(f"/users/{person.id}", {"firstName": first, "lastName": last})
    assert changed.status == 200


def erase_over_http(desk: Desk, person: Person, **options: Any) -> Any:
    answer = Api().as_(desk, desk.admin).post(f"/users/{person.id}/erase", {"confirm": person.email} | options)
    assert answer.status == 202, answer
    erase(str(desk.ref.id))
    remove_objects(str(desk.ref.id))
    return answer


def everything(desk: Desk) -> str:
    """All rows of all tables, as text."""
    with context.tenant(desk.ref), transaction.atomic(), connection.cursor() as cursor:
        told = []
        for table in list_tables():
            cursor.execute(f"SELECT t::text FROM {table.name} t")
            # Their addresses differ by what stands in front.
            told += [f"{table.name}: {line.replace('other_user@', 'other@')}" for (line,) in cursor.fetchall()]
    return "\n".join(told)


def lines_with(desk: Desk, *words: str) -> list[str]:
    return [line for line in everything(desk).split("\n") if any(word.lower() in line.lower() for word in words)]


class TestARequester:
    def test_is_nowhere_any_more(self, desk: Desk, filled: dict[str, Any]) -> None:
        said = ("zerlina", "quastenfloss", desk.user.email, "ünïcode", "Thanks, it works", "photo.png")
        assert len(lines_with(desk, *said)) > 10
        erase_over_http(desk, desk.user)
        assert lines_with(desk, *said) == []

    def test_leaves_the_log_whole(self, desk: Desk, filled: dict[str, Any]) -> None:
        before = row(desk.ref, "SELECT last_seq FROM event_head")
        erase_over_http(desk, desk.user)
        assert faults(desk.ref) == []
        assert row(desk.ref, "SELECT count(*) FROM event WHERE seq <= %s", before) == before
        assert row(desk.ref, "SELECT type FROM event ORDER BY seq DESC LIMIT 1") == "user.erased"
        verification = Api().as_(desk, desk.admin).get("/audit/verification")
        assert verification["isWhole"]

    def test_leaves_others_their_work(self, desk: Desk, filled: dict[str, Any]) -> None:
        erase_over_http(desk, desk.user)
        agent = Api().as_(desk, desk.agent)
        ticket = agent.get(f"/tickets/{filled['ticket']}")
        assert (ticket["title"], ticket["description"], ticket["customFields"]) == (TEXT, "", {})
        assert (ticket["requester"]["name"], ticket["requester"]["email"]) == (NAME, address_of(desk.user.id))
        assert (ticket["status"], ticket["tags"]) == ("resolved", ["vpn", 'quo"ted'])
        comments = {one["id"]: one["content"] for one in agent.get(f"/tickets/{filled['ticket']}/comments")["data"]}
        assert comments[filled["reply"]] == "Have you tried it off and on?"
        assert comments[filled["note"]] == "He has not."
        assert comments[filled["thanks"]] == TEXT
        files = agent.get(f"/tickets/{filled['ticket']}/attachments")["data"]
        assert [one["filename"] for one in files] == ["inner.png"]
        assert len(keys_of(desk.ref.id)) == 1

    def test_cannot_come_back_and_is_out_at_once(self, desk: Desk, filled: dict[str, Any]) -> None:
        token = token_for(desk, desk.user)
        assert Api().as_token(token).get("/auth/me").status == 200
        erase_over_http(desk, desk.user)
        assert Api().as_token(token).get("/auth/me").status == 401
        assert Api().post("/auth/login", {"email": desk.user.email, "password": "test-password"}).status == 401
        known = row(desk.ref, "SELECT 1 FROM public.sign_in_directory WHERE sha256 = %s", digest(desk.user.email))
        assert known is None

    def test_everybody_who_sees_the_ticket_is_told(self, desk: Desk, filled: dict[str, Any]) -> None:
        seq = row(desk.ref, "SELECT last_seq FROM event_head")
        erase_over_http(desk, desk.user)
        with context.tenant(desk.ref), transaction.atomic():
            told = list_rows(after=seq, limit=100)
        types = [one.type for one in told]
        assert types.count("ticket.updated") == 1
        assert {"comment.updated", "attachment.deleted", "user.signed_out", "user.erased"} <= set(types)
        updated = next(one for one in told if one.type == "ticket.updated")
        assert TEXT in updated.payload
        assert '"title":[null,"[erased]"]' in updated.payload

    def test_is_found_by_no_word(self, desk: Desk, filled: dict[str, Any]) -> None:
        agent = Api().as_(desk, desk.agent)
        assert agent.get("/search?q=quastenfloss")["data"]
        erase_over_http(desk, desk.user)
        assert agent.get("/search?q=quastenfloss")["data"] == []
        assert row(desk.ref, "SELECT count(*) FROM known_word WHERE word IN ('zerlina', 'quastenfloss', 'works')") == 0
        assert row(desk.ref, "SELECT count(*) FROM known_word WHERE word = 'tried'") == 1

    def test_keeps_what_they_wrote_where_that_is_chosen(self, desk: Desk, filled: dict[str, Any]) -> None:
        erase_over_http(desk, desk.user, texts="keep")
        comments = Api().as_(desk, desk.agent).get(f"/tickets/{filled['ticket']}/comments")["data"]
        assert "Thanks, it works" in [one["content"] for one in comments]
        assert lines_with(desk, "zerlina", "quastenfloss", desk.user.email) == []
        assert len(keys_of(desk.ref.id)) == 2
        assert faults(desk.ref) == []

    def test_takes_their_tickets_along_where_that_is_chosen(self, desk: Desk, filled: dict[str, Any]) -> None:
        erase_over_http(desk, desk.user, tickets="erase")
        assert Api().as_(desk, desk.agent).get(f"/tickets/{filled['ticket']}").status == 404
        assert lines_with(desk, "He has not", "tried it off", "zerlina", desk.user.email, "inner.png") == []
        assert keys_of(desk.ref.id) == []
        assert faults(desk.ref) == []

    def test_nothing_of_another_is_touched(self, desk: Desk, filled: dict[str, Any]) -> None:
        other = Api().as_(desk, desk.other_user)
        ticket = other.post("/tickets", {"title": "Somebody else's", "description": "and theirs alone"})["id"]
        seq = row(desk.ref, "SELECT last_seq FROM event_head")
        erase_over_http(desk, desk.user)
        assert other.get(f"/tickets/{ticket}")["description"] == "and theirs alone"
        assert "Somebody else's" in row(desk.ref, "SELECT payload FROM event WHERE seq = %s", seq)


class TestAnAgent:
    def test_is_nobody_and_the_desks_replies_stay(self, desk: Desk, filled: dict[str, Any]) -> None:
        named(desk, desk.agent, "Xanthippe", "Wurzelsepp")
        Api().as_(desk, desk.agent).post(f"/tickets/{filled['ticket']}/comments", {"content": "Wait @ada"})
        work_off(desk.ref)
        erase_over_http(desk, desk.agent, texts="keep")
        assert lines_with(desk, "xanthippe", "wurzelsepp", desk.agent.email) == []
        user = Api().as_(desk, desk.user)
        comments = user.get(f"/tickets/{filled['ticket']}/comments")["data"]
        assert {one["content"] for one in comments} >= {"Have you tried it off and on?", "Wait @ada"}
        assert {one["authorName"] for one in comments} == {NAME, "Zerlina Quastenfloss"}
        assert faults(desk.ref) == []

    def test_an_admins_keys_end(self, desk: Desk, filled: dict[str, Any]) -> None:
        Api().as_(desk, desk.admin).patch(f"/users/{desk.ada.id}", {"role": "ADMIN"})
        assert Api().as_token(filled["key"]).get("/tickets").status == 200
        erased = Api().as_(desk, desk.ada).post(f"/users/{desk.admin.id}/erase", {"confirm": desk.admin.email})
        assert erased.status == 202
        assert Api().as_token(filled["key"]).get("/tickets").status == 401


class TestErasingIsRefused:
    def test_without_the_address(self, desk: Desk, filled: dict[str, Any]) -> None:
        before = everything(desk)
        answer = Api().as_(desk, desk.admin).post(f"/users/{desk.user.id}/erase", {"confirm": desk.agent.email})
        assert (answer.status, answer["details"][0]["field"]) == (400, "confirm")
        assert lines_with(desk, desk.user.email) == [line for line in before.split("\n") if desk.user.email in line]

    def test_to_all_but_admins(self, desk: Desk) -> None:
        for person in (desk.agent, desk.user):
            answer = Api().as_(desk, person).post(f"/users/{desk.user.id}/erase", {"confirm": desk.user.email})
            assert answer.status == 403

    def test_of_the_last_admin(self, desk: Desk) -> None:
        answer = Api().as_(desk, desk.admin).post(f"/users/{desk.admin.id}/erase", {"confirm": desk.admin.email})
        assert_refused(answer, "CONFLICT", reason="last_admin")

    def test_of_nobody_and_of_another_tenants(self, desk: Desk, globex: Desk) -> None:
        admin = Api().as_(desk, desk.admin)
        for id_ in (uuid4(), globex.user.id):
            assert admin.post(f"/users/{id_}/erase", {"confirm": globex.user.email}).status == 404

    def test_twice_is_once(self, desk: Desk, filled: dict[str, Any]) -> None:
        first = erase_over_http(desk, desk.user)
        last = row(desk.ref, "SELECT last_seq FROM event_head")
        again = erase_over_http(desk, desk.user)
        assert again.body == first.body
        assert row(desk.ref, "SELECT last_seq FROM event_head") == last


class TestTheCommand:
    def test_does_it_to_the_end_and_says_who_still_names_them(self, desk: Desk, filled: dict[str, Any]) -> None:
        Api().as_(desk, desk.agent).post(
            f"/tickets/{filled['ticket']}/comments", {"content": "Dear Zerlina Quastenfloss"}
        )
        told = command("erase_person", desk.ref.slug, desk.user.email, confirm=desk.user.email)
        assert "1 comments of others still name them" in told
        assert lines_with(desk, desk.user.email) == []
        assert faults(desk.ref) == []
        assert "person_erased" in command("tenant_records", desk.ref.slug)

    def test_asks_for_the_address(self, desk: Desk) -> None:
        with pytest.raises(CommandError):
            command("erase_person", desk.ref.slug, desk.user.email, confirm="no")
        with pytest.raises(CommandError, match="Nobody"):
            command("erase_person", desk.ref.slug, "nobody@nowhere.example", confirm="nobody@nowhere.example")

    def test_goes_on_where_it_was_killed(
        self, desk: Desk, filled: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("helpdesk.erasing.actions.log.ROWS_AT_ONCE", 3)
        with context.tenant(desk.ref), unit_of_work():
            erase_person(None, desk.user.id, confirm=desk.user.email)
        with context.tenant(desk.ref), unit_of_work():
            stretch = erase_from_log()
        assert stretch is not None
        assert not stretch.is_done
        erase(str(desk.ref.id))
        assert lines_with(desk, desk.user.email) == []
        assert faults(desk.ref) == []
