"""Tickets with what was said on them, and their history as events, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection

from helpdesk.attachments.models import Attachment
from helpdesk.comments.actions import index_comments
from helpdesk.comments.models import Comment
from helpdesk.comments.shapes import comment_payload
from helpdesk.events import catalogue
from helpdesk.events.log import record_past
from helpdesk.importing.actions.attachments import attachment_row, keep_files, tell_attachment
from helpdesk.importing.rules.attachments import StoredFile
from helpdesk.importing.rules.history import History, Step
from helpdesk.importing.rules.tickets import NewComment, NewTicket, State
from helpdesk.importing.rules.values import made_id
from helpdesk.people.models import Person
from helpdesk.tickets.actions import CHANGE_EVENTS, index_tickets
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import changes_by_type
from helpdesk.tickets.shapes import ticket_payload
from helpdesk.vocabulary import TicketPriority

People = Mapping[UUID, Person]


@dataclass(frozen=True, slots=True)
class Taken:
    """A ticket that is new here, with all that is new on it."""

    ticket: NewTicket
    history: History
    comments: list[NewComment] = field(default_factory=list)
    files: list[StoredFile] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Moment:
    """Something that happened to a ticket: told in the order of time, and at one time in the order of `rank`."""

    at: datetime
    rank: int
    tell: Callable[[], None]


def take_tickets(found: Sequence[Taken]) -> None:
    """Make tickets with their comments; the log tells how they came to be as they are."""
    people = _people(_named(found))
    numbers = _numbers([one.ticket.number for one in found])
    tickets: list[Ticket] = []
    comments: list[Comment] = []
    attachments: list[Attachment] = []
    for one, number in zip(found, numbers, strict=True):
        ticket = _ticket(one.ticket, one.history.begin, number, people)
        said = [_comment(comment, ticket, people) for comment in one.comments]
        added = [attachment_row(file, ticket, people) for file in one.files]
        _tell(one, ticket, said, added, people)
        tickets.append(ticket)
        comments += said
        attachments += added
    Ticket.objects.bulk_create(tickets)
    index_tickets(tickets)
    Comment.objects.bulk_create(comments)
    index_comments(comments)
    keep_files(attachments)


def take_late(comments: Sequence[NewComment], files: Sequence[StoredFile]) -> None:
    """What is new on tickets that are here already. What is public moves their `lastActivityAt`, if it is later."""
    tickets = _lock({one.ticket_id for one in comments} | {file.attachment.ticket_id for file in files})
    people = _people({one.author_id for one in comments} | {file.attachment.uploader_id for file in files})
    said = [_comment(one, tickets[one.ticket_id], people) for one in comments]
    added = [attachment_row(file, tickets[file.attachment.ticket_id], people) for file in files]
    told = [_Moment(one.created_at, 2, partial(_tell_comment, one, one.ticket)) for one in said]
    told += [_Moment(one.created_at, 3, partial(tell_attachment, one, one.ticket)) for one in added]
    _tell_in_order(told)
    Comment.objects.bulk_create(said)
    index_comments(said)
    keep_files(added)
    Ticket.objects.bulk_update(tickets.values(), ["last_activity_at"])


def _lock(ids: set[UUID]) -> dict[UUID, Ticket]:
    """Tickets that are here, with their people, locked in the order of their ids."""
    rows = Ticket.objects.select_related("requester", "created_by", "assigned_to", "team").filter(id__in=ids)
    return {ticket.id: ticket for ticket in rows.select_for_update(of=("self",), no_key=True).order_by("id")}


def keep_numbers_above(number: int) -> None:
    """The next ticket gets a higher number than this one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval('ticket_number_seq', %s) FROM ticket_number_seq WHERE last_value < %s", [number, number]
        )


def _tell(
    one: Taken, ticket: Ticket, comments: Sequence[Comment], attachments: Sequence[Attachment], people: People
) -> None:
    """Walk through the ticket's life: each event holds the ticket as it was then; at the end it is as it is."""
    created = made_id(one.ticket.source_id, "ticket.created")
    told = [_Moment(ticket.created_at, 0, partial(_tell_created, ticket, created))]
    told += [_Moment(step.at, 1, partial(_tell_step, ticket, step, people)) for step in one.history.steps]
    told += [_Moment(comment.created_at, 2, partial(_tell_comment, comment, ticket)) for comment in comments]
    told += [_Moment(file.created_at, 3, partial(tell_attachment, file, ticket)) for file in attachments]
    _tell_in_order(told)
    ticket.updated_at = max(ticket.updated_at, one.ticket.updated_at)
    ticket.last_activity_at = max(ticket.last_activity_at, ticket.updated_at)


def _tell_in_order(told: list[_Moment]) -> None:
    for moment in sorted(told, key=lambda moment: (moment.at, moment.rank)):
        moment.tell()


def _tell_created(ticket: Ticket, event_id: UUID) -> None:
    event = catalogue.TicketCreated(ticket=ticket_payload(ticket))
    record_past(ticket.created_by, event, event_id=event_id, at=ticket.created_at)


def _tell_step(ticket: Ticket, step: Step, people: People) -> None:
    _set(ticket, step.after, people)
    ticket.version += 1
    ticket.updated_at = max(ticket.updated_at, step.at)
    ticket.last_activity_at = max(ticket.last_activity_at, step.at)
    payload, actor = ticket_payload(ticket), people.get(step.actor_id) if step.actor_id else None
    for place, (type_, group) in enumerate(changes_by_type(step.changes)):
        event_id = made_id(step.id, type_) if place else step.id
        record_past(actor, CHANGE_EVENTS[type_](ticket=payload, changes=group), event_id=event_id, at=step.at)


def _tell_comment(comment: Comment, ticket: Ticket) -> None:
    if not comment.is_internal:
        ticket.last_activity_at = max(ticket.last_activity_at, comment.created_at)
    event = catalogue.CommentAdded(ticket=ticket_payload(ticket), comment=comment_payload(comment))
    record_past(comment.author, event, event_id=made_id(comment.id, "comment.added"), at=comment.created_at)


def _ticket(new: NewTicket, begin: State, number: int, people: People) -> Ticket:
    ticket = Ticket(
        id=new.id,
        number=number,
        requester=people[new.requester_id],
        created_by=people[new.created_by_id],
        tags=new.tags,
        custom_fields=new.custom_fields,
        created_at=new.created_at,
        updated_at=new.created_at,
        last_activity_at=new.created_at,
    )
    _set(ticket, begin, people)
    return ticket


def _set(ticket: Ticket, state: State, people: People) -> None:
    ticket.title, ticket.description, ticket.status = state.title, state.description, state.status
    ticket.priority, ticket.metadata = TicketPriority(state.priority).rank, state.metadata
    ticket.assigned_to = people[state.assigned_to_id] if state.assigned_to_id else None


def _comment(new: NewComment, ticket: Ticket, people: People) -> Comment:
    return Comment(
        id=new.id,
        ticket=ticket,
        author=people[new.author_id],
        content=new.content,
        is_internal=new.is_internal,
        version=2 if new.edited_at else 1,
        created_at=new.created_at,
        updated_at=new.updated_at,
        edited_at=new.edited_at,
    )


def _named(found: Sequence[Taken]) -> set[Any]:
    named: set[Any] = set()
    for one in found:
        named |= {one.ticket.requester_id, one.ticket.created_by_id, one.history.begin.assigned_to_id}
        named |= {who for step in one.history.steps for who in (step.actor_id, step.after.assigned_to_id)}
        named |= {comment.author_id for comment in one.comments}
        named |= {file.attachment.uploader_id for file in one.files}
    return named


def _people(ids: set[Any]) -> People:
    return {person.id: person for person in Person.objects.filter(id__in=ids - {None})}


def _numbers(given: Sequence[int | None]) -> list[int]:
    """Those that were given, and the next ones of this desk for the others."""
    with connection.cursor() as cursor:
        missing = sum(number is None for number in given)
        cursor.execute("SELECT nextval('ticket_number_seq') FROM generate_series(1, %s)", [missing])
        made = iter([int(number) for (number,) in cursor.fetchall()])
    return [next(made) if number is None else number for number in given]
