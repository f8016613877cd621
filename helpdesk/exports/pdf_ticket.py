"""One ticket with its conversation on A4. Notes cannot be taken for replies: a box, a colour and words say so."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from helpdesk.exports.of_ticket import Conversation
from helpdesk.exports.paper import AMBER, GREY, LINE, RED, Paper

NOTE = "INTERNAL NOTE · not for the requester"
WARNING = "This document holds internal notes: it is not for the requester."


class TicketPaper(Paper):
    """Made, and then written whole."""

    def __init__(self, told: Conversation, *, foot: str, zone: ZoneInfo) -> None:
        self._told, self._zone = told, zone
        title = f"#{told.ticket['number']} {told.ticket['title']}"
        super().__init__("portrait", title=title, foot=foot)
        self._title = title
        self.add_page()

    def header(self) -> None:
        """Every page of a document that holds notes says so."""
        if any(comment["isInternal"] for comment in self._told.comments):
            self.look(size=8, bold=True, colour=RED)
            self.write_line(WARNING)
            self.ln(1)

    def written(self) -> bytes:
        ticket = self._told.ticket
        self.look(size=16, bold=True)
        self.write_line(self._title, height=8)
        self.ln(1)
        for name, value in self._properties():
            self._property(name, value)
        self._rule()
        if ticket["description"]:
            self.look(size=10)
            self.write_line(ticket["description"], height=5)
        self._files([file for file in self._told.files if not file["commentId"]])
        self._conversation()
        self.write_missing()
        return bytes(self.output())

    def _conversation(self) -> None:
        self._rule()
        self.look(size=12, bold=True)
        count = len(self._told.comments)
        self.write_line(f"Conversation ({count})" if count else "Nothing has been said yet.", height=7)
        if self._told.left_out:
            self.look(size=9, colour=RED)
            self.write_line(f"{self._told.left_out:,} older comments are left out: this is the newest part.")
        for comment in self._told.comments:
            self._comment(comment)

    def _comment(self, comment: dict[str, Any]) -> None:
        self.ln(2.5)
        if comment["isInternal"]:
            self.set_fill_color(*AMBER)
            self.look(size=9, bold=True, colour=RED)
            self.multi_cell(0, 6, NOTE, border="LTR", fill=True, new_x="LMARGIN", new_y="NEXT")
        self.look(size=9, bold=True)
        edited = " · edited" if comment["editedAt"] else ""
        self.write_line(f"{comment['authorName']} · {self._time(comment['createdAt'])}{edited}", height=5.5)
        self.look(size=9.5)
        top, page = self.get_y(), self.page_no()
        self.write_line(comment["content"], height=5)
        if comment["isInternal"] and self.page_no() == page:
            self.set_draw_color(*RED)
            self.line(self.l_margin - 2, top - 11.5, self.l_margin - 2, self.get_y())
        if comment["isInternal"]:
            self.look(size=8, colour=RED)
            self.write_line("End of internal note")
        self._files([file for file in self._told.files if file["commentId"] == comment["id"]])

    def _properties(self) -> list[tuple[str, str]]:
        ticket = self._told.ticket
        requester, assignee, team = ticket["requester"], ticket["assignedTo"], ticket.get("team")
        address = f" <{requester['email']}>" if requester.get("email") else ""
        found = [
            ("Status", ticket["status"].replace("_", " ")),
            ("Priority", ticket["priority"]),
            ("Requester", requester["name"] + address),
            ("Assignee", assignee["name"] if assignee else "nobody"),
            ("Team", team["name"] if team else ""),
            ("Tags", ", ".join(ticket["tags"])),
            ("Created", self._time(ticket["createdAt"])),
            ("Updated", self._time(ticket["updatedAt"])),
        ]
        return [(name, value) for name, value in found if value]

    def _property(self, name: str, value: str) -> None:
        self.look(size=9, colour=GREY)
        self.cell(28, 5, name)
        self.look(size=9)
        self.multi_cell(0, 5, self.ready(value), new_x="LMARGIN", new_y="NEXT")
        self.take_font_again()

    def _files(self, files: list[dict[str, Any]]) -> None:
        for file in files:
            self.look(size=8.5, colour=RED if file["isInternal"] else GREY)
            internal = "Internal attachment" if file["isInternal"] else "Attachment"
            self.write_line(f"{internal}: {file['filename']} ({_size(file['fileSize'])}, {file['mimeType']})")

    def _rule(self) -> None:
        self.ln(2)
        self.set_draw_color(*LINE)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())
        self.ln(3)

    def _time(self, moment: str) -> str:
        return f"{datetime.fromisoformat(moment).astimezone(self._zone):%Y-%m-%d %H:%M} ({self._zone.key})"


def _size(size: int) -> str:
    """As people read it."""
    if size < 1000:
        return f"{size} B"
    return f"{size / 1000:,.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:,.1f} MB"
