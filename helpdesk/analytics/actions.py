"""Writing what analytics reads, where no action of the tickets' own has kept it."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import connection

from helpdesk.analytics.facts import DERIVE_THESE


def derive_facts(ticket_ids: Collection[UUID]) -> None:
    """For tickets that came from elsewhere, once they, their comments and their log are there."""
    with connection.cursor() as cursor:
        cursor.execute(DERIVE_THESE, [list(ticket_ids)])
