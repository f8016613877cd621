"""Writing what is found anew, a little at a time, while others write too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from helpdesk.comments.actions import index_comments
from helpdesk.comments.models import Comment
from helpdesk.people.actions import index_people
from helpdesk.people.models import Person
from helpdesk.tickets.actions import index_tickets
from helpdesk.tickets.models import Ticket

BATCH = 500
_KINDS: dict[str, tuple[Any, Callable[[list[Any]], None]]] = {
    "people": (Person, index_people),
    "tickets": (Ticket, index_tickets),
    "comments": (Comment, index_comments),
}
KINDS = tuple(_KINDS)


def rebuild_some(kind: str, *, after: UUID | None) -> tuple[UUID | None, int]:
    """The next rows of this kind, in the order of their ids: the last id and how many; None and 0 at the end.

    The rows are locked meanwhile: what is written to them then is written to their words as well.
    """
    model, index = _KINDS[kind]
    rows = model.objects.select_for_update(no_key=True).order_by("id")
    some = list((rows.filter(id__gt=after) if after else rows)[:BATCH])
    if not some:
        return None, 0
    index(some)
    return some[-1].id, len(some)
