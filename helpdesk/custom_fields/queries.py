"""Reading the fields of a desk: a small table, read once for whatever is done in one entering of the desk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from helpdesk import desk
from helpdesk.custom_fields.models import CustomField
from helpdesk.custom_fields.rules import Fields
from helpdesk.errors import NotFound
from helpdesk.paging import Order, Page, PageQuery, paginate, read_number
from helpdesk.people.models import Person

IN_THEIR_ORDER = Order("position", F("position"), lambda field: field.position, read_number)
_MEMO, _NAMES = "custom_fields", "names in custom fields"


class CustomFieldNotFound(NotFound):
    """There is no such field, or you may not see it."""


def known_fields() -> Fields:
    """What this desk has defined, as the rules know it."""
    memo = desk.memo()
    found = memo.get(_MEMO)
    if not isinstance(found, Fields):
        rows = CustomField.objects.order_by("position", "id")
        found = memo[_MEMO] = Fields([field.as_rule() for field in rows])
    return found


def forget_known_fields() -> None:
    """They have changed: the next look reads them anew."""
    desk.memo().pop(_MEMO, None)


def hidden_keys(*held: Mapping[str, Any]) -> list[str]:
    """Of the keys that stand here, those that requesters do not get. Asks nothing where none stand here."""
    keys = {key for one in held for key in one}
    return sorted(keys & known_fields().hidden) if keys else []


def fields_visible_to(person: Person) -> QuerySet[CustomField]:
    """All for staff; for requesters those in use that are shown to them."""
    fields = CustomField.objects.all()
    return fields if person.is_staff else fields.filter(is_shown=True, is_archived=False)


def list_fields(person: Person, query: PageQuery) -> Page[CustomField]:
    """One page, in their order."""
    return paginate(fields_visible_to(person), query, IN_THEIR_ORDER)


def get_field(person: Person, field_id: UUID, *, lock: bool = False) -> CustomField:
    """The field, or CustomFieldNotFound."""
    fields = fields_visible_to(person).filter(id=field_id)
    field = (fields.select_for_update() if lock else fields).first()
    if field is None:
        raise CustomFieldNotFound
    return field


def unknown_people(ids: Iterable[str]) -> set[str]:
    """Of these ids, those of nobody active."""
    wanted = set(ids)
    there = Person.objects.filter(id__in=wanted, is_active=True).values_list("id", flat=True) if wanted else ()
    return wanted - {str(id_) for id_ in there}


def name_of(person_id: str) -> str:
    """What the person of a field is called; looked up once. The id where there is nobody."""
    names = desk.memo().setdefault(_NAMES, {})
    assert isinstance(names, dict)  # noqa: S101  for the type checker
    if person_id not in names:
        try:
            person = Person.objects.filter(id=UUID(person_id)).first()
        except ValueError:
            person = None
        names[person_id] = person.name if person else person_id
    return str(names[person_id])
