"""The events of saved views: told to those who may see them, or could."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from helpdesk.events.payloads import Changes, ViewPayload
from helpdesk.shapes import Shape
from helpdesk.vocabulary import ViewVisibility


class ViewCreated(Shape):
    """Told to those who may see it from now on, who could not before."""

    type: Literal["view.created"] = "view.created"
    view: ViewPayload
    people: list[UUID]
    """Its owner, and the members of its team."""


class ViewUpdated(Shape):
    type: Literal["view.updated"] = "view.updated"
    view: ViewPayload
    people: list[UUID]
    changes: Changes


class ViewDeleted(Shape):
    """Told to those who could see it: it is gone, or not theirs to see any more."""

    type: Literal["view.deleted"] = "view.deleted"
    view_id: UUID
    name: str
    visibility: ViewVisibility
    people: list[UUID]


ViewChange = ViewCreated | ViewUpdated | ViewDeleted
