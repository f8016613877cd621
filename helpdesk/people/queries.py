"""Reading people and their sessions. Staff see everybody of their desk, a requester only themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Model, Q, QuerySet, Value
from django.db.models.functions import Concat

from helpdesk.clock import now
from helpdesk.errors import NotFound
from helpdesk.events.rules import Viewer
from helpdesk.paging import Order, Page, paginate, read_moment, read_text
from helpdesk.people.models import Person, Session
from helpdesk.people.schemas import UserListQuery
from helpdesk.people.tokens import Claims
from helpdesk.vocabulary import Role
from helpdesk.words.terms import term_of, tsquery_of

ORDERS: dict[str, tuple[Any, Any, Any]] = {
    "createdAt": (F("created_at"), lambda person: person.created_at, read_moment),
    "email": (F("email"), lambda person: person.email, read_text),
    "name": (
        Concat("first_name", Value(" "), "last_name"),
        lambda person: f"{person.first_name} {person.last_name}",
        read_text,
    ),
}

_NAMED = ("id", "email", "first_name", "last_name", "role", "is_active")
_SIGNED_IN = (*_NAMED, "email_confirmed_at", "invited_at", "away_since", "created_at", "updated_at")
"""The columns that every request reads, in the order of the model's fields; by hand, because making the SQL anew
costs more than asking it."""


class PersonNotFound(NotFound):
    """There is no such person, or you may not see them."""


HELD = " FOR KEY SHARE"
"""Whoever writes is not erased until they have written: erasing waits for it, and who writes then is nobody."""


def get_signed_in(claims: Claims, *, held: bool = False) -> Person | None:
    """The person of a sign-in's token, as the database has them now: None when signed out, deactivated or gone."""
    if claims.person_id is None or claims.session_id is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(_SIGNED_IN)} FROM person WHERE id = %s AND is_active"
            " AND EXISTS (SELECT 1 FROM session s WHERE s.id = %s AND s.person_id = person.id AND s.expires_at > %s)"
            + (HELD if held else ""),
            [claims.person_id, claims.session_id, now()],
        )
        row = cursor.fetchone()
    return Person.from_db("default", _SIGNED_IN, row) if row else None


def hold_person(person_id: UUID) -> bool:
    """As `held`; False where they are not active any more."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM person WHERE id = %s AND is_active{HELD}", [person_id])
        return cursor.fetchone() is not None


def wait_for_writes_of(person_id: UUID) -> None:
    """Whoever writes as this person has ended then; whoever would, waits until the unit of work ends."""
    Person.objects.select_for_update().filter(id=person_id).values("id").first()


def list_signed_in(claims: Sequence[Claims]) -> dict[UUID, Person]:
    """As `get_signed_in`, for many: by the session's id, those who still are."""
    wanted = {claim.session_id: claim.person_id for claim in claims}
    columns = ", ".join(f"p.{name}" for name in _SIGNED_IN)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.id, {columns} FROM session s JOIN person p ON p.id = s.person_id"
            " WHERE s.id = ANY(%s) AND s.expires_at > %s AND p.is_active",
            [[session for session in wanted if session], now()],
        )
        rows = [(row[0], Person.from_db("default", _SIGNED_IN, row[1:])) for row in cursor.fetchall()]
    return {session: person for session, person in rows if person.id == wanted[session]}


def attach_people(*groups: tuple[Sequence[Model], Sequence[str]]) -> None:
    """Give rows the people whom these foreign keys of theirs name: one statement for all.

    Joined, each key would cost a join, and its columns once more in every row.
    """
    wanted = {getattr(row, f"{name}_id") for rows, names in groups for row in rows for name in names} - {None}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(_NAMED)} FROM person WHERE id = ANY(%s)", [list(wanted)])
        found = {row[0]: Person.from_db("default", _NAMED, row) for row in cursor.fetchall()}
    for rows, names in groups:
        for row in rows:
            for name in names:
                if person := found.get(getattr(row, f"{name}_id")):
                    setattr(row, name, person)


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


def people_visible_to(person: Person) -> QuerySet[Person]:
    """Everybody for agents and admins, oneself for requesters."""
    return Person.objects.all() if person.is_staff else Person.objects.filter(id=person.id)


def get_person(actor: Person, person_id: UUID) -> Person:
    """The person, or PersonNotFound where the actor may not see them."""
    person = people_visible_to(actor).filter(id=person_id).first()
    if person is None:
        raise PersonNotFound
    return person


def lock_person(actor: Person, person_id: UUID) -> Person:
    """As `get_person`, with the row locked until the unit of work ends; and every active admin's, in one order."""
    wanted = people_visible_to(actor).filter(Q(id=person_id) | Q(role=Role.ADMIN.value, is_active=True))
    locked = {person.id: person for person in wanted.select_for_update(no_key=True).order_by("id")}
    if person_id not in locked:
        raise PersonNotFound
    return locked[person_id]


def count_other_admins(person: Person) -> int:
    """Active admins beside this person who can sign in: whoever was only invited may never come."""
    admins = Person.objects.filter(role=Role.ADMIN.value, is_active=True).exclude(password_hash="")
    return admins.exclude(id=person.id).count()


def lock_by_password(person_id: UUID, password_hash: str) -> bool:
    """Is this still the password of somebody active? Then their row is locked, so it stays theirs meanwhile."""
    found = Person.objects.filter(id=person_id, is_active=True, password_hash=password_hash)
    return found.select_for_update(no_key=True).values("id").first() is not None


def list_people(actor: Person, query: UserListQuery) -> Page[Person]:
    """One page of those whom the actor may see."""
    people = people_visible_to(actor)
    if query.role is not None:
        people = people.filter(role=query.role)
    if query.is_active is not None:
        people = people.filter(is_active=query.is_active)
    if query.q and query.q.strip():
        terms = [term for word in query.q.split() if (term := term_of(word, begun=True))]
        people = people.filter(words__vector__matches=tsquery_of(terms)) if terms else people.none()
    key, value_of, read = ORDERS[query.sort_by]
    return paginate(people, query, Order(query.sort_by, key, value_of, read, query.sort_order == "desc"))
