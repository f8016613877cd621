"""The events of what tickets are described with: custom fields and tags. Staff are told of them."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from helpdesk.events.payloads import Changes
from helpdesk.shapes import Moment, Shape
from helpdesk.vocabulary import FieldRequired, FieldType


class FieldOption(Shape):
    """`value` stands in tickets and filters, `label` is what people read."""

    value: str
    label: str


class CustomFieldPayload(Shape):
    """A field that tickets have. `isShown`: requesters get it; `isEditable`: they may fill it in."""

    id: UUID
    key: str
    label: str
    description: str
    type: FieldType
    options: list[FieldOption]
    required: FieldRequired
    default: Any
    is_shown: bool
    is_editable: bool
    is_archived: bool
    position: int
    version: int
    created_at: Moment
    updated_at: Moment


class CustomFieldCreated(Shape):
    type: Literal["custom_field.created"] = "custom_field.created"
    custom_field: CustomFieldPayload


class CustomFieldUpdated(Shape):
    type: Literal["custom_field.updated"] = "custom_field.updated"
    custom_field: CustomFieldPayload
    changes: Changes
    replaced: dict[str, str | None]
    """Options that are gone, and what stands in their place; null: nothing does."""


class CustomFieldDeleted(Shape):
    type: Literal["custom_field.deleted"] = "custom_field.deleted"
    custom_field_id: UUID
    key: str
    label: str


class TagsRenamed(Shape):
    """Several tags become one, on every ticket; each ticket tells of its own change as well."""

    type: Literal["tag.renamed"] = "tag.renamed"
    tags: list[str]
    to: str


FieldEvent = CustomFieldCreated | CustomFieldUpdated | CustomFieldDeleted | TagsRenamed
