"""Who may share and who may change what is shared. Pure."""

from __future__ import annotations

from uuid import UUID

from helpdesk.errors import Conflict, FieldForbidden, Forbidden, ValidationFailed
from helpdesk.vocabulary import Role, ViewVisibility

MOST_OWN = 200


class NotYours(Forbidden):
    """It is changed by its owner; what is shared by admins too, and what all see by admins alone."""

    reason = "not_owner"


class TooMany(Conflict):
    """Somebody has at most 200 of these of their own."""

    reason = "too_many"


class Archived(Conflict):
    """This is archived: it is used no more."""

    reason = "archived"


def require_editable(role: Role, visibility: ViewVisibility, *, own: bool) -> None:
    """One's own, and as an admin whatever is shared."""
    is_shared = visibility is not ViewVisibility.PRIVATE
    if (role is Role.ADMIN and (own or is_shared)) or (own and visibility is not ViewVisibility.ALL):
        return
    raise NotYours


def require_shareable(role: Role, visibility: ViewVisibility, *, team_id: UUID | None, in_team: bool) -> None:
    """Agents share with teams that they are in, admins with any team and with all."""
    if visibility is ViewVisibility.TEAM and team_id is None:
        raise ValidationFailed.of("teamId", "What is for a team names the team.", "missing")
    if visibility is not ViewVisibility.TEAM and team_id is not None:
        raise ValidationFailed.of("teamId", "Only what is for a team names one.", "not_a_teams")
    if role is Role.ADMIN:
        return
    if visibility is ViewVisibility.ALL:
        raise FieldForbidden.of(["visibility"])
    if visibility is ViewVisibility.TEAM and not in_team:
        raise FieldForbidden.of(["teamId"])
