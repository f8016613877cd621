"""Which keys are due to be removed."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min

from helpdesk.objects.models import StoredObject


def next_due() -> datetime | None:
    """When the next key is to be removed; None where all are held."""
    due: datetime | None = StoredObject.objects.aggregate(due=Min("remove_at"))["due"]
    return due
