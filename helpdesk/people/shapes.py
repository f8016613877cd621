"""People as the API shows them."""

from __future__ import annotations

from uuid import UUID

from helpdesk.events.payloads import PersonPayload, UserPayload
from helpdesk.people.models import Person
from helpdesk.people.tokens import ROLE_CLAIMS
from helpdesk.permissions import scopes_of
from helpdesk.vocabulary import Role


def person_payload(person: Person) -> PersonPayload:
    """Somebody as an author, requester or assignee."""
    return PersonPayload(
        id=person.id,
        email=person.email,
        first_name=person.first_name,
        last_name=person.last_name,
        name=person.name,
    )


def user_payload(person: Person, *, tenant_id: UUID) -> UserPayload:
    """Somebody as `/auth/me` and administration show them."""
    role = Role(person.role)
    return UserPayload(
        id=person.id,
        email=person.email,
        first_name=person.first_name,
        last_name=person.last_name,
        name=person.name,
        role=role.value,
        roles=[ROLE_CLAIMS[role]],
        scopes=list(scopes_of(role)),
        tenant_id=tenant_id,
        enabled=person.is_active,
        is_active=person.is_active,
        email_confirmed=person.email_confirmed_at is not None,
        invited_at=person.invited_at,
        away_since=person.away_since,
        created_at=person.created_at,
        updated_at=person.updated_at,
    )
