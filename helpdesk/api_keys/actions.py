"""API keys are made, changed and revoked by people who signed in themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from helpdesk import desk
from helpdesk.api_keys.models import ApiKey
from helpdesk.api_keys.queries import lock_key
from helpdesk.api_keys.shapes import api_key_payload
from helpdesk.clock import now
from helpdesk.errors import Conflict, Forbidden, ValidationFailed
from helpdesk.events import catalogue
from helpdesk.events.log import record
from helpdesk.ids import new_id
from helpdesk.people.credentials import key_signing_keys
from helpdesk.people.key_tokens import digest, new_key_token
from helpdesk.people.models import Person
from helpdesk.people.queries import lock_person
from helpdesk.permissions import require, scopes_of
from helpdesk.shapes import to_json_name
from helpdesk.vocabulary import Role

MOST_KEYS = 50
NOTED_EVERY = timedelta(minutes=1)


class TooManyKeys(Conflict):
    """A person has at most 50 API keys: revoke one first."""

    reason = "too_many"


class NotYours(Forbidden):
    """This is somebody else's API key: you may revoke it, not change it."""

    reason = "not_yours"


def create_key(
    actor: Person, *, name: str, scopes: Sequence[str], expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """A key, and its text, which is never shown again. Raises TooManyKeys."""
    require(actor, "createApiKey")
    lock_person(actor, actor.id)
    held = _held(actor, scopes)
    if expires_at is not None and expires_at <= now():
        raise ValidationFailed.of("expiresAt", "This moment is over.", "past")
    if ApiKey.objects.filter(person=actor, revoked_at=None).count() >= MOST_KEYS:
        raise TooManyKeys
    key_id = new_id()
    token = new_key_token(desk.current().id, key_id, key=key_signing_keys()[0])
    key = ApiKey.objects.create(
        id=key_id,
        person=actor,
        name=name,
        sha256=digest(token),
        last_four=token[-4:],
        scopes=held,
        expires_at=expires_at,
    )
    record(actor, catalogue.ApiKeyCreated(api_key=api_key_payload(key)))
    return key, token


def change_key(actor: Person, key_id: UUID, *, fields: Mapping[str, Any]) -> ApiKey:
    """Another name, other scopes; what it may do changes at once, on open sockets too."""
    require(actor, "patchApiKey")
    key = lock_key(actor, key_id)
    if key.person_id != actor.id:
        raise NotYours
    wanted = {**fields, "scopes": _held(actor, fields["scopes"])} if "scopes" in fields else dict(fields)
    changes = {
        to_json_name(name): (getattr(key, name), value) for name, value in wanted.items() if getattr(key, name) != value
    }
    if not changes:
        return key
    for name, value in wanted.items():
        setattr(key, name, value)
    key.save(update_fields=list(wanted))
    record(actor, catalogue.ApiKeyUpdated(api_key=api_key_payload(key), changes=changes))
    return key


def revoke_key(actor: Person, key_id: UUID) -> None:
    """It is worth nothing from now on, on open sockets too."""
    require(actor, "deleteApiKey")
    key = lock_key(actor, key_id)
    key.revoked_at = now()
    key.save(update_fields=["revoked_at"])
    record(actor, catalogue.ApiKeyRevoked(api_key_id=key.id, user_id=key.person_id, name=key.name))


def note_use(key: ApiKey) -> None:
    """Write down that it was used, once a minute; where another request is just doing so, this one does not wait."""
    moment = now()
    if key.last_used_at is not None and key.last_used_at > moment - NOTED_EVERY:
        return
    free = ApiKey.objects.select_for_update(skip_locked=True, no_key=True).filter(id=key.id)
    ApiKey.objects.filter(id__in=[row.id for row in free]).update(last_used_at=moment)


def _held(actor: Person, scopes: Sequence[str]) -> list[str]:
    """In one order, each once. Raises ValidationFailed for those that the actor's role does not have."""
    missing = sorted(set(scopes) - set(scopes_of(Role(actor.role))))
    if missing:
        raise ValidationFailed.of("scopes", "Only scopes of your own role: /auth/me lists them.", "scope_not_held")
    return sorted(set(scopes))
