"""Saving and removing what is being written. None of it is an event: the log tells what was sent."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import connection, transaction

from helpdesk import desk
from helpdesk.clock import now
from helpdesk.drafts import bell
from helpdesk.drafts.bell import DraftChange
from helpdesk.drafts.models import Draft
from helpdesk.drafts.queries import DraftNotFound, hold_ticket, lock_draft, lock_own_draft, shape_for
from helpdesk.drafts.rules import KEPT_FOR, is_empty, require_may_draft, require_same
from helpdesk.errors import PreconditionFailed
from helpdesk.people.models import Person
from helpdesk.permissions import require
from helpdesk.versions import require_match
from helpdesk.vocabulary import DraftKind, Role


def save_draft(
    actor: Person,
    ticket_id: UUID,
    kind: DraftKind,
    *,
    content: str,
    seen_seq: int | None = None,
    if_match: str | None = None,
) -> Draft | None:
    """Keep what stands there now; without `seen_seq` what the writer had seen stays. Nothing to keep: it is removed."""
    require(actor, "saveDraft")
    hold_ticket(actor, ticket_id)
    require_may_draft(Role(actor.role), kind)
    draft = lock_draft(actor, ticket_id, kind)
    _require_match(actor, draft, if_match)
    if is_empty(content):
        if draft is not None:
            _remove(draft)
        return None
    draft = draft or _begin(actor, ticket_id, kind)
    seen_seq = draft.seen_seq if seen_seq is None else seen_seq
    if (draft.content, draft.seen_seq) != (content, seen_seq):
        draft.content, draft.seen_seq = content, seen_seq
        draft.version, draft.updated_at = _next_version(), now()
        draft.save(force_update=True)
        _tell(draft, draft.version, draft.updated_at)
    return draft


def delete_draft(actor: Person, ticket_id: UUID, kind: DraftKind, *, if_match: str | None = None) -> None:
    """It is not wanted any more."""
    require(actor, "deleteDraft")
    hold_ticket(actor, ticket_id)
    draft = lock_draft(actor, ticket_id, kind)
    _require_match(actor, draft, if_match)
    if draft is None:
        raise DraftNotFound
    _remove(draft)


def remove_sent_draft(actor: Person, draft_id: UUID, *, ticket_id: UUID, kind: DraftKind) -> None:
    """What was drafted has been said, in the same unit of work. A draft that is gone already is fine.

    Somebody else's counts as gone: whether there is one is not told.
    """
    require(actor, "deleteDraft")
    draft = lock_own_draft(actor, draft_id)
    if draft is not None:
        require_same(is_same=(draft.ticket_id, draft.kind) == (ticket_id, kind.value))
        _remove(draft)


def forget_old_drafts() -> int:
    """Remove what nobody has touched for 90 days. Says how many."""
    return Draft.objects.filter(updated_at__lt=now() - KEPT_FOR).delete()[0]


def _begin(actor: Person, ticket_id: UUID, kind: DraftKind) -> Draft:
    """An empty draft, locked: ours, or the one that another device began in the same moment."""
    moment = now()
    new = Draft(
        ticket_id=ticket_id,
        person=actor,
        kind=kind.value,
        content="",
        version=_next_version(),
        created_at=moment,
        updated_at=moment,
    )
    # The other one's is locked by being written as it is: it cannot go before we have it.
    Draft.objects.bulk_create(
        [new], update_conflicts=True, update_fields=["kind"], unique_fields=["ticket", "person", "kind"]
    )
    return Draft.objects.select_for_update().get(ticket_id=ticket_id, person=actor, kind=kind.value)


def _remove(draft: Draft) -> None:
    _tell(draft, None, now())
    draft.delete()


def _require_match(actor: Person, draft: Draft | None, if_match: str | None) -> None:
    """A save that comes after its draft was sent does not bring it back."""
    if draft is not None:
        require_match(if_match, draft.version, lambda: shape_for(actor, draft))
    elif if_match is not None:
        with suppress(PreconditionFailed):
            require_match(if_match, 0, dict)
        raise PreconditionFailed("This draft is gone: it was sent or removed.", data={"current": None})


def _next_version() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('draft_version_seq')")
        return int(cursor.fetchone()[0])


def _tell(draft: Draft, version: int | None, at: datetime) -> None:
    change = DraftChange(
        tenant_id=desk.current().id,
        person_id=draft.person_id,
        ticket_id=draft.ticket_id,
        kind=DraftKind(draft.kind),
        version=version,
        at=at,
    )
    transaction.on_commit(partial(bell.tell, change), robust=True)
