"""The search, and `q` of the lists: what is found, in which order, how it is shown, and what nobody learns by it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from helpdesk.comments.models import NoteWords, ReplyWords
from helpdesk.search import queries
from helpdesk.tickets.models import Ticket, TicketWords
from helpdesk.work import unit_of_work
from tenants import context
from tests.api import Answer, Api
from tests.conftest import Desk
from tests.helpdesk.conftest import People


def search(api: Api, question: str, **more: Any) -> Answer:
    asked = "".join(f"&{name}={value}" for name, value in more.items())
    return api.get(f"/search?q={quote(question)}{asked}")


def found(api: Api, question: str, **more: Any) -> list[str]:
    """What is found, by its title, text or name."""
    answer = search(api, question, **more)
    assert answer.status == 200, answer
    kinds = {"ticket": "title", "comment": "content", "user": "name"}
    return [result[result["type"]][kinds[result["type"]]] for result in answer["data"]]


def listed(api: Api, question: str) -> list[str]:
    return sorted(ticket["title"] for ticket in api.get(f"/tickets?q={quote(question)}")["data"])


def opened(api: Api, title: str, description: str = "", **more: Any) -> dict[str, Any]:
    answer = api.post("/tickets", {"title": title, "description": description, **more})
    assert answer.status == 201, answer
    body: dict[str, Any] = answer.body
    return body


def said(api: Api, ticket: dict[str, Any], content: str, *, internal: bool = False) -> str:
    answer = api.post(f"/tickets/{ticket['id']}/comments", {"content": content, "isInternal": internal})
    assert answer.status == 201, answer
    return str(answer["id"])


def marked(result: dict[str, Any]) -> list[str]:
    return [part["text"] for snippet in result["snippets"] for part in snippet["parts"] if part["isMatch"]]


class TestWhatIsFound:
    @pytest.mark.parametrize(
        ("written", "asked"),
        [
            ("José cannot print", "jose"),
            ("Straße gesperrt", "STRASSE"),
            ("Reise nach Łódź", "lodz"),
            ("The VPN drops", "drop"),
            ("The VPN drops", "vp*"),
            ("Mail from ada@mail.example.com", "ada@mail.example.com"),
            ("Mail from ada@mail.example.com", "mail.example"),
            ("東京都のサーバー", "京都"),
            ("Error at 10:30", "10:30"),
            ("See https://wiki.example/vpn", "https://wiki.example/vpn"),
        ],
    )
    def test_in_lists_and_in_the_search(self, people: People, written: str, asked: str) -> None:
        opened(people.user, written)
        opened(people.user, "Something else")
        assert listed(people.agent, asked) == listed(people.user, asked) == [written]
        assert found(people.agent, asked) == found(people.user, asked) == [written]
        assert listed(people.other_user, asked) == found(people.other_user, asked) == []

    def test_by_the_number_and_by_conditions(self, people: People) -> None:
        ticket = opened(people.agent, "A", tags=["vpn"], priority="high")
        opened(people.agent, "B", status="closed")
        assert listed(people.agent, f"#{ticket['number']}") == found(people.agent, f"{ticket['number']} ") == ["A"]
        assert listed(people.agent, "tag:vpn -status:closed") == found(people.agent, "priority:high") == ["A"]
        assert listed(people.agent, "requester:me assignee:none") == ["A", "B"]
        assert listed(people.agent, "requester:agent@acme.example is:done") == ["B"]

    def test_phrases_hold_together(self, people: People) -> None:
        opened(people.user, "the vpn drops")
        opened(people.user, "drops the vpn")
        assert found(people.agent, '"vpn drops"') == ["the vpn drops"]
        assert found(people.agent, '-"vpn drops" vpn ') == ["drops the vpn"]

    def test_explicit_parameters_and_q_are_both_meant(self, people: People) -> None:
        opened(people.agent, "vpn one", status="closed")
        opened(people.agent, "vpn two")
        both = people.agent.get("/tickets?status=open,closed&q=vpn%20status:closed")
        assert [ticket["title"] for ticket in both["data"]] == ["vpn one"]
        assert people.agent.get("/tickets?status=open&q=status:closed")["data"] == []

    def test_a_ticket_by_its_reply_once_and_comments_by_themselves(self, people: People) -> None:
        ticket = opened(people.user, "Printer", "It is pink.")
        first = said(people.agent, ticket, "Try another cartridge please.")
        said(people.user, ticket, "That cartridge cartridge works!")
        (result,) = search(people.user, "cartridge ")["data"]
        assert (result["type"], result["ticket"]["id"]) == ("ticket", ticket["id"])
        assert [snippet["field"] for snippet in result["snippets"]] == ["comment"]
        assert set(found(people.user, "cartridge", types="comments")) == {
            "Try another cartridge please.",
            "That cartridge cartridge works!",
        }
        assert people.agent.delete(f"/comments/{first}").status == 204
        assert found(people.user, "another cartridge") == []

    def test_people_for_staff_alone(self, people: People) -> None:
        assert found(people.agent, "other_user", types="people") == ["Other_User Acme"]
        assert "Ada Acme" in found(people.agent, "ada", types="people")
        refused = search(people.user, "ada", types="people")
        assert (refused.status, refused["details"][0]["code"]) == (403, "people")
        assert search(people.user, "ada")["data"] == []
        asked = people.user.get("/tickets?q=assignee:ada@acme.example")
        assert (asked.status, asked["details"][0]["code"]) == (400, "people")
        assert [one["firstName"] for one in people.agent.get("/users?q=ÁDA")["data"]] == ["Ada"]
        assert len(people.agent.get("/users?q=acme.exam")["data"]) >= 5

    def test_what_has_changed(self, people: People) -> None:
        ticket = opened(people.agent, "Alpha", "beta", tags=["gamma"])
        reply = said(people.agent, ticket, "delta")
        people.agent.patch(f"/tickets/{ticket['id']}", {"title": "Omega", "tags": []})
        people.agent.patch(f"/comments/{reply}", {"content": "epsilon"})
        assert [found(people.agent, word) for word in ("alpha", "gamma", "delta")] == [[], [], []]
        assert [found(people.agent, word) for word in ("omega", "beta", "epsilon")] == [["Omega"]] * 3
        assert people.admin.delete(f"/tickets/{ticket['id']}").status == 204
        assert found(people.agent, "omega") == found(people.agent, "epsilon") == []

    def test_a_change_of_status_writes_no_word_anew(self, people: People, acme: Desk) -> None:
        ticket = opened(people.agent, "Alpha")
        with context.tenant(acme.ref), unit_of_work():
            TicketWords.objects.filter(ticket_id=ticket["id"]).update(vector="'left':1A")
        people.agent.patch(f"/tickets/{ticket['id']}", {"status": "closed"})
        assert found(people.agent, "left ") == ["Alpha"]


class TestOrder:
    def test_a_title_counts_more_than_a_description_and_that_more_than_a_reply(self, people: People) -> None:
        by_title = opened(people.user, "Toner is empty", "Since today.")
        by_text = opened(people.user, "Empty", "The toner, the toner, the toner.")
        by_reply = opened(people.user, "Something")
        said(people.user, by_reply, "It is the toner.")
        ids = [result["ticket"]["id"] for result in search(people.agent, "toner ")["data"]]
        assert ids == [by_title["id"], by_text["id"], by_reply["id"]]
        scores = [result["score"] for result in search(people.agent, "toner ")["data"]]
        assert scores == sorted(scores, reverse=True)

    def test_of_equals_the_newest_is_first_and_no_more_than_asked(self, people: People) -> None:
        for number in range(4):
            opened(people.user, f"Toner {number}x")
        answer = search(people.agent, "toner ", limit=3)
        assert [result["ticket"]["title"] for result in answer["data"]] == ["Toner 3x", "Toner 2x", "Toner 1x"]
        assert answer["meta"] == {"limit": 3, "hasMore": True, "corrected": []}


class TestSnippets:
    def test_are_plain_text_in_pieces(self, people: People) -> None:
        text = "<script>alert(1)</script> " + "padding " * 40 + "the Café printer & co " + "more " * 60
        opened(people.user, "A <b>CAFÉ</b> at 10", text)
        (result,) = search(people.agent, "cafe ")["data"]
        assert marked(result) == ["CAFÉ", "Café"]
        title, description = result["snippets"]
        assert "".join(part["text"] for part in title["parts"]) == "A <b>CAFÉ</b> at 10"
        assert len("".join(part["text"] for part in description["parts"])) <= 204
        assert description["parts"][0] == {"text": "… ", "isMatch": False}

    def test_mark_phrases_and_beginnings(self, people: People) -> None:
        opened(people.user, "x", "the vpn client of the vpn drops connections")
        (result,) = search(people.agent, '"vpn drops" connec')["data"]
        assert marked(result) == ["vpn", "drops", "connections"]


class TestForgiveness:
    @pytest.mark.parametrize("asked", ["pasword", "passwrod", "Pässwort", "paswords"])
    def test_of_slips_is_told(self, people: People, asked: str) -> None:
        opened(people.user, "I forgot my password")
        answer = search(people.agent, asked)
        assert [result["ticket"]["title"] for result in answer["data"]] == ["I forgot my password"]
        assert answer["meta"]["corrected"][0]["found"] == ["password"]
        assert marked(answer["data"][0]) == ["password"]

    def test_only_where_nothing_is_found(self, people: People) -> None:
        opened(people.user, "I forgot my password")
        opened(people.user, "The pasword policy")
        answer = search(people.agent, "pasword ")
        assert [result["ticket"]["title"] for result in answer["data"]] == ["The pasword policy"]
        assert answer["meta"]["corrected"] == []

    def test_lists_take_words_as_they_are(self, people: People) -> None:
        opened(people.user, "I forgot my password")
        assert listed(people.agent, "pasword") == []


class TestWhatNobodyLearns:
    def test_a_requester_never_finds_a_note(self, people: People) -> None:
        ticket = opened(people.user, "Printer", "pink")
        said(people.agent, ticket, "Suspected fraud by quixote", internal=True)
        for question in ("fraud", "quixote", '"suspected fraud"', "fraud*", "frau", "quixot", "quixtoe", "suspectde"):
            for types in ("tickets", "comments"):
                answer = search(people.user, question, types=types)
                assert (answer["data"], answer["meta"]["corrected"]) == ([], []), question
                assert not answer["meta"]["hasMore"]
            assert listed(people.user, question) == []
        assert found(people.agent, "quixtoe") == ["Printer"]
        assert found(people.agent, "fraud", types="comments") == ["Suspected fraud by quixote"]

    def test_a_note_changes_neither_score_nor_order(self, people: People) -> None:
        first, second = opened(people.user, "Toner one"), opened(people.user, "Toner two")
        before = search(people.user, "toner ").body
        for _ in range(3):
            said(people.agent, first, "toner toner toner", internal=True)
        after = search(people.user, "toner ").body
        assert [(one["score"], one["ticket"]["id"]) for one in after["data"]] == [
            (one["score"], one["ticket"]["id"]) for one in before["data"]
        ]
        assert [one["ticket"]["id"] for one in after["data"]] == [second["id"], first["id"]]

    def test_nobody_is_corrected_to_what_others_wrote(self, people: People) -> None:
        opened(people.other_user, "Project Zarathustra")
        mine = opened(people.user, "Project plan")
        assert search(people.user, "zarathustre").body["data"] == []
        assert search(people.user, "zarathustre")["meta"]["corrected"] == []
        (result,) = search(people.user, "projcet")["data"]
        assert result["ticket"]["id"] == mine["id"]
        assert found(people.agent, "zarathustre") == ["Project Zarathustra"]

    def test_other_tenants_are_not_there(self, api: Api, people: People, globex: Desk) -> None:
        opened(people.user, "Zanzibar trip")
        foreign = api.as_(globex, globex.agent)
        for question in ("zanzibar", "zanzibra", "is:active"):
            assert search(foreign, question)["data"] == []
        assert search(foreign, "zanzibra")["meta"]["corrected"] == []

    def test_notes_and_replies_lie_apart(self, people: People, acme: Desk) -> None:
        ticket = opened(people.user, "Printer")
        note, reply = said(people.agent, ticket, "alpha", internal=True), said(people.agent, ticket, "beta")
        with context.tenant(acme.ref), unit_of_work():
            assert str(NoteWords.objects.get().comment_id) == note
            assert str(ReplyWords.objects.get().comment_id) == reply

    def test_requesters_get_no_address_and_no_metadata(self, people: People, acme: Desk) -> None:
        ticket = opened(people.user, "Printer")
        people.agent.patch(f"/tickets/{ticket['id']}", {"assignedToId": str(acme.ada.id), "metadata": {"k": "secret"}})
        text = search(people.user, "printer").response.content.decode()
        assert acme.ada.email not in text
        assert "secret" not in text


class TestWhatIsDeletedMeanwhile:
    def test_is_not_in_the_answer(self, people: People, acme: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        """Between the statement that finds and the one that reads."""
        said(people.user, opened(people.user, "Printer"), "The printer again")
        opened(people.user, "Another printer")
        find = queries._hits

        def found_and_deleted(*asked: Any) -> Any:
            hits = find(*asked)
            Ticket.objects.filter(title="Printer").first().delete()  # type: ignore[union-attr]
            return hits

        monkeypatch.setattr(queries, "_hits", found_and_deleted)
        assert found(people.agent, "printer", types="tickets,comments") == ["Another printer"]


class TestRefusals:
    @pytest.mark.parametrize(
        "question",
        ["status:opne", "stauts:open", "before:tomorrowish", "x" * 501, "in:attachment x", "in:comments x"],
    )
    def test_are_told_on_the_field(self, people: People, question: str) -> None:
        for path in ("/tickets", "/search"):
            if path == "/search" and question == "in:comments x":
                continue
            answer = people.agent.get(f"{path}?q={quote(question)}")
            assert (answer.status, answer["code"]) == (400, "VALIDATION_ERROR"), answer
            assert answer["details"][0]["field"] == "q"

    def test_a_search_needs_a_question(self, people: People) -> None:
        for path in ("/search", "/search?q=", "/search?q=x&limit=51", "/search?q=x&types=notes"):
            assert people.agent.get(path).status == 400, path
