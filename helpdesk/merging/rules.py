"""Which tickets may be merged, for how long that can be undone, and what may be split off. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from helpdesk.errors import Conflict, ValidationFailed

UNDONE_WITHIN = timedelta(days=1)
MOST_SPLIT = 200
"""Comments that are split off at once."""


class AlreadyMerged(Conflict):
    """This ticket was merged already: undo that first."""

    reason = "already_merged"


class TargetMerged(Conflict):
    """The other ticket was merged itself: merge into the one that it forwards to."""

    reason = "target_merged"


class OtherRequester(Conflict):
    """They have different requesters: confirm that the other's may read what was said here."""

    reason = "other_requester"


class NotMerged(Conflict):
    """This ticket is not merged."""

    reason = "not_merged"


class MergedFurther(Conflict):
    """The ticket that it was merged into was merged itself since: undo that first."""

    reason = "merged_further"


class TooLate(Conflict):
    """A merge can be undone for a day."""

    reason = "too_late"


def require_another(source_id: UUID, target_id: UUID) -> None:
    """Nothing is merged into itself."""
    if source_id == target_id:
        raise ValidationFailed.of("intoId", "Name another ticket.", "same_ticket")


def require_mergeable(
    *, source_forwards: bool, target_forwards: bool, same_requester: bool, is_confirmed: bool
) -> None:
    """Only tickets that forward nowhere are merged: so what forwards never leads in a circle."""
    if source_forwards:
        raise AlreadyMerged
    if target_forwards:
        raise TargetMerged
    if not (same_requester or is_confirmed):
        raise OtherRequester


def require_undoable(*, merged_at: datetime, moment: datetime, target_forwards: bool) -> None:
    """Within a day, and the newest merge first."""
    if moment - merged_at > UNDONE_WITHIN:
        raise TooLate
    if target_forwards:
        raise MergedFurther
