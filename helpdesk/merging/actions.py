"""Merging tickets, undoing it, and splitting one: what was said is taken elsewhere, and nothing is lost.

Both tickets are locked in the order of their ids. Comments and files keep what they are; only the ticket that they
stand on changes, and `TicketMove` remembers where they were.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from helpdesk.attachments.models import Attachment
from helpdesk.clock import now
from helpdesk.comments.models import Comment
from helpdesk.errors import ValidationFailed
from helpdesk.events.log import record
from helpdesk.events.payloads import TicketPayload
from helpdesk.events.relation_events import OtherTicket, TicketMerged, TicketSplit, TicketUnmerged
from helpdesk.merging.rules import NotMerged, require_another, require_mergeable, require_undoable
from helpdesk.moves.models import TicketMove
from helpdesk.moves.queries import get_living_merge
from helpdesk.objects.actions import move_objects
from helpdesk.people.models import Person
from helpdesk.permissions import require
from helpdesk.relations.actions import relate_locked
from helpdesk.tickets.actions import create_ticket
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import TicketIsMerged, TicketNotFound, get_bare_ticket, lock_ticket, lock_tickets
from helpdesk.tickets.shapes import ticket_payload
from helpdesk.vocabulary import MoveKind, RelationKind, TicketStatus

_Move = type[TicketMerged | TicketUnmerged | TicketSplit]


def merge_ticket(actor: Person, ticket_id: UUID, *, into_id: UUID, is_confirmed: bool = False) -> TicketPayload:
    """Take the conversation to another ticket, to which this one forwards from now on; it is closed."""
    require(actor, "mergeTicket")
    require_another(ticket_id, into_id)
    tickets = lock_tickets(actor, [ticket_id, into_id])
    if ticket_id not in tickets:
        raise TicketNotFound
    if into_id not in tickets:
        raise ValidationFailed.of("intoId", "There is no such ticket.", "unknown_ticket")
    source, target = tickets[ticket_id], tickets[into_id]
    require_mergeable(
        source_forwards=source.merged_into_id is not None,
        target_forwards=target.merged_into_id is not None,
        same_requester=source.requester_id == target.requester_id,
        is_confirmed=is_confirmed,
    )
    move = _take(MoveKind.MERGE, source, target)
    move.before = {
        "status": source.status,
        "doneAt": source.done_at and source.done_at.isoformat(),
        "targetActivityAt": target.last_activity_at.isoformat(),
    }
    move.save(force_insert=True)
    changes = _forward(source, target)
    if source.last_activity_at > target.last_activity_at:
        target.last_activity_at = source.last_activity_at
        target.save(update_fields=["last_activity_at"])
    _tell(actor, TicketMerged, move, source, target, changes)
    return ticket_payload(source)


def unmerge_ticket(actor: Person, ticket_id: UUID) -> TicketPayload:
    """Take back what a merge took along, within a day. What was said since on the other ticket stays there."""
    require(actor, "unmergeTicket")
    into_id = get_bare_ticket(actor, ticket_id).merged_into_id
    tickets = lock_tickets(actor, [ticket_id, into_id] if into_id else [ticket_id])
    source = tickets.get(ticket_id)
    target = tickets.get(into_id) if into_id else None
    move = get_living_merge(ticket_id)
    if source is None or target is None or move is None or source.merged_into_id != target.id:
        raise NotMerged
    require_undoable(merged_at=move.created_at, moment=now(), target_forwards=target.merged_into_id is not None)
    _give_back(move)
    changes = _restore(move, source, target)
    move.undone_at = now()
    move.save(update_fields=["undone_at"])
    _tell(actor, TicketUnmerged, move, source, target, changes)
    return ticket_payload(source)


def split_ticket(actor: Person, ticket_id: UUID, *, comment_ids: Collection[UUID], title: str) -> TicketPayload:
    """These comments, with their files, become a ticket of their own of the same requester; notes stay notes."""
    require(actor, "splitTicket")
    source = lock_ticket(actor, ticket_id)
    if source.merged_into_id is not None:
        raise TicketIsMerged.of(source)
    wanted = set(comment_ids)
    if Comment.objects.filter(ticket=source, id__in=wanted).count() != len(wanted):
        raise ValidationFailed.of("commentIds", "Name comments of this ticket.", "unknown_comment")
    fields = {"title": title, "requester_id": source.requester_id, "team_id": source.team_id, "tags": source.tags}
    if source.team is not None and not source.team.is_active:
        del fields["team_id"]
    made = create_ticket(actor, fields=fields | {"priority": source.priority_word()})
    target = lock_ticket(actor, made.id)
    move = _take(MoveKind.SPLIT, source, target, comment_ids=wanted)
    move.save(force_insert=True)
    relate_locked(actor, RelationKind.LINK, source, target)
    _tell(actor, TicketSplit, move, source, target, {})
    return ticket_payload(target)


def _take(kind: MoveKind, source: Ticket, target: Ticket, *, comment_ids: Collection[UUID] | None = None) -> TicketMove:
    """Everything that was said, or these comments; and the files that belong to it."""
    comments = Comment.objects.filter(ticket=source)
    files = Attachment.objects.filter(ticket=source)
    if comment_ids is not None:
        comments, files = comments.filter(id__in=comment_ids), files.filter(comment__in=comment_ids)
    move = TicketMove(
        kind=kind.value,
        source_id=source.id,
        target_id=target.id,
        comment_ids=list(comments.order_by("created_at", "id").values_list("id", flat=True)),
        attachment_ids=list(files.order_by("created_at", "id").values_list("id", flat=True)),
    )
    _put(move, on=target.id, off=source.id)
    return move


def _give_back(move: TicketMove) -> None:
    """What still stands where the merge took it."""
    _put(move, on=move.source_id, off=move.target_id)


def _put(move: TicketMove, *, on: UUID, off: UUID) -> None:
    Comment.objects.filter(id__in=move.comment_ids, ticket_id=off).update(ticket_id=on)
    files = Attachment.objects.filter(id__in=move.attachment_ids, ticket_id=off)
    move_objects(list(files.values_list("key", flat=True)), ticket_id=on)
    files.update(ticket_id=on)


def _forward(source: Ticket, target: Ticket) -> dict[str, tuple[Any, Any]]:
    moment = now()
    changes: dict[str, tuple[Any, Any]] = {"mergedIntoId": (None, str(target.id))}
    if source.status != TicketStatus.CLOSED:
        changes["status"] = (source.status, TicketStatus.CLOSED.value)
    source.status, source.merged_into_id = TicketStatus.CLOSED.value, target.id
    source.done_at = source.done_at or moment
    source.version, source.updated_at = source.version + 1, moment
    source.save(update_fields=["status", "merged_into", "done_at", "version", "updated_at"])
    return changes


def _restore(move: TicketMove, source: Ticket, target: Ticket) -> dict[str, tuple[Any, Any]]:
    status, done_at = move.before["status"], move.before["doneAt"]
    changes: dict[str, tuple[Any, Any]] = {"mergedIntoId": (str(target.id), None)}
    if source.status != status:
        changes["status"] = (source.status, status)
    source.status, source.merged_into_id = status, None
    source.done_at = datetime.fromisoformat(done_at) if done_at else None
    source.version, source.updated_at = source.version + 1, now()
    source.save(update_fields=["status", "merged_into", "done_at", "version", "updated_at"])
    if target.last_activity_at == source.last_activity_at:
        target.last_activity_at = datetime.fromisoformat(move.before["targetActivityAt"])
        target.save(update_fields=["last_activity_at"])
    return changes


def _tell(
    actor: Person, event: _Move, move: TicketMove, source: Ticket, target: Ticket, changes: dict[str, tuple[Any, Any]]
) -> None:
    # Requesters are told how many, too: of notes they know nothing.
    replies = Comment.objects.filter(id__in=move.comment_ids, is_internal=False).count()
    for ticket, other in ((source, target), (target, source)):
        record(
            actor,
            event(
                ticket=ticket_payload(ticket),
                other_ticket=OtherTicket(id=other.id, number=other.number),
                is_source=ticket is source,
                comments=replies,
                changes=changes if ticket is source else {},
            ),
        )
