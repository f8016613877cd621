"""What may be changed of whom, and how long links last. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from helpdesk.errors import Conflict
from helpdesk.vocabulary import LinkPurpose, Role

LASTS: Mapping[LinkPurpose, timedelta] = {
    LinkPurpose.INVITATION: timedelta(days=7),
    LinkPurpose.RESET: timedelta(hours=1),
    LinkPurpose.CONFIRMATION: timedelta(days=3),
}
MOST_LINKS_AN_HOUR = 5
"""Of one purpose to one person: nobody's mailbox is flooded from here."""
LINKS_KEPT_FOR = timedelta(days=30)


class LastAdmin(Conflict):
    """This is the last active admin who can sign in: make somebody else one first."""

    reason = "last_admin"


def stays_admin(*, role: Role, is_active: bool) -> bool:
    """Does somebody manage the desk?"""
    return is_active and role is Role.ADMIN


def require_an_admin_left(*, was: bool, will_be: bool, others: int) -> None:
    """A desk is never without an admin who can sign in. `others`: those beside this person."""
    if was and not will_be and others == 0:
        raise LastAdmin
