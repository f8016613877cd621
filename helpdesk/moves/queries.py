"""Reading where something stood before it was taken elsewhere, and what was merged."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from helpdesk.moves.models import TicketMove
from helpdesk.vocabulary import MoveKind


def places_of_comment(comment_id: UUID, *, now_on: UUID) -> set[UUID]:
    """Every ticket on whose timeline the log may tell of the comment."""
    return {now_on, *_ends(TicketMove.objects.filter(comment_ids__contains=[comment_id]))}


def places_of_attachment(attachment_id: UUID, *, now_on: UUID) -> set[UUID]:
    """The same of a file."""
    return {now_on, *_ends(TicketMove.objects.filter(attachment_ids__contains=[attachment_id]))}


def stood_on(attachment_id: UUID, ticket_id: UUID) -> bool:
    """Was the file ever on this ticket? Its old address leads to it still."""
    moves = TicketMove.objects.filter(attachment_ids__contains=[attachment_id])
    return moves.filter(Q(source_id=ticket_id) | Q(target_id=ticket_id)).exists()


def get_living_merge(source_id: UUID) -> TicketMove | None:
    """The merge that made this ticket forward, if it does."""
    merges = TicketMove.objects.filter(kind=MoveKind.MERGE.value, source_id=source_id, undone_at=None)
    return merges.order_by("-created_at").first()


def list_living_merges(target_id: UUID) -> list[TicketMove]:
    """What was merged into this ticket, the oldest first."""
    merges = TicketMove.objects.filter(kind=MoveKind.MERGE.value, target_id=target_id, undone_at=None)
    return list(merges.order_by("created_at", "id"))


def _ends(moves: Iterable[TicketMove]) -> set[UUID]:
    return {id_ for move in moves for id_ in (move.source_id, move.target_id)}
