"""PDF, read back by another program: every script, right to left too, and notes only for who may see and wants them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from helpdesk.comments.models import Comment
from helpdesk.events.queries import LogRow
from helpdesk.exports import api, fonts, of_ticket, rules
from helpdesk.exports.cells import Cell
from helpdesk.exports.paper import Paper, side_of
from helpdesk.exports.pdf_table import TablePaper
from helpdesk.exports.pdf_ticket import NOTE, WARNING
from helpdesk.exports.tables import Column
from helpdesk.work import unit_of_work
from tenants import context
from tests.api import Answer, Api
from tests.conftest import Desk
from tests.contracts.errors import assert_refused
from tests.contracts.files import attach
from tests.helpdesk.conftest import People
from tests.helpdesk.log import payload
from tests.helpdesk.test_exports import asked, change, fetched, row, work

pytestmark = [
    pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext: make tools"),
    pytest.mark.skipif(fonts.base_font() is None, reason="needs fonts: make tools"),
]
CHINESE, ARABIC = "打印机坏了", "الطابعة معطلة"
UTC = ZoneInfo("UTC")


def read(content: bytes) -> str:
    """What another program finds, in the order of reading, without the marks of direction that it adds."""
    assert content.startswith(b"%PDF-")
    command = ["pdftotext", "-enc", "UTF-8", "-", "-"]
    found = subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode()
    return "".join(letter for letter in found if letter not in "\u202a\u202b\u202c\u200e\u200f")


def text_of(answer: Answer) -> str:
    assert answer.status == 200, answer
    return read(answer.response.content)


def printed(*rows: list[Cell], columns: int = 1) -> str:
    paper = TablePaper([Column(f"C{n}") for n in range(columns)], title="T", about=[], foot="f", zone=UTC)
    paper.write_rows(rows)
    return read(paper.end("done"))


@pytest.fixture
def no_fonts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "HUB_FONTS", (str(tmp_path),))


class TestEveryScript:
    def test_is_shaped_and_in_its_own_direction(self) -> None:
        found = printed([f"{CHINESE} VPN"], [ARABIC], ["Łódź Ünïcode Ελληνικά Кириллица"], ["שלום"])
        for word in (CHINESE, *ARABIC.split(), "Łódź", "Ελληνικά", "Кириллица", "שלום"):
            assert word in found

    def test_arabic_reads_from_the_right(self) -> None:
        first, second = ARABIC.split()
        found = printed([ARABIC])
        assert found.index(first) < found.index(second)
        assert (side_of(ARABIC), side_of(f"1. {ARABIC}"), side_of(f"VPN {ARABIC}"), side_of("")) == ("R", "R", "L", "L")

    def test_what_has_no_letter_is_told_in_words(self) -> None:
        found = printed(["🖨️ 👩‍💻 done"])
        assert "[printer]" in found
        assert "done" in found

    def test_a_script_without_a_font_is_named(self) -> None:
        paper = Paper("portrait", title="t", foot="f")
        paper.add_page()
        paper.write_line("\U00012000 cuneiform")
        paper.write_missing()
        assert "no font for Cuneiform" in " ".join(read(bytes(paper.output())).split())

    def test_control_characters_are_left_out(self) -> None:
        assert "ab" in printed(["a\x01\u202e\u2066b"])

    def test_long_cells_are_cut_and_say_so(self) -> None:
        assert "…" in printed(["word " * 400], columns=1)

    @pytest.mark.parametrize(
        "text",
        [
            "-" * 5000,
            "a" + "\u0301" * 5000,
            "\u200d" * 5000,
            "नमस्ते" * 800,
            "😀" * 5000,
            "\n" * 5000 + "x",
            "ab中א" * 1200,
        ],
        ids=["signs", "accents", "joiners", "no font", "emoji", "lines", "both directions"],
    )
    def test_what_nobody_writes_in_earnest_is_printed_all_the_same(self, text: str) -> None:
        assert "next row" in printed([text], ["next row"])
        paper = Paper("portrait", title="t", foot="f")
        paper.add_page()
        paper.write_line(f"{text} done")
        assert "done" in read(bytes(paper.output()))

    def test_a_text_may_hold_any_braces(self) -> None:
        assert "{pages} {nb}" in printed(["{pages} {nb}"])

    def test_goes_over_many_pages_with_a_head_on_each(self) -> None:
        rows: list[list[Cell]] = [[number, f"title {number}"] for number in range(200)]
        found = printed(*rows, columns=2)
        assert found.count("C0") == found.count("\f")
        assert found.count("\f") > 3
        assert all(f"title {number}\n" in found for number in range(200))


class TestOneTicket:
    @pytest.fixture
    def ticket(self, people: People, acme: Desk) -> str:
        made = people.user.post("/tickets", {"title": f"{CHINESE} · VPN", "description": ARABIC})
        id_ = str(made["id"])
        people.agent.post(f"/tickets/{id_}/comments", {"content": "Which client? 🖨️", "isInternal": False})
        people.agent.post(f"/tickets/{id_}/comments", {"content": "Secret thought", "isInternal": True})
        return id_

    def path(self, ticket: str, query: str = "") -> str:
        return f"/exports/tickets/{ticket}.pdf{query}"

    def test_holds_its_conversation(self, people: People, acme: Desk, ticket: str) -> None:
        answer = people.agent.get(self.path(ticket))
        found = text_of(answer)
        for word in (CHINESE, *ARABIC.split(), "Which client?", acme.agent.name, acme.user.email, "Conversation (1)"):
            assert word in found
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="ticket-')

    def test_holds_notes_only_where_they_are_asked_for_and_marks_them(self, people: People, ticket: str) -> None:
        plain = text_of(people.agent.get(self.path(ticket)))
        assert not {word for word in ("Secret thought", NOTE, WARNING) if word in plain}
        noted = text_of(people.agent.get(self.path(ticket, "?notes=true")))
        assert noted.index(WARNING) < noted.index(NOTE) < noted.index("Secret thought") < noted.index("End of internal")

    def test_a_requester_gets_no_note_and_no_address(self, people: People, acme: Desk, ticket: str) -> None:
        found = text_of(people.user.get(self.path(ticket)))
        assert "Which client?" in found
        assert "Secret" not in found
        assert acme.agent.email not in found
        assert_refused(people.user.get(self.path(ticket, "?notes=true")), "FORBIDDEN", reason="field")
        assert_refused(people.other_user.get(self.path(ticket)), "NOT_FOUND")

    def test_another_tenant_finds_nothing(self, globex: Desk, people: People, ticket: str) -> None:
        assert_refused(Api().as_(globex, globex.admin).get(self.path(ticket)), "NOT_FOUND")

    def test_names_its_files_and_the_notes_files_with_the_notes(self, people: People, acme: Desk, ticket: str) -> None:
        with context.tenant(acme.ref), unit_of_work():
            note = Comment.objects.get(ticket_id=ticket, is_internal=True)
            attach(acme.user, UUID(ticket), filename="gateway.log")
            attach(acme.agent, UUID(ticket), filename="internal.log", comment_id=note.id)
        plain, noted = (text_of(people.agent.get(self.path(ticket, query))) for query in ("", "?notes=true"))
        assert "Attachment: gateway.log" in plain
        assert "internal.log" not in plain
        assert "Internal attachment: internal.log" in noted

    def test_a_long_one_says_what_is_left_out(
        self, people: People, ticket: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(of_ticket, "MOST_COMMENTS", 1)
        found = text_of(people.agent.get(self.path(ticket, "?notes=true")))
        assert "1 older comments are left out" in found

    def test_lines_count_as_letters(self, people: People, ticket: str) -> None:
        for _ in range(3):
            assert people.agent.post(f"/tickets/{ticket}/comments", {"content": "a\n" * 4990 + "x"}).status == 201
        assert "left out" in text_of(people.agent.get(self.path(ticket)))

    def test_one_is_drawn_at_a_time_for_a_person(self, people: People, acme: Desk, ticket: str) -> None:
        with context.tenant(acme.ref), api._drawing.one_for(acme.agent):
            refused = people.agent.get(self.path(ticket))
            assert_refused(refused, "CONFLICT", reason="too_many_exports")
            assert people.ada.get(self.path(ticket)).status == 200
        assert people.agent.get(self.path(ticket)).status == 200

    def test_is_in_the_log(self, people: People, ticket: str, recorded: Callable[[], list[LogRow]]) -> None:
        recorded()
        people.agent.get(self.path(ticket, "?notes=true"))
        (event,) = recorded()
        assert event.type == "export.streamed"
        assert payload(event)["data"] == {
            "what": "ticket",
            "format": "pdf",
            "query": {"ticketId": ticket, "notes": True},
        }

    @pytest.mark.usefixtures("no_fonts")
    def test_is_refused_where_there_are_no_fonts(self, people: People, ticket: str) -> None:
        assert_refused(people.agent.get(self.path(ticket)), "UNAVAILABLE", reason="no_font")


class TestAList:
    def test_is_made_in_the_background(self, people: People, acme: Desk) -> None:
        for title in (CHINESE, ARABIC, "=1+1"):
            people.user.post("/tickets", {"title": title})
        made = asked(people.agent, {"format": "pdf", "tickets": {"status": ["open"], "columns": ["number", "title"]}})
        work(acme)
        file = fetched(people.agent.get(f"/exports/{made['id']}/file"))
        assert file.headers["Content-Type"] == "application/pdf"
        found = read(file.content)
        for word in (CHINESE, *ARABIC.split(), "=1+1", "Picked by: status open", "3 rows", acme.ref.name):
            assert word in found

    def test_has_a_limit(self, people: People, acme: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        for number in range(3):
            people.user.post("/tickets", {"title": f"t {number}"})
        body: dict[str, Any] = {"format": "pdf", "tickets": {}}
        made = asked(people.agent, body)
        monkeypatch.setattr(rules, "MOST_ROWS_OF_PDF", 2)
        assert_refused(people.agent.post("/exports", body), "CONFLICT", reason="too_large")
        work(acme)
        assert row(acme, made).problem == "too_large"

    def test_says_that_there_are_no_fonts(self, people: People, acme: Desk, request: pytest.FixtureRequest) -> None:
        made = asked(people.agent, {"format": "pdf", "tickets": {}})
        request.getfixturevalue("no_fonts")
        assert_refused(people.agent.post("/exports", {"format": "pdf", "tickets": {}}), "UNAVAILABLE", reason="no_font")
        work(acme)
        assert row(acme, made).problem == "no_font"
        change(acme, made, due_at=None)


def test_fonts_embed_only_what_was_used() -> None:
    paper = TablePaper([Column("C")], title="T", about=[], foot="f", zone=UTC)
    paper.write_rows([[CHINESE]])
    assert len(BytesIO(paper.end("x")).getvalue()) < 200_000
