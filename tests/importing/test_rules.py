"""How single rows are mapped: words, ids, moments, texts, hashes, and what was noted of a ticket's life."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import TypeAdapter, ValidationError

from helpdesk.comments.schemas import Content
from helpdesk.importing.rules import people, tickets
from helpdesk.importing.rules.attachments import places_of
from helpdesk.importing.rules.history import Step, history_of
from helpdesk.importing.rules.values import (
    Choices,
    Known,
    Notes,
    NotTaken,
    id_of,
    made_id,
    moment_of,
    object_of,
    text_of,
    words_in,
)
from helpdesk.importing.rules.webhooks import NewWebhook, webhook_of
from helpdesk.people.schemas import Email, LastName
from helpdesk.tickets.schemas import Description, Tag, Title

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BEGAN = datetime(2024, 3, 1, 8, 0)  # noqa: DTZ001  as the original keeps moments
SAM, UMA = "3f0c5a1e-8a54-4f5b-9d39-6f2f6f0f5a01", "3f0c5a1e-8a54-4f5b-9d39-6f2f6f0f5a02"
KNOWN = Known({SAM: UUID(SAM), UMA: UUID(UMA)}, frozenset({UUID(SAM)}))


def user(**more: Any) -> dict[str, Any]:
    hash_ = "$2b$10$" + "a" * 53
    return {"id": SAM, "email": "Sam@x.example", "password": hash_, "firstName": "Sam", "role": "AGENT"} | more


def person(**more: Any) -> tuple[people.NewPerson, list[str]]:
    notes = Notes()
    return people.person_of(user(**more), choices=Choices(), now=NOW, notes=notes), notes.words


def new_ticket(**more: Any) -> tickets.NewTicket:
    row: dict[str, Any] = {"id": str(uuid4()), "title": "T", "description": "", "status": "open", "priority": "medium"}
    row |= {"createdById": UMA, "createdAt": BEGAN, "updatedAt": BEGAN + timedelta(days=2)}
    return tickets.ticket_of(row | more, known=KNOWN, choices=Choices(), now=NOW, notes=Notes())


def steps(ticket: tickets.NewTicket, *told: tuple[str, Any]) -> tuple[tickets.State, list[Step]]:
    rows = [
        {"id": str(uuid4()), "type": type_, "changes": changes, "createdAt": BEGAN + timedelta(hours=hour)}
        for hour, (type_, changes) in enumerate(told, start=1)
    ]
    found = history_of(ticket, rows, known=KNOWN, choices=Choices(), now=NOW)
    return found.begin, found.steps


class TestIds:
    def test_a_uuid_stays_itself(self) -> None:
        assert str(id_of(SAM)) == SAM

    @pytest.mark.parametrize("text", ["clx0a1b2c3", "17", "", SAM.upper(), f"{{{SAM}}}", f" {SAM}"])
    def test_anything_else_becomes_one_and_always_the_same(self, text: str) -> None:
        assert id_of(text) == id_of(text) != id_of(text + "x")
        assert id_of(text).version == 5
        assert str(id_of(text)) != text.lower()

    def test_made_ones_tell_their_parts_apart(self) -> None:
        assert len({made_id("a", "b"), made_id("ab"), made_id("a", "c"), made_id("b", "a")}) == 4


class TestMoments:
    def test_without_a_zone_are_utc(self) -> None:
        assert moment_of(BEGAN, otherwise=NOW, now=NOW) == BEGAN.replace(tzinfo=UTC)

    def test_with_another_zone_are_brought_to_utc_and_milliseconds(self) -> None:
        given = datetime(2025, 6, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
        assert moment_of(given, otherwise=NOW, now=NOW) == datetime(2025, 6, 1, 10, 0, 0, 123000, tzinfo=UTC)

    def test_are_never_later_than_now(self) -> None:
        assert moment_of(NOW + timedelta(days=9), otherwise=NOW, now=NOW) == NOW

    @pytest.mark.parametrize(
        "value",
        [None, "infinity", datetime.min.replace(tzinfo=timezone(timedelta(hours=2))), datetime(12, 1, 1, tzinfo=UTC)],
    )
    def test_that_are_none_are_replaced(self, value: Any) -> None:
        assert moment_of(value, otherwise=NOW, now=NOW) == NOW


class TestTexts:
    def test_are_trimmed_and_cut_with_a_note(self) -> None:
        notes = Notes()
        assert text_of("  abcdef ", name="title", most=6, notes=notes) == "abcdef"
        assert notes.words == []
        assert text_of("abcdefg", name="title", most=6, notes=notes) == "abcde…"
        assert notes.words == ["its title of 7 characters was cut to 6"]

    @pytest.mark.parametrize(
        ("kind", "most"),
        [
            (Title, tickets.MOST_TITLE),
            (Description, tickets.MOST_DESCRIPTION),
            (Tag, tickets.MOST_TAG),
            (Content, tickets.MOST_CONTENT),
            (LastName, people.MOST_NAME),
        ],
    )
    def test_are_as_long_as_the_api_takes_them(self, kind: Any, most: int) -> None:
        TypeAdapter(kind).validate_python("x" * most)
        with pytest.raises(ValidationError):
            TypeAdapter(kind).validate_python("x" * (most + 1))

    def test_objects_are_small_and_objects(self) -> None:
        deep: Any = {}
        for _ in range(40):
            deep = {"in": deep}
        notes = Notes()
        assert object_of({"a": 1}, name="metadata", notes=notes) == {"a": 1}
        for odd in ([1], "text", {"long": "x" * 17_000}, deep):
            assert object_of(odd, name="metadata", notes=notes) == {}
        assert len(notes.words) == 4

    def test_every_text_that_may_be_an_id_is_found(self) -> None:
        assert words_in({"a": ["x", {"b": "y"}], "c": 1, "d": "z" * 200}) == {"x", "y"}


class TestWords:
    def test_are_known_in_either_case(self) -> None:
        assert Choices().word("status", "IN_PROGRESS", tickets.STATUSES) == "in_progress"
        assert Choices().word("priority", "critical", tickets.PRIORITIES) == "urgent"

    def test_nobody_guesses_what_others_mean(self) -> None:
        with pytest.raises(NotTaken, match=r"--map role\.OWNER="):
            Choices().word("role", "owner", people.ROLES)

    def test_what_somebody_chose_goes_first(self) -> None:
        chosen = Choices({("role", "ADMIN"): "AGENT", ("role", "OWNER"): "ADMIN"})
        assert [chosen.word("role", word, people.ROLES) for word in ("admin", "Owner")] == ["AGENT", "ADMIN"]


class TestPeople:
    @pytest.mark.parametrize("kind", ["2a", "2b", "2y"])
    def test_keep_their_bcrypt_hash(self, kind: str) -> None:
        hash_ = f"${kind}$12$" + "b" * 53
        assert person(password=hash_)[0].password_hash == hash_

    @pytest.mark.parametrize(
        "broken", ["", "secret", "$2b$10$short", "$2x$10$" + "a" * 53, "$2b$31$" + "a" * 53, "$2b$03$" + "a" * 53]
    )
    def test_have_no_password_where_it_could_not_be_checked(self, broken: str) -> None:
        found, notes = person(password=broken)
        assert found.password_hash == ""
        assert any("invites" in note for note in notes)

    @pytest.mark.parametrize("address", ["a@x.example", "A.b+c@sub.x.example", "x@localhost", "o'neil@x-y.example"])
    def test_have_addresses_that_the_api_takes_too(self, address: str) -> None:
        assert person(email=f" {address} ")[0].email == TypeAdapter(Email).validate_python(address)

    @pytest.mark.parametrize("address", ["", "x", "x@", "@x.example", "a b@x.example", "a@x", f"{'a' * 65}@x.example"])
    def test_without_an_address_stay_behind(self, address: str) -> None:
        with pytest.raises(NotTaken):
            person(email=address)

    def test_who_was_deleted_is_deactivated(self) -> None:
        assert person()[0].is_active
        assert not person(deletedAt=BEGAN)[0].is_active
        assert not person(isActive=False)[0].is_active


class TestComments:
    def comment(self, **more: Any) -> tickets.NewComment:
        row = {"id": str(uuid4()), "authorId": SAM, "content": "Hello", "createdAt": BEGAN, "isInternal": False}
        since = BEGAN.replace(tzinfo=UTC)
        return tickets.comment_of(row | more, ticket_id=uuid4(), since=since, known=KNOWN, now=NOW, notes=Notes())

    def test_are_internal_unless_they_are_known_to_be_public(self) -> None:
        assert not self.comment().is_internal
        assert self.comment(isInternal=True).is_internal
        assert self.comment(isInternal=None).is_internal

    def test_are_edited_where_they_were_changed_later(self) -> None:
        assert self.comment(updatedAt=BEGAN).edited_at is None
        assert self.comment(updatedAt=BEGAN + timedelta(hours=1)).edited_at == BEGAN.replace(hour=9, tzinfo=UTC)


class TestHistory:
    def test_begins_open_and_nobodys_where_nothing_else_is_told(self) -> None:
        ticket = new_ticket(status="resolved", assignedToId=SAM)
        begin, told = steps(ticket, ("UPDATED", {"status": "resolved", "assignedToId": SAM}))
        assert (begin.status, begin.assigned_to_id) == ("open", None)
        assert [step.changes for step in told] == [{"status": ("open", "resolved"), "assignedToId": (None, SAM)}]

    def test_tells_no_change_where_a_page_sent_what_was_there(self) -> None:
        same = {"title": "T", "description": "", "status": "OPEN", "priority": "medium"}
        assert steps(new_ticket(), ("UPDATED", same), ("CREATED", {"createdBy": UMA}))[1] == []

    @pytest.mark.parametrize(
        "changes",
        [
            {"priority": ["low", "high"]},
            {"priority": {"from": "LOW", "to": "HIGH"}},
            {"priority": {"old": "low", "new": "high"}},
            {"from": "low", "to": "high"},
            {"oldValue": "low", "newValue": "high"},
        ],
    )
    def test_takes_what_was_before_from_each_way_to_say_it(self, changes: Any) -> None:
        begin, told = steps(new_ticket(priority="high"), ("PRIORITY_CHANGED", changes))
        assert begin.priority == "low"
        assert [step.changes for step in told] == [{"priority": ("low", "high")}]

    def test_ends_as_the_ticket_is(self) -> None:
        ticket = new_ticket(status="closed", title="Now")
        begin, told = steps(ticket, ("UPDATED", {"status": "in_progress"}))
        assert [step.changes for step in told] == [
            {"status": ("open", "in_progress")},
            {"status": ("in_progress", "closed")},
        ]
        assert (begin.title, told[-1].after, told[-1].at) == ("Now", ticket.state, ticket.updated_at)

    def test_says_who_where_that_is_noted_and_known(self) -> None:
        ticket = new_ticket(status="closed")
        for noted, actor in ((SAM, UUID(SAM)), (str(uuid4()), None)):
            (step,) = steps(ticket, ("UPDATED", {"status": "closed", "updatedBy": noted}))[1]
            assert step.actor_id == actor

    @pytest.mark.parametrize("odd", [None, [], "text", 7, {"status": "on_hold"}, {"status": {"x": 1}}, {"title": 5}])
    def test_leaves_out_what_means_nothing(self, odd: Any) -> None:
        assert steps(new_ticket(), ("UPDATED", odd))[1] == []

    def test_assigns_nobody_who_is_no_agent(self) -> None:
        assert steps(new_ticket(), ("ASSIGNED", {"assignedToId": UMA}))[1] == []


class TestPlacesOfFiles:
    @pytest.mark.parametrize(
        ("url", "first"),
        [
            ("https://files.s3.eu-central-1.amazonaws.com/t/1-a b.png", "t/1-a b.png"),
            ("https://files.s3.eu-central-1.amazonaws.com/t/50%.png", "t/50%.png"),
            ("https://files.s3.amazonaws.com/t/a?b#c.png", "t/a?b#c.png"),
            ("https://files.s3.amazonaws.com/t/a.png?X-Amz-Signature=1", "t/a.png"),
            ("s3://files/t/a.png", "t/a.png"),
            ("/uploads/a.png", "uploads/a.png"),
            ("uploads/a.png", "uploads/a.png"),
        ],
    )
    def test_begin_with_the_path_as_it_stands(self, url: str, first: str) -> None:
        assert places_of(url)[0] == first

    def test_are_also_looked_for_decoded_and_without_the_bucket(self) -> None:
        assert places_of("https://s3.internal/files/t/a%20b.png") == [
            "files/t/a%20b.png",
            "t/a%20b.png",
            "files/t/a b.png",
            "t/a b.png",
        ]

    @pytest.mark.parametrize("url", ["", "https://host.example", "https://host.example/", "/../..", "%2e%2e/x/../y"])
    def test_never_lead_out(self, url: str) -> None:
        assert all(".." not in place for place in places_of(url))


class TestWebhooks:
    def webhook(self, **more: Any) -> NewWebhook:
        row = {"id": str(uuid4()), "url": "https://x.example/", "secret": "long enough", "events": "{TICKET_CREATED}"}
        return webhook_of(row | more, allowed=(), now=NOW, notes=Notes())

    def test_take_events_as_postgresql_writes_an_array(self) -> None:
        assert self.webhook(events='{TICKET_CREATED,"COMMENT_ADDED"}').events == ["TICKET_CREATED", "COMMENT_ADDED"]

    @pytest.mark.parametrize(
        "url", ["http://127.0.0.1/", "http://[::1]/", "ftp://x.example", "http://u:p@x.example", ""]
    )
    def test_lead_to_nobody_inside(self, url: str) -> None:
        with pytest.raises(NotTaken):
            self.webhook(url=url)

    @pytest.mark.parametrize("secret", ["", "1234567", "x" * 257, "whsec_not base64"])
    def test_need_a_secret_that_signs(self, secret: str) -> None:
        with pytest.raises(NotTaken):
            self.webhook(secret=secret)
