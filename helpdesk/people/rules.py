"""What may be changed of whom. Pure."""

from __future__ import annotations

from helpdesk.errors import Conflict
from helpdesk.vocabulary import Role


class LastAdmin(Conflict):
    """This is the last active admin: make somebody else one first."""

    reason = "last_admin"


def stays_admin(*, role: Role, is_active: bool) -> bool:
    """Does somebody manage the desk?"""
    return is_active and role is Role.ADMIN


def require_an_admin_left(*, was: bool, will_be: bool, others: int) -> None:
    """A desk is never without an active admin. `others`: active admins beside this person."""
    if was and not will_be and others == 0:
        raise LastAdmin
