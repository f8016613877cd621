"""What the endpoints of shared things have in common."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, StrictBool, StringConstraints

from helpdesk.paging import PageQuery
from helpdesk.shapes import Input, Seen, lower_word
from helpdesk.vocabulary import ViewVisibility

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), Seen]
Description = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Me = Annotated[Literal["me"], BeforeValidator(lower_word)]
AnyVisibility = Annotated[ViewVisibility, BeforeValidator(lower_word)]


class CreateShared(Input):
    """One's own unless it says more."""

    name: Name
    description: Description = ""
    visibility: AnyVisibility = ViewVisibility.PRIVATE
    team_id: UUID | None = None

    def everything(self) -> dict[str, Any]:
        """Every field, by Python name."""
        return {name: getattr(self, name) for name in type(self).model_fields}


class ChangeShared(Input):
    """The fields to change; those left out stay. What is no team's any more forgets its `teamId`."""

    name: Name = ""
    description: Description = ""
    visibility: AnyVisibility = ViewVisibility.PRIVATE
    team_id: UUID | None = None
    is_archived: StrictBool = False


class SharedListQuery(PageQuery):
    """By name, by default up to 100. `isArchived`: only those that are, or are not."""

    limit: int = Field(100, ge=1, le=100)
    is_archived: bool | None = None
