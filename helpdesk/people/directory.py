"""This tenant's entries in `public.sign_in_directory`, written in the transaction of what they point to.

The directory lets somebody sign in without naming a tenant. It is an index, not truth: idempotent to
write, and rebuilt by a command. Only digests stand in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from itertools import chain, islice

from django.db import connection

from helpdesk import desk
from helpdesk.people.models import Person, Session

AT_ONCE = 1000


def digest(text: str) -> bytes:
    """sha256 of an address (lower-cased) or of a refresh token."""
    return hashlib.sha256(text.lower().encode()).digest()


def remember(sha256: bytes) -> None:
    """This tenant knows it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.sign_in_directory (sha256, tenant_id) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [sha256, desk.current().id],
        )


def remember_all(digests: Collection[bytes]) -> None:
    """As `remember`, of many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.sign_in_directory (sha256, tenant_id) SELECT known, %s FROM unnest(%s::bytea[]) known"
            " ON CONFLICT DO NOTHING",
            [desk.current().id, sorted(digests)],
        )


def forget(sha256: bytes) -> None:
    """This tenant does not know it any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM public.sign_in_directory WHERE sha256 = %s AND tenant_id = %s", [sha256, desk.current().id]
        )


def remember_everybody() -> None:
    """All people and sessions of this tenant anew, and nothing else of it."""
    people = (digest(email) for email in Person.objects.values_list("email", flat=True).iterator())
    sessions = (bytes(one) for one in Session.objects.values_list("refresh_sha256", flat=True).iterator())
    known, tenant_id = chain(people, sessions), desk.current().id
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM public.sign_in_directory WHERE tenant_id = %s", [tenant_id])
        while digests := list(islice(known, AT_ONCE)):
            cursor.execute(
                "INSERT INTO public.sign_in_directory (sha256, tenant_id) SELECT unnest(%s::bytea[]), %s"
                " ON CONFLICT DO NOTHING",
                [digests, tenant_id],
            )
