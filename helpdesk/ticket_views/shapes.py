"""A view as its payload."""

from __future__ import annotations

from helpdesk.events.payloads import ViewPayload
from helpdesk.ticket_views.models import TicketView
from helpdesk.vocabulary import ViewVisibility


def view_payload(view: TicketView) -> ViewPayload:
    """The row's columns as the API names them."""
    return ViewPayload(
        id=view.id,
        name=view.name,
        filter=view.filter,
        sort_by=view.sort_by,
        sort_order=view.sort_order,
        columns=view.columns,
        visibility=ViewVisibility(view.visibility),
        team_id=view.team_id,
        owner_id=view.owner_id,
        position=view.position,
        version=view.version,
        created_at=view.created_at,
        updated_at=view.updated_at,
    )
