"""Who is told of what, once, and what they do with it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpdesk.comments.actions import add_comment, delete_comment
from helpdesk.dispatch.actions import dispatch_page, is_caught_up, retry_dead_letter
from helpdesk.dispatch.models import DeadLetter, LogCursor
from helpdesk.events import catalogue
from helpdesk.events.log import record
from helpdesk.events.models import Event
from helpdesk.events.verify import verify_log
from helpdesk.notifications.actions import choose
from helpdesk.notifications.models import Notification
from helpdesk.notifications.rules import mentions_in, names_of
from helpdesk.people.models import Person
from helpdesk.tickets.actions import change_ticket, create_ticket, delete_ticket
from helpdesk.vocabulary import NotificationKind, TicketStatus
from helpdesk.work import unit_of_work
from tests.api import Api
from tests.conftest import Desk


@pytest.fixture
def ticket(desk: Desk) -> Any:
    """The requester's, assigned to the agent, with everything handled that led there."""
    with unit_of_work():
        made = create_ticket(desk.user, fields={"title": "The VPN drops"})
        change_ticket(desk.admin, made.id, fields={"assigned_to_id": desk.agent.id})
    dispatch()
    Notification.objects.all().delete()
    return made


def dispatch() -> None:
    """Until there is nothing left."""
    while True:
        with unit_of_work():
            progress = dispatch_page()
        assert progress is not None
        if is_caught_up():
            return


def told(person: Person) -> list[str]:
    return list(Notification.objects.filter(person=person).order_by("created_at", "id").values_list("kind", flat=True))


def test_a_page_takes_its_locks_in_the_order_of_those_who_write(desk: Desk, ticket: Any) -> None:
    """The head, then the wake-up: the other way round, a writer and the dispatcher wait for each other."""
    with unit_of_work():
        change_ticket(desk.admin, ticket.id, fields={"assigned_to_id": desk.ada.id})
    with CaptureQueriesContext(connection) as asked:
        dispatch()
    texts = [query["sql"] for query in asked]
    head = next(at for at, text in enumerate(texts) if "FROM event_head" in text and "FOR UPDATE" in text)
    wakeup = next(at for at, text in enumerate(texts) if "UPDATE public.wakeup" in text and "'dispatch'" in text)
    assert head < wakeup


class TestAssigning:
    def test_tells_the_assignee(self, desk: Desk, ticket: Any) -> None:
        with unit_of_work():
            change_ticket(desk.agent, ticket.id, fields={"assigned_to_id": desk.ada.id})
        dispatch()
        assert told(desk.ada) == ["assigned"]
        assert told(desk.agent) == told(desk.user) == []

    def test_oneself_tells_nobody(self, desk: Desk, ticket: Any) -> None:
        with unit_of_work():
            change_ticket(desk.ada, ticket.id, fields={"assigned_to_id": desk.ada.id})
        dispatch()
        assert told(desk.ada) == []


class TestAPublicReply:
    def test_of_an_agent_tells_the_requester(self, desk: Desk, ticket: Any) -> None:
        with unit_of_work():
            add_comment(desk.agent, ticket.id, content="Which client?", is_internal=False)
        dispatch()
        assert told(desk.user) == ["comment_added"]
        assert told(desk.agent) == []

    def test_of_the_requester_tells_the_assignee(self, desk: Desk, ticket: Any) -> None:
        with unit_of_work():
            add_comment(desk.user, ticket.id, content="Version 7", is_internal=False)
        dispatch()
        assert told(desk.agent) == ["comment_added"]

    def test_that_mentions_the_assignee_tells_them_once(self, desk: Desk, ticket: Any) -> None:
        with unit_of_work():
            add_comment(desk.ada, ticket.id, content="@agent, please look.", is_internal=False)
        dispatch()
        assert told(desk.agent) == ["mentioned"]

    def test_is_told_as_a_reply_to_whoever_wants_no_mentions(self, desk: Desk, ticket: Any) -> None:
        with unit_of_work():
            choose(desk.user, choices={NotificationKind.MENTIONED: (False, False)})
            add_comment(desk.agent, ticket.id, content="@user please look.", is_internal=False)
        dispatch()
        assert told(desk.user) == ["comment_added"]


class TestANote:
    def test_tells_only_staff_whom_it_mentions(self, desk: Desk, ticket: Any) -> None:
        with unit_of_work():
            add_comment(desk.agent, ticket.id, content="@ada @user what do you think?", is_internal=True)
        dispatch()
        assert told(desk.ada) == ["mentioned"]
        assert told(desk.user) == []


class TestAChangedStatus:
    def test_tells_requester_and_assignee_but_not_who_did_it(self, desk: Desk, ticket: Any) -> None:
        with unit_of_work():
            change_ticket(desk.agent, ticket.id, fields={"status": TicketStatus.RESOLVED})
        dispatch()
        assert told(desk.user) == ["status_changed"]
        assert told(desk.agent) == []


class TestTheDispatcher:
    def test_tells_nobody_twice_when_the_log_is_read_again(self, desk: Desk, ticket: Any) -> None:
        with unit_of_work():
            add_comment(desk.agent, ticket.id, content="Once", is_internal=False)
        dispatch()
        LogCursor.objects.update(seq=0)
        before = Event.objects.filter(type="notification.created").count()
        dispatch()
        assert told(desk.user).count("comment_added") == 1
        assert Event.objects.filter(type="notification.created").count() >= before
        assert verify_log()[1] == []

    def test_puts_a_poison_event_aside_and_goes_on(self, desk: Desk) -> None:
        with unit_of_work():
            first = create_ticket(desk.user, fields={"title": "Poison"})
            create_ticket(desk.user, fields={"title": "Fine"})
        handled: list[str] = []
        ill = {first.id}

        def reader(row: Any) -> None:
            if row.ticket in ill:
                raise ValueError("cannot digest this")
            handled.append(row.type)

        LogCursor.objects.update_or_create(reader="dispatcher", defaults={"seq": 0})
        with unit_of_work():
            progress = dispatch_page({"picky": reader})
        assert progress is not None
        assert progress.put_aside == 1
        assert handled.count("ticket.created") == 1
        letter = DeadLetter.objects.get()
        assert (letter.reader, letter.attempts) == ("picky", 1)
        assert "cannot digest this" in letter.error

        with unit_of_work():
            assert not retry_dead_letter(letter, {"picky": reader})
        assert DeadLetter.objects.get().attempts == 2
        ill.clear()
        with unit_of_work():
            assert retry_dead_letter(letter, {"picky": reader})
        assert not DeadLetter.objects.exists()

    def test_takes_back_what_a_failing_reader_recorded(self, desk: Desk) -> None:
        with unit_of_work():
            create_ticket(desk.user, fields={"title": "Poison"})

        def reader(row: Any) -> None:
            record(None, catalogue.UserSignedOut(user_id=desk.user.id))
            raise ValueError

        with unit_of_work():
            dispatch_page({"picky": reader})
        assert not Event.objects.filter(type="user.signed_out").exists()


class TestTheEndpoints:
    @pytest.fixture
    def caller(self, api: Api, desk: Desk, ticket: Any) -> Api:
        """The requester, with one reply waiting."""
        with unit_of_work():
            add_comment(desk.agent, ticket.id, content="Which   client\ndo you use?", is_internal=False)
        dispatch()
        return api.as_(desk, desk.user)

    def test_list_ones_own_with_the_count_of_unread(self, caller: Api, desk: Desk, api: Api, ticket: Any) -> None:
        answer = caller.get("/notifications")
        assert answer["meta"]["unreadCount"] == answer["meta"]["total"] == 1
        (one,) = answer["data"]
        assert one["type"] == "comment_added"
        assert one["userId"] == str(desk.user.id)
        assert one["title"].startswith("Agent Acme replied on #")
        assert one["message"] == "Which client do you use?"
        assert one["data"]["ticketId"] == str(ticket.id)
        assert set(one) == {"id", "type", "userId", "title", "message", "data", "isRead", "createdAt"}
        assert api.as_(desk, desk.ada).get("/notifications")["data"] == []

    def test_mark_read_and_delete(self, caller: Api) -> None:
        one = caller.get("/notifications")["data"][0]
        assert caller.put(f"/notifications/{one['id']}/read")["isRead"] is True
        assert caller.get("/notifications?unreadOnly=true")["data"] == []
        assert caller.put("/notifications/read-all").body == {"updated": 0}
        assert caller.delete(f"/notifications/{one['id']}").status == 204
        assert caller.get("/notifications")["meta"]["total"] == 0

    def test_refuse_somebody_elses(self, caller: Api, api: Api, desk: Desk) -> None:
        one = caller.get("/notifications")["data"][0]
        stranger = api.as_(desk, desk.admin)
        assert stranger.put(f"/notifications/{one['id']}/read").status == 404
        assert stranger.delete(f"/notifications/{one['id']}").status == 404
        assert caller.put(f"/notifications/{uuid4()}/read").status == 404

    def test_lose_the_text_with_the_comment(self, caller: Api, desk: Desk, ticket: Any) -> None:
        comment_id = caller.get("/notifications")["data"][0]["data"]["commentId"]
        with unit_of_work():
            delete_comment(desk.agent, comment_id)
        (one,) = caller.get("/notifications")["data"]
        assert one["message"] == ""
        assert not Event.objects.filter(payload__contains="do you use").exists()
        assert verify_log()[1] == []

    def test_end_with_the_ticket_for_a_requester(self, caller: Api, desk: Desk, ticket: Any) -> None:
        with unit_of_work():
            delete_ticket(desk.admin, ticket.id)
        assert caller.get("/notifications")["data"] == []

    def test_let_one_choose(self, caller: Api, desk: Desk, ticket: Any) -> None:
        choice = {"kind": "comment_added", "inApp": False, "byMail": True}
        chosen = caller.put("/notifications/preferences", {"preferences": [choice]})
        assert choice in chosen["preferences"]
        assert [one["kind"] for one in chosen["preferences"]] == [kind.value for kind in NotificationKind]
        with unit_of_work():
            add_comment(desk.agent, ticket.id, content="Unheard", is_internal=False)
        dispatch()
        assert caller.get("/notifications")["meta"]["total"] == 1


class TestMentions:
    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("@ada please", ["ada"]),
            ("Thanks, @Ada.Lovelace.", ["ada.lovelace"]),
            ("mail me at user@acme.example", []),
            ("@ada@acme.example and @ADA", ["ada@acme.example", "ada"]),
            ("no @ here", []),
        ],
    )
    def test_are_names_behind_an_at(self, text: str, names: list[str]) -> None:
        assert mentions_in(text) == names

    def test_fit_a_person_in_several_ways(self) -> None:
        names = names_of(email="ada@acme.example", first_name="Ada", last_name="Love Lace")
        assert {"ada", "ada.lovelace", "adalovelace", "ada@acme.example"} <= names
