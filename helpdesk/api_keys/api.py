"""`/api-keys`: keys with which programs act for somebody."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from ninja import Body, Query, Router

from helpdesk.answers import answer, no_content
from helpdesk.api_keys import actions, queries
from helpdesk.api_keys.schemas import ApiKeyList, ApiKeyListQuery, ChangeApiKey, CreateApiKey, CreatedApiKey
from helpdesk.api_keys.shapes import api_key_payload
from helpdesk.events.payloads import ApiKeyPayload
from helpdesk.people.requests import PersonRequest

router = Router()


@router.get("", operation_id="listApiKeys", response=ApiKeyList, summary="List API keys")
def list_api_keys(request: PersonRequest, query: Query[ApiKeyListQuery]) -> HttpResponse:
    """Newest first, without their text; revoked ones are gone."""
    page = queries.list_keys(request.auth, query)
    rows = [api_key_payload(key).model_dump(mode="json", by_alias=True) for key in page.rows]
    return answer({"data": rows, "meta": page.meta})


@router.post("", operation_id="createApiKey", response={201: CreatedApiKey}, summary="Make an API key")
def create_api_key(request: PersonRequest, body: Body[CreateApiKey]) -> HttpResponse:
    """It acts for whoever made it. `token` is shown this once: send it as `Authorization: Bearer hk_…`."""
    key, token = actions.create_key(request.auth, name=body.name, scopes=body.scopes, expires_at=body.expires_at)
    return answer(api_key_payload(key).model_dump(mode="json", by_alias=True) | {"token": token}, status=201)


@router.patch("/{key_id}", operation_id="patchApiKey", response=ApiKeyPayload, summary="Change an API key")
def patch_api_key(request: PersonRequest, key_id: UUID, body: Body[ChangeApiKey]) -> HttpResponse:
    """One's own: its name and scopes."""
    return answer(api_key_payload(actions.change_key(request.auth, key_id, fields=body.given())))


@router.delete("/{key_id}", operation_id="deleteApiKey", response={204: None}, summary="Revoke an API key")
def delete_api_key(request: PersonRequest, key_id: UUID) -> HttpResponse:
    """One's own; admins anybody's. At once, on open sockets too."""
    actions.revoke_key(request.auth, key_id)
    return no_content()
