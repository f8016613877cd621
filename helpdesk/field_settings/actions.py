"""What admins do to the fields of tickets. What tickets hold is never lost by it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max, Q

from helpdesk.clock import now
from helpdesk.custom_fields.models import CustomField
from helpdesk.custom_fields.queries import forget_known_fields, get_field, unknown_people
from helpdesk.custom_fields.shapes import field_json, field_payload
from helpdesk.errors import ValidationFailed
from helpdesk.events import field_events
from helpdesk.events.log import record
from helpdesk.field_settings.rules import (
    MOST_FIELDS,
    FieldInUse,
    FieldKeyTaken,
    TooManyFields,
    default_of,
    require_replaceable,
    require_whole,
)
from helpdesk.people.models import Person
from helpdesk.permissions import require
from helpdesk.shapes import same_json, to_json_name
from helpdesk.sweeps.actions import begin_sweep
from helpdesk.sweeps.rules import OptionsReplaced
from helpdesk.tickets.models import Ticket
from helpdesk.versions import require_match
from helpdesk.vocabulary import FieldType

MOST_COUNTED = 10_000


def create_field(actor: Person, *, fields: Mapping[str, Any]) -> CustomField:
    """A new field. `fields` by Python name, with every field there is."""
    require(actor, "createCustomField")
    if CustomField.objects.count() >= MOST_FIELDS:
        raise TooManyFields
    columns = _columns_of(fields)
    if columns["position"] is None:
        columns["position"] = (CustomField.objects.aggregate(last=Max("position"))["last"] or 0) + 1
    moment = now()
    field = CustomField(**columns, created_at=moment, updated_at=moment)
    _require_right(field)
    try:
        with transaction.atomic():
            field.save(force_insert=True)
    except IntegrityError:
        raise FieldKeyTaken from None
    forget_known_fields()
    record(actor, field_events.CustomFieldCreated(custom_field=field_payload(field)))
    return field


def change_field(
    actor: Person, field_id: UUID, *, fields: Mapping[str, Any], if_match: str | None = None
) -> CustomField:
    """Set the given columns. Options that tickets have go only with `replace`; tickets and views follow."""
    require(actor, "updateCustomField")
    field = get_field(actor, field_id, lock=True)
    require_match(if_match, field.version, lambda: field_json(field))
    wanted = _columns_of(fields)
    replace = wanted.pop("replace", {})
    before = {to_json_name(name): getattr(field, name) for name in wanted}
    gone = {option["value"] for option in field.options}
    for name, value in wanted.items():
        setattr(field, name, value)
    _require_right(field)
    gone -= {option["value"] for option in field.options}
    require_replaceable(field.as_rule(), gone, replace, _count_used(field, gone))
    after = {to_json_name(name): getattr(field, name) for name in wanted}
    changes = {
        name: (before[name], after[name]) for name in after if not same_json({"": before[name]}, {"": after[name]})
    }
    if not changes:
        return field
    field.version, field.updated_at = field.version + 1, now()
    field.save(force_update=True)
    forget_known_fields()
    record(
        actor,
        field_events.CustomFieldUpdated(custom_field=field_payload(field), changes=changes, replaced=replace),
    )
    if replace:
        begin_sweep(actor, OptionsReplaced(field.key, replace))
    return field


def delete_field(actor: Person, field_id: UUID, *, if_match: str | None = None) -> None:
    """Take away a field that no ticket holds a value of."""
    require(actor, "deleteCustomField")
    field = get_field(actor, field_id, lock=True)
    require_match(if_match, field.version, lambda: field_json(field))
    if count := Ticket.objects.filter(custom_fields__has_key=field.key).order_by()[: MOST_COUNTED + 1].count():
        raise FieldInUse(data={"count": min(count, MOST_COUNTED), "isCapped": count > MOST_COUNTED})
    event = field_events.CustomFieldDeleted(custom_field_id=field.id, key=field.key, label=field.label)
    field.delete()
    forget_known_fields()
    record(actor, event)


def _columns_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    columns = dict(fields)
    if "options" in columns:
        columns["options"] = [option.model_dump() for option in columns["options"]]
    for name in ("type", "required"):
        if name in columns:
            columns[name] = columns[name].value
    return columns


def _require_right(field: CustomField) -> None:
    rule = field.as_rule()
    require_whole(rule)
    default: Any = default_of(rule)
    if rule.type is FieldType.USER and default is not None and unknown_people([default]):
        raise ValidationFailed.of("default", "There is no such active person.", "unknown_person")
    field.default = default


def _count_used(field: CustomField, options: Collection[str]) -> dict[str, int]:
    """How many tickets have each of these options; those that none has are left out. Counted up to 10,000."""
    found: dict[str, int] = {}
    for option in sorted(options):
        has = Q(custom_fields__contains={field.key: option}) | Q(custom_fields__contains={field.key: [option]})
        if count := Ticket.objects.filter(has).order_by()[:MOST_COUNTED].count():
            found[option] = count
    return found
