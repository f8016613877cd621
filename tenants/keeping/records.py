"""Writing down what was done to a tenant as a whole. It names no person of the tenant."""

from __future__ import annotations

import getpass
import socket
from typing import Any, Literal
from uuid import UUID

import orjson
from django.db import connection

from helpdesk.clock import now
from helpdesk.ids import new_id

What = Literal["exported", "imported", "erased", "person_erased"]


def note_record(what: What, *, tenant_id: UUID, slug: str, by: str, **details: Any) -> None:
    """By name of the schema: whoever writes it stands in a tenant, or in none."""
    written = orjson.dumps(details).decode()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.tenant_record (id, at, what, tenant_id, slug, by, details)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s::jsonb)",
            [new_id(), now(), what, tenant_id, slug, by[:200], written],
        )


def whoever_runs_this() -> str:
    """Of a command: the system's user, and the machine."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = "somebody"
    return f"{user}@{socket.gethostname()}"
