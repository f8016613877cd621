"""People, as the original service had them."""

from __future__ import annotations

from collections.abc import Sequence

from helpdesk import desk
from helpdesk.events import catalogue
from helpdesk.events.log import record_past
from helpdesk.importing.rules.people import NewPerson
from helpdesk.importing.rules.values import made_id
from helpdesk.people import directory
from helpdesk.people.actions import index_people
from helpdesk.people.models import Person
from helpdesk.people.shapes import user_payload


def take_people(found: Sequence[NewPerson]) -> None:
    """Make them, with the passwords that they have. Whoever has none is invited by an admin when they are needed."""
    people = [
        Person(
            id=one.id,
            email=one.email,
            first_name=one.first_name,
            last_name=one.last_name,
            role=one.role,
            password_hash=one.password_hash,
            is_active=one.is_active,
            created_at=one.created_at,
            updated_at=one.updated_at,
        )
        for one in found
    ]
    Person.objects.bulk_create(people)
    index_people(people)
    directory.remember_all({directory.digest(person.email) for person in people})
    for person, one in zip(people, found, strict=True):
        event = catalogue.UserCreated(user=user_payload(person, tenant_id=desk.current().id))
        record_past(person, event, event_id=made_id(one.source_id, "user.created"), at=person.created_at)
