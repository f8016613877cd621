"""Who may share and who may change a view. Pure."""

from __future__ import annotations

from uuid import UUID

from helpdesk.errors import FieldForbidden, Forbidden, ValidationFailed
from helpdesk.vocabulary import Role, ViewVisibility


class NotYourView(Forbidden):
    """A view is changed by its owner; a shared one by admins, and what all see by admins alone."""

    reason = "not_owner"


def require_editable(role: Role, visibility: ViewVisibility, *, own: bool) -> None:
    """One's own, and as an admin any that is shared. What everybody sees is the admins' to change."""
    is_shared = visibility is not ViewVisibility.PRIVATE
    if (role is Role.ADMIN and (own or is_shared)) or (own and visibility is not ViewVisibility.ALL):
        return
    raise NotYourView


def require_shareable(role: Role, visibility: ViewVisibility, *, team_id: UUID | None, in_team: bool) -> None:
    """Agents share with teams that they are in, admins with any team and with all."""
    if visibility is ViewVisibility.TEAM and team_id is None:
        raise ValidationFailed.of("teamId", "A view for a team names the team.", "missing")
    if visibility is not ViewVisibility.TEAM and team_id is not None:
        raise ValidationFailed.of("teamId", "Only a view for a team names one.", "not_a_team_view")
    if role is Role.ADMIN:
        return
    if visibility is ViewVisibility.ALL:
        raise FieldForbidden.of(["visibility"])
    if visibility is ViewVisibility.TEAM and not in_team:
        raise FieldForbidden.of(["teamId"])
