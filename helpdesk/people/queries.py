"""Reading people and their sessions."""

from __future__ import annotations

from uuid import UUID

from helpdesk.clock import now
from helpdesk.events.rules import Viewer
from helpdesk.people.models import Person, Session
from helpdesk.vocabulary import Role


def get_signed_in(*, person_id: UUID, session_id: UUID) -> Person | None:
    """The person of a token, as the database has them now: None when signed out, deactivated or gone."""
    return (
        Person.objects.filter(id=person_id, is_active=True, sessions__id=session_id, sessions__expires_at__gt=now())
        .only("id", "email", "first_name", "last_name", "role", "is_active", "created_at", "updated_at")
        .first()
    )


def get_person_by_email(email: str) -> Person | None:
    """Whoever has this address, active or not. Addresses are compared lower-case."""
    return Person.objects.filter(email=email.lower()).first()


def get_session(refresh_sha256: bytes) -> Session | None:
    """The unexpired session of a refresh token's sha256, with its active person."""
    return (
        Session.objects.select_related("person")
        .filter(refresh_sha256=refresh_sha256, expires_at__gt=now(), person__is_active=True)
        .first()
    )


def viewer_of(person: Person) -> Viewer:
    """The person as a reader of the log and of shapes."""
    return Viewer(id=person.id, role=Role(person.role))


def list_admins() -> list[Person]:
    """Those who manage this desk."""
    return list(Person.objects.filter(role=Role.ADMIN.value, is_active=True))
