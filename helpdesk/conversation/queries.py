"""One ticket with what surrounds it: read together, shown as the person may see it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from helpdesk.attachments.queries import UPLOADER, list_newest_attachments
from helpdesk.attachments.shapes import attachment_for
from helpdesk.comments.queries import AUTHOR, list_newest_comments
from helpdesk.comments.shapes import comment_for
from helpdesk.conversation.schemas import TimelineQuery
from helpdesk.events.queries import LogRow, event_shape, get_head, list_timeline_visible_to
from helpdesk.events.rules import Viewer
from helpdesk.paging import CursorRefused
from helpdesk.people.models import Person
from helpdesk.people.queries import attach_people, viewer_of
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import PEOPLE, get_bare_ticket, get_ticket, tickets_visible_to
from helpdesk.tickets.shapes import ticket_for

MOST_EMBEDDED = 100


def get_ticket_detail(person: Person, ticket_id: UUID) -> tuple[int, int, dict[str, Any]]:
    """The log's seq as of before the read, the ticket's version, and the detail's JSON."""
    seq = get_head().last_seq
    ticket, viewer = get_bare_ticket(person, ticket_id), viewer_of(person)
    comments = list_newest_comments(person, ticket, limit=MOST_EMBEDDED)
    attachments = list_newest_attachments(person, ticket, limit=MOST_EMBEDDED)
    attach_people(([ticket], PEOPLE), (comments, AUTHOR), (attachments, UPLOADER))
    rows = list_timeline_visible_to(viewer, ticket_id=ticket_id, before=None, limit=MOST_EMBEDDED)
    detail = ticket_for(person, ticket) | {
        "mergedInto": _merged_into(person, ticket),
        "comments": [comment_for(person, comment) for comment in comments],
        "attachments": [attachment_for(person, attachment) for attachment in attachments],
        "activities": [_item(row, viewer) for row in rows],
    }
    return seq, ticket.version, detail


def _merged_into(person: Person, ticket: Ticket) -> dict[str, Any] | None:
    """Only where they may see that ticket, too: a requester need not be the other's."""
    if ticket.merged_into_id is None:
        return None
    other = tickets_visible_to(person).filter(id=ticket.merged_into_id).values("id", "number").first()
    return {"id": str(other["id"]), "number": other["number"]} if other else None


def list_timeline(person: Person, ticket_id: UUID, query: TimelineQuery) -> dict[str, Any]:
    """One page of a ticket's events, newest first; the cursor is the seq to go back from."""
    get_ticket(person, ticket_id)
    viewer, before = viewer_of(person), _seq_of(query.cursor)
    rows = list_timeline_visible_to(viewer, ticket_id=ticket_id, before=before, limit=query.limit + 1)
    more, rows = len(rows) > query.limit, rows[: query.limit]
    meta = {
        "limit": query.limit,
        "nextCursor": str(rows[-1].seq) if more else None,
        "previousCursor": None,
        "hasNextPage": more,
        "hasPreviousPage": before is not None,
    }
    return {"data": [_item(row, viewer) for row in rows], "meta": meta}


def _item(row: LogRow, viewer: Viewer) -> dict[str, Any]:
    return {"seq": row.seq} | event_shape(row, viewer)


def _seq_of(cursor: str | None) -> int | None:
    if not cursor:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise CursorRefused
    return int(cursor)
