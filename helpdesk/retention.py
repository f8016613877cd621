"""How long what is kept: as the desk's settings say, else as the hub's do. 0 days is for ever.

A desk says it in its settings, as in `{"keepDays": {"log": 730, "mails": 30}}`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from helpdesk import desk
from helpdesk.clock import now

SETTING = "keepDays"
KEPT: dict[str, int] = {
    "log": 30,
    "origins": 1,
    "mails": 8,
    "deliveries": 6,
    "accessLog": 1,
    "notifications": 1,
}
"""What may be said, and the fewest days: what is still being tried must be there."""
MOST_DAYS = 36_500


def require_days(value: Any) -> None:
    """Raise ValueError, in words for who set it, unless this is `keepDays`."""
    if not isinstance(value, dict) or value.keys() - KEPT:
        raise ValueError(f"{SETTING} has days for some of {', '.join(sorted(KEPT))}.")
    for name, days in value.items():
        if type(days) is not int or not (days == 0 or KEPT[name] <= days <= MOST_DAYS):
            raise ValueError(f"{SETTING}.{name} is 0 (for ever), or {KEPT[name]} to {MOST_DAYS} days.")


def kept_since(what: str) -> datetime | None:
    """What is older than this goes; None: nothing does."""
    said = desk.current().settings.get(SETTING)
    days = said.get(what) if isinstance(said, dict) else None
    if type(days) is not int or not (days == 0 or days >= KEPT[what]):
        days = settings.HUB_KEEP_DAYS[what]
    return now() - timedelta(days=min(days, MOST_DAYS)) if days else None
