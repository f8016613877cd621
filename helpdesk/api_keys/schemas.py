"""What the endpoints about API keys take and give."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from helpdesk.events.payloads import ApiKeyPayload
from helpdesk.paging import PageMeta, PageQuery
from helpdesk.shapes import Input, Moment, Seen, Shape

KeyName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), Seen]
Scopes = Annotated[
    list[Annotated[str, StringConstraints(strip_whitespace=True, max_length=50)]], Field(min_length=1, max_length=50)
]


class ApiKeyListQuery(PageQuery):
    """One's own; admins see everybody's with `all=true`, somebody's with `userId`."""

    all: bool = False
    user_id: UUID | None = None


class CreateApiKey(Input):
    """`scopes`: some of one's role's, as `/auth/me` lists them. Without `expiresAt` it is good until it is revoked."""

    name: KeyName
    scopes: Scopes
    expires_at: Moment | None = None


class ChangeApiKey(Input):
    """The fields to change; those left out stay."""

    name: KeyName = ""
    scopes: Scopes = Field(default_factory=list)


class CreatedApiKey(ApiKeyPayload):
    """`token` is shown this once."""

    token: str


class ApiKeyList(Shape):
    data: list[ApiKeyPayload]
    meta: PageMeta
