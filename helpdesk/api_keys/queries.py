"""Reading API keys, and who acts with one. A key that was revoked is as if it had never been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Q, QuerySet

from helpdesk.api_keys.models import ApiKey
from helpdesk.api_keys.schemas import ApiKeyListQuery
from helpdesk.clock import now
from helpdesk.errors import Forbidden, NotFound
from helpdesk.paging import Order, Page, paginate, read_moment
from helpdesk.people.models import Person
from helpdesk.people.queries import get_signed_in, hold_person, list_signed_in
from helpdesk.people.tokens import Claims
from helpdesk.vocabulary import Role

NEWEST_FIRST = Order("createdAt", F("created_at"), lambda key: key.created_at, read_moment, descending=True)


class ApiKeyNotFound(NotFound):
    """There is no such API key, or you may not see it."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a person, who signed in themselves or with a key."""

    person: Person
    key: ApiKey | None = None

    @property
    def scopes(self) -> frozenset[str] | None:
        """What the key may do of what its person may; None: all of it."""
        return frozenset(self.key.scopes) if self.key else None


def get_caller(claims: Claims, *, held: bool = False) -> Caller | None:
    """As the database has them now: None when signed out, revoked, expired, deactivated or gone.

    `held`: they write, so nobody erases them meanwhile.
    """
    if claims.key_id is None:
        person = get_signed_in(claims, held=held)
        return Caller(person) if person else None
    keys = keys_in_use().select_related("person").defer("person__password_hash")
    key = keys.filter(id=claims.key_id, sha256=claims.key_sha256).first()
    if key is None or (held and not hold_person(key.person_id)):
        return None
    key.person.held_scopes = frozenset(key.scopes)
    return Caller(key.person, key)


def get_callers(claims: Sequence[Claims]) -> list[Caller | None]:
    """As `get_caller`, for many: one statement for all who signed in themselves, one for each key."""
    signed_in = list_signed_in([claim for claim in claims if claim.key_id is None])
    return [
        get_caller(claim)
        if claim.key_id
        else Caller(signed_in[claim.session_id])
        if claim.session_id in signed_in
        else None
        for claim in claims
    ]


def keys_in_use() -> QuerySet[ApiKey]:
    """Those that let somebody in."""
    unexpired = Q(expires_at=None) | Q(expires_at__gt=now())
    return ApiKey.objects.filter(unexpired, revoked_at=None, person__is_active=True)


def keys_visible_to(person: Person) -> QuerySet[ApiKey]:
    """One's own; everybody's for admins."""
    keys = ApiKey.objects.filter(revoked_at=None)
    return keys if person.role == Role.ADMIN.value else keys.filter(person=person)


def list_keys(person: Person, query: ApiKeyListQuery) -> Page[ApiKey]:
    """One page, newest first. Raises Forbidden where somebody else asks for all."""
    keys = keys_visible_to(person)
    if query.all and person.role != Role.ADMIN.value:
        raise Forbidden
    if query.user_id is not None:
        keys = keys.filter(person_id=query.user_id)
    elif not query.all:
        keys = keys.filter(person=person)
    return paginate(keys, query, NEWEST_FIRST)


def lock_key(person: Person, key_id: UUID) -> ApiKey:
    """The key, locked; raises ApiKeyNotFound."""
    key = keys_visible_to(person).select_for_update(no_key=True).filter(id=key_id).first()
    if key is None:
        raise ApiKeyNotFound
    return key
