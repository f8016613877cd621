"""What is done to people and their sessions."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction

from helpdesk import desk
from helpdesk.clock import now
from helpdesk.errors import Conflict
from helpdesk.events import catalogue
from helpdesk.events.log import Actor, record
from helpdesk.people import directory
from helpdesk.people.models import Person, Session
from helpdesk.people.shapes import user_payload
from helpdesk.vocabulary import Role


class EmailTaken(Conflict):
    """Somebody is registered with this address already."""

    reason = "email_taken"


def create_person(
    actor: Actor | None, *, email: str, first_name: str, last_name: str, password_hash: str, role: Role
) -> Person:
    """A new person of this tenant; raises EmailTaken. The actor of a registration is the person alone (None)."""
    person = Person(
        email=email.lower(), first_name=first_name, last_name=last_name, password_hash=password_hash, role=role.value
    )
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError as error:
        raise EmailTaken from error
    directory.remember(directory.digest(person.email))
    record(actor or person, catalogue.UserCreated(user=user_payload(person, tenant_id=desk.current().id)))
    return person


def start_session(person: Person) -> tuple[UUID, str]:
    """Sign somebody in: the session's id, and the refresh token, which is stored only as its sha256."""
    refresh_token = str(uuid4())
    digest = directory.digest(refresh_token)
    expires_at = now() + timedelta(days=settings.HUB_REFRESH_TOKEN_DAYS)
    session = Session.objects.create(person=person, refresh_sha256=digest, expires_at=expires_at)
    directory.remember(digest)
    return session.id, refresh_token


def end_session(session_id: UUID) -> None:
    """Sign out: the session's tokens are worth nothing from now on."""
    session = Session.objects.filter(id=session_id).first()
    if session is not None:
        directory.forget(bytes(session.refresh_sha256))
        session.delete()


def forget_expired_sessions() -> int:
    """Remove sessions whose refresh token has expired; says how many."""
    expired = Session.objects.filter(expires_at__lte=now())
    digests = [bytes(digest) for digest in expired.values_list("refresh_sha256", flat=True)]
    for digest in digests:
        directory.forget(digest)
    expired.delete()
    return len(digests)
