"""`/custom-fields`: what tickets hold besides what every ticket has."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from ninja import Body, Query, Router

from helpdesk.answers import answer, no_content
from helpdesk.custom_fields import queries
from helpdesk.custom_fields.shapes import field_json, field_payload
from helpdesk.events.field_events import CustomFieldPayload
from helpdesk.field_settings import actions
from helpdesk.field_settings.schemas import (
    ChangeCustomField,
    CreateCustomField,
    CustomFieldList,
    CustomFieldListQuery,
)
from helpdesk.people.requests import PersonRequest

router = Router()


@router.get("", operation_id="listCustomFields", response=CustomFieldList, summary="List custom fields")
def list_fields(request: PersonRequest, query: Query[CustomFieldListQuery]) -> HttpResponse:
    """In their order; requesters get those that are in use and shown to them."""
    page = queries.list_fields(request.auth, query)
    return answer({"data": [field_json(field) for field in page.rows], "meta": page.meta})


@router.post("", operation_id="createCustomField", response={201: CustomFieldPayload}, summary="Define a custom field")
def create_field(request: PersonRequest, body: Body[CreateCustomField]) -> HttpResponse:
    """Tickets that hold something under its key already keep it as it is."""
    field = actions.create_field(request.auth, fields=body.everything())
    return answer(field_payload(field), status=201, version=field.version)


@router.get("/{field_id}", operation_id="getCustomField", response=CustomFieldPayload, summary="One custom field")
def get_field(request: PersonRequest, field_id: UUID) -> HttpResponse:
    """Tickets hold its value in `customFields`, under its key."""
    field = queries.get_field(request.auth, field_id)
    return answer(field_payload(field), version=field.version)


@router.put(
    "/{field_id}", operation_id="updateCustomField", response=CustomFieldPayload, summary="Change a custom field"
)
def update_field(request: PersonRequest, field_id: UUID, body: Body[ChangeCustomField]) -> HttpResponse:
    """409 `options_in_use` with `data.counts` where tickets have an option that would go and `replace` is silent."""
    if_match = request.headers.get("If-Match")
    field = actions.change_field(request.auth, field_id, fields=body.given(), if_match=if_match)
    return answer(field_payload(field), version=field.version)


router.patch(
    "/{field_id}", operation_id="patchCustomField", response=CustomFieldPayload, summary="Change a custom field"
)(update_field)


@router.delete("/{field_id}", operation_id="deleteCustomField", response={204: None}, summary="Delete a custom field")
def delete_field(request: PersonRequest, field_id: UUID) -> HttpResponse:
    """409 `field_in_use` with `data.count` where tickets hold a value: archive it instead."""
    actions.delete_field(request.auth, field_id, if_match=request.headers.get("If-Match"))
    return no_content()
