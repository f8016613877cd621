"""What is done to people and their sessions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
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
from helpdesk.people.queries import count_other_admins, lock_person
from helpdesk.people.rules import require_an_admin_left, stays_admin
from helpdesk.people.shapes import user_payload
from helpdesk.permissions import require
from helpdesk.shapes import to_json_name
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


def change_person(actor: Person, person_id: UUID, *, fields: Mapping[str, Any]) -> Person:
    """Set the given fields of somebody. Whoever may no longer sign in is signed out everywhere, at once."""
    require(actor, "updateUser")
    return _change(actor, lock_person(actor, person_id), fields)


def change_profile(actor: Person, *, fields: Mapping[str, Any]) -> Person:
    """Set one's own name."""
    require(actor, "updateProfile")
    return _change(actor, lock_person(actor, actor.id), fields)


def sign_out_everywhere(actor: Person, person_id: UUID) -> None:
    """End every session of somebody; one's own, or as an admin anybody's."""
    require(actor, "signOutEverywhere" if actor.id == person_id else "signOutUser")
    person = lock_person(actor, person_id)
    end_sessions(person)
    record(actor, catalogue.UserSignedOut(user_id=person.id))


def set_password(person: Person, password_hash: str, *, kept: UUID | None = None) -> None:
    """A new password; every session but `kept` ends. The caller has made sure who asks, and hashed before."""
    Person.objects.filter(id=person.id).update(password_hash=password_hash, updated_at=now())
    end_sessions(person, kept=kept)
    record(person, catalogue.UserSignedOut(user_id=person.id))


def end_sessions(person: Person, *, kept: UUID | None = None) -> None:
    """Sign somebody out everywhere, but for the session that is kept."""
    sessions = Session.objects.filter(person=person).exclude(id=kept)
    for digest in sessions.values_list("refresh_sha256", flat=True):
        directory.forget(bytes(digest))
    sessions.delete()


def _change(actor: Person, person: Person, fields: Mapping[str, Any]) -> Person:
    before = {name: getattr(person, name) for name in fields}
    changes = {to_json_name(name): (before[name], value) for name, value in fields.items() if before[name] != value}
    if not changes:
        return person
    was = stays_admin(role=Role(person.role), is_active=person.is_active)
    for name, value in fields.items():
        setattr(person, name, value)
    will_be = stays_admin(role=Role(person.role), is_active=person.is_active)
    require_an_admin_left(was=was, will_be=will_be, others=count_other_admins(person))
    person.updated_at = now()
    _save(person)
    if "email" in changes:
        directory.forget(directory.digest(before["email"]))
        directory.remember(directory.digest(person.email))
    if not person.is_active:
        end_sessions(person)
    record(actor, catalogue.UserUpdated(user=user_payload(person, tenant_id=desk.current().id), changes=changes))
    return person


def _save(person: Person) -> None:
    try:
        with transaction.atomic():
            person.save(force_update=True)
    except IntegrityError as error:
        raise EmailTaken from error


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
