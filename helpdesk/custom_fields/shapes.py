"""A field as its payload."""

from __future__ import annotations

from typing import Any

from helpdesk.custom_fields.models import CustomField
from helpdesk.events.field_events import CustomFieldPayload, FieldOption
from helpdesk.vocabulary import FieldRequired, FieldType


def field_payload(field: CustomField) -> CustomFieldPayload:
    """The row's columns as the API names them."""
    return CustomFieldPayload(
        id=field.id,
        key=field.key,
        label=field.label,
        description=field.description,
        type=FieldType(field.type),
        options=[FieldOption(**option) for option in field.options],
        required=FieldRequired(field.required),
        default=field.default,
        is_shown=field.is_shown,
        is_editable=field.is_editable,
        is_archived=field.is_archived,
        position=field.position,
        version=field.version,
        created_at=field.created_at,
        updated_at=field.updated_at,
    )


def field_json(field: CustomField) -> dict[str, Any]:
    """As JSON."""
    return field_payload(field).model_dump(mode="json", by_alias=True)
