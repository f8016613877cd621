"""What is done to people and their sessions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction

from helpdesk import desk
from helpdesk.clock import now, rfc3339
from helpdesk.errors import Conflict
from helpdesk.events import bell, catalogue
from helpdesk.events.log import Actor, record
from helpdesk.people import directory, links
from helpdesk.people.models import Person, PersonWords, Session
from helpdesk.people.queries import count_other_admins, lock_person
from helpdesk.people.rules import require_an_admin_left, stays_admin
from helpdesk.people.shapes import user_payload
from helpdesk.people.words import person_document
from helpdesk.permissions import require
from helpdesk.shapes import to_json_name
from helpdesk.vocabulary import LinkPurpose, Role
from helpdesk.words.actions import remember_words


class EmailTaken(Conflict):
    """Somebody is registered with this address already."""

    reason = "email_taken"


class HasAccepted(Conflict):
    """They have accepted their invitation: they can sign in, or reset their password."""

    reason = "has_accepted"


class IsDeactivated(Conflict):
    """They are deactivated: activate them first."""

    reason = "deactivated"


class IsConfirmed(Conflict):
    """This address is confirmed already."""

    reason = "is_confirmed"


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
    index_people([person])
    directory.remember(directory.digest(person.email))
    record(actor or person, catalogue.UserCreated(user=user_payload(person, tenant_id=desk.current().id)))
    return person


def add_person(
    actor: Person, *, email: str, first_name: str, last_name: str, role: Role, is_invited: bool = True
) -> Person:
    """Somebody without a password, who signs in when they have accepted an invitation."""
    require(actor, "createUser")
    person = create_person(actor, email=email, first_name=first_name, last_name=last_name, password_hash="", role=role)
    if is_invited:
        _invite(actor, person)
    return person


def invite_again(actor: Person, person_id: UUID) -> Person:
    """Another invitation, which ends the one before. Raises HasAccepted."""
    require(actor, "inviteUser")
    person = lock_person(actor, person_id)
    if person.password_hash:
        raise HasAccepted
    if not person.is_active:
        raise IsDeactivated
    _invite(actor, person)
    return person


def accept_invitation(link_id: UUID, *, password_hash: str) -> Person:
    """Their first password; the link proves that they read the mail of their address."""
    person = links.use_link(link_id, LinkPurpose.INVITATION)
    Person.objects.filter(id=person.id).update(password_hash=password_hash)
    links.end_links(person)
    _note_proof(person)
    return person


def forgot_password(email: str) -> None:
    """Mail a link to whoever has a password here and may sign in; for everybody else nothing happens, silently."""
    known = Person.objects.filter(email=email.lower(), is_active=True).exclude(password_hash="")
    person = known.select_for_update(no_key=True).first()
    if person is not None and not links.were_many_sent(person, LinkPurpose.RESET):
        links.send_link(None, person, LinkPurpose.RESET)


def reset_password(link_id: UUID, *, password_hash: str) -> Person:
    """A new password; every session ends."""
    person = links.use_link(link_id, LinkPurpose.RESET)
    set_password(person, password_hash)
    _note_proof(person)
    return person


def ask_for_confirmation(actor: Person) -> Person:
    """Mail oneself a link that confirms one's address. Raises IsConfirmed."""
    require(actor, "sendConfirmation")
    person = lock_person(actor, actor.id)
    if person.email_confirmed_at is not None:
        raise IsConfirmed
    links.send_link(actor, person, LinkPurpose.CONFIRMATION)
    return person


def confirm_address(link_id: UUID) -> Person:
    """The link was mailed to the address that they still have: another address ends it."""
    person = links.use_link(link_id, LinkPurpose.CONFIRMATION)
    _note_proof(person)
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
    links.end_links(person, LinkPurpose.INVITATION, LinkPurpose.RESET)
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
    if "email" in changes and person.email_confirmed_at is not None:
        person.email_confirmed_at = None
        changes["emailConfirmed"] = (True, False)
    person.updated_at = now()
    _save(person)
    if changes.keys() & {"email", "firstName", "lastName"}:
        index_people([person])
    if "email" in changes:
        directory.forget(directory.digest(before["email"]))
        directory.remember(directory.digest(person.email))
    if not person.is_active:
        end_sessions(person)
    record(actor, catalogue.UserUpdated(user=user_payload(person, tenant_id=desk.current().id), changes=changes))
    if "email" in changes or not person.is_active:
        _renew_links(actor, person)
    return person


def _renew_links(actor: Person, person: Person) -> None:
    """What was mailed to the old address is worth nothing; the new one gets what it needs."""
    links.end_links(person)
    if not person.is_active:
        return
    purpose = LinkPurpose.INVITATION if person.invited_at else LinkPurpose.CONFIRMATION
    if (person.password_hash or person.invited_at) and not links.were_many_sent(person, purpose):
        links.send_link(actor, person, purpose)


def _invite(actor: Person, person: Person) -> None:
    links.send_link(actor, person, LinkPurpose.INVITATION)
    person.invited_at = now()
    person.save(update_fields=["invited_at"])


def _note_proof(person: Person) -> None:
    """Whoever uses a link reads the mail of the address it went to."""
    changes: dict[str, tuple[Any, Any]] = {}
    if person.email_confirmed_at is None:
        person.email_confirmed_at = now()
        changes["emailConfirmed"] = (False, True)
    if person.invited_at is not None:
        changes["invitedAt"] = (rfc3339(person.invited_at), None)
        person.invited_at = None
    if changes:
        person.updated_at = now()
        person.save(update_fields=["email_confirmed_at", "invited_at", "updated_at"])
        links.end_links(person, LinkPurpose.CONFIRMATION)
        record(person, catalogue.UserUpdated(user=user_payload(person, tenant_id=desk.current().id), changes=changes))


def index_people(people: Sequence[Person]) -> None:
    """Write what these people are found by, in the transaction that changed them."""
    documents = {
        person.id: person_document(first_name=person.first_name, last_name=person.last_name, email=person.email)
        for person in people
    }
    PersonWords.objects.bulk_create(
        [PersonWords(person_id=id_, vector=document.vector()) for id_, document in documents.items()],
        update_conflicts=True,
        unique_fields=["person"],
        update_fields=["vector"],
    )
    remember_words((word for document in documents.values() for word in document.words()), public=False)


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
        transaction.on_commit(partial(bell.knock, desk.current().id), robust=True)


def forget_expired_sessions() -> int:
    """Remove sessions whose refresh token has expired; says how many."""
    expired = Session.objects.filter(expires_at__lte=now())
    digests = [bytes(digest) for digest in expired.values_list("refresh_sha256", flat=True)]
    for digest in digests:
        directory.forget(digest)
    expired.delete()
    return len(digests)
