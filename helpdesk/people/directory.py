"""This tenant's entries in `public.sign_in_directory`, written in the transaction of what they point to.

The directory lets somebody sign in without naming a tenant. It is an index, not truth: idempotent to
write, and rebuilt by a command. Only digests stand in it.
"""

from __future__ import annotations

import hashlib

from django.db import connection

from helpdesk import desk


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


def forget(sha256: bytes) -> None:
    """This tenant does not know it any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM public.sign_in_directory WHERE sha256 = %s AND tenant_id = %s", [sha256, desk.current().id]
        )
