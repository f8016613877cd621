"""The tickets of one tenant, each with all that hangs on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from helpdesk.importing.actions.tickets import Taken, keep_numbers_above, take_late, take_tickets
from helpdesk.importing.queries import HereTicket, list_here, list_numbers_here, list_tickets_here, list_told
from helpdesk.importing.rules.attachments import StoredFile
from helpdesk.importing.rules.history import history_of
from helpdesk.importing.rules.tickets import NewComment, NewTicket, comment_of, ticket_of
from helpdesk.importing.rules.values import Known, Notes, NotTaken, Row, id_of, made_id, moment_of, words_in
from tenants.importing.attachments import fetch_files
from tenants.importing.run import DELETED_HERE, Run

PAGE_TICKETS = 200
NO_TICKET = "its ticket was not taken"


@dataclass(slots=True)
class _Page:
    """Tickets of theirs, what hangs on them, and what of that is here."""

    rows: list[Row]
    comments: Mapping[str, list[Row]]
    attachments: Mapping[str, list[Row]]
    activities: Mapping[str, list[Row]]
    known: Known
    tickets_here: Mapping[UUID, HereTicket]
    comments_here: set[UUID]
    files_here: set[UUID]
    told: set[UUID]
    numbers: dict[int, UUID]
    late: list[NewComment] = field(default_factory=list)
    late_files: list[StoredFile] = field(default_factory=list)

    def hanging_on(self, row: Row) -> dict[str, list[Row]]:
        """What of each table leads to this ticket."""
        named = {"Comment": self.comments, "Attachment": self.attachments, "TicketActivity": self.activities}
        return {table: rows.get(str(row["id"]), []) for table, rows in named.items()}

    def size(self) -> int:
        """How many rows of theirs it holds."""
        hanging = sum(len(rows) for row in self.rows for rows in self.hanging_on(row).values())
        return len(self.rows) + hanging


def import_tickets(run: Run) -> None:
    """All of them, the oldest first, so that those without a number get theirs in this order."""
    highest = run.source.highest_number(run.tenant_id)
    if highest:
        run.write(lambda _: keep_numbers_above(highest))
    numbers: dict[int, UUID] = {}
    for rows in run.source.pages("Ticket", run.tenant_id, size=PAGE_TICKETS):
        page = _read(run, rows, numbers)
        taken = [one for row in rows if (one := _take(run, page, row))]
        if taken or page.late or page.late_files:
            run.write(lambda touched, taken=taken, page=page: _write(touched, taken, page))
        run.step(page.size())


def _write(touched: list[UUID], taken: list[Taken], page: _Page) -> None:
    if taken:
        take_tickets(taken)
    if page.late or page.late_files:
        take_late(page.late, page.late_files)
    touched += {one.ticket.id for one in taken} | {comment.ticket_id for comment in page.late}


def _read(run: Run, rows: list[Row], numbers: dict[int, UUID]) -> _Page:
    ids = [str(row["id"]) for row in rows]
    comments = run.source.rows("Comment", "ticketId", ids)
    attachments = run.source.rows("Attachment", "ticketId", ids)
    activities = run.source.rows("TicketActivity", "ticketId", ids)
    file_ids = [id_of(row["id"]) for row in attachments]
    comment_ids = [id_of(row["id"]) for row in comments]
    given = [row["number"] for row in rows if isinstance(row.get("number"), int)]
    told = [made_id(one, "comment.added") for one in comment_ids] + [made_id(id_, "ticket.created") for id_ in ids]
    told += [made_id(one, "attachment.added") for one in file_ids]
    numbers |= run.ask(list_numbers_here, given, otherwise=dict[int, UUID]()) if given else {}
    return _Page(
        rows=rows,
        comments=_by_ticket(comments),
        attachments=_by_ticket(attachments),
        activities=_by_ticket(activities),
        known=run.known(_users_named(rows, comments, attachments, activities)),
        tickets_here=run.ask(list_tickets_here, [id_of(id_) for id_ in ids], otherwise=dict[UUID, HereTicket]()),
        comments_here=run.ask(list_here, "Comment", comment_ids, otherwise=set[UUID]()),
        files_here=run.ask(list_here, "Attachment", file_ids, otherwise=set[UUID]()),
        told=run.ask(list_told, told, otherwise=set[UUID]()),
        numbers=numbers,
    )


def _take(run: Run, page: _Page, row: Row) -> Taken | None:
    if here := page.tickets_here.get(id_of(row["id"])):
        _look_again(run, page, row, here)
        return None
    ticket = run.take("Ticket", row, lambda notes: _ticket(run, page, row, notes))
    hanging = page.hanging_on(row)
    if ticket is None:
        for table, rows in hanging.items():
            run.refuse_all(table, rows, NO_TICKET)
        return None
    said = _comments(run, page, row, ticket_id=ticket.id, since=ticket.created_at)
    files = _files(run, page, row, ticket.id, ticket.created_by_id, ticket.created_at)
    run.report.taken("TicketActivity", len(hanging["TicketActivity"]))
    history = history_of(ticket, hanging["TicketActivity"], known=page.known, choices=run.choices, now=run.now)
    return Taken(ticket, history, said, files)


def _ticket(run: Run, page: _Page, row: Row, notes: Notes) -> NewTicket:
    if made_id(row["id"], "ticket.created") in page.told:
        raise NotTaken(DELETED_HERE)
    ticket = ticket_of(row, known=page.known, choices=run.choices, now=run.now, notes=notes)
    if ticket.number is not None and page.numbers.setdefault(ticket.number, ticket.id) != ticket.id:
        notes.add(f"its number {ticket.number} is another ticket's: it gets the next one")
        ticket = ticket.without_number()
    return ticket


def _look_again(run: Run, page: _Page, row: Row, here: HereTicket) -> None:
    """It is here already: what was said since is taken, what was changed since is told."""
    changed_at = moment_of(row.get("updatedAt"), otherwise=here.updated_at, now=run.now)
    if changed_at > here.updated_at:
        run.refuse("Ticket", row, "it is here as it was before it was changed there")
    else:
        run.report.here("Ticket")
    run.report.here("TicketActivity", len(page.hanging_on(row)["TicketActivity"]))
    page.late += _comments(run, page, row, ticket_id=here.id, since=here.created_at)
    page.late_files += _files(run, page, row, here.id, here.created_by_id, here.created_at)


def _files(run: Run, page: _Page, row: Row, ticket_id: UUID, creator_id: UUID, since: datetime) -> list[StoredFile]:
    return fetch_files(
        run,
        page.hanging_on(row)["Attachment"],
        ticket_id=ticket_id,
        creator_id=creator_id,
        since=since,
        known=page.known,
        here=page.files_here,
        told=page.told,
    )


def _comments(run: Run, page: _Page, of: Row, *, ticket_id: UUID, since: datetime) -> list[NewComment]:
    def mapped(row: Row, notes: Notes) -> NewComment:
        if made_id(id_of(row["id"]), "comment.added") in page.told:
            raise NotTaken(DELETED_HERE)
        return comment_of(row, ticket_id=ticket_id, since=since, known=page.known, now=run.now, notes=notes)

    rows = page.hanging_on(of)["Comment"]
    new = [row for row in rows if id_of(row["id"]) not in page.comments_here]
    run.report.here("Comment", len(rows) - len(new))
    found = [run.take("Comment", row, lambda notes, row=row: mapped(row, notes)) for row in new]
    return [comment for comment in found if comment]


def _by_ticket(rows: list[Row]) -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[str(row["ticketId"])].append(row)
    return found


def _users_named(tickets: list[Row], comments: list[Row], attachments: list[Row], activities: list[Row]) -> set[str]:
    named = {row.get(name) for row in tickets for name in ("createdById", "requesterId", "assignedToId")}
    named |= {row.get("authorId") for row in comments}
    named |= {row.get(name) for row in attachments for name in ("uploadedById", "uploaderId")}
    for row in activities:
        named |= words_in(row.get("changes")) | {row.get(name) for name in ("userId", "actorId")}
    return {str(one) for one in named if one}
