"""Why something about keeping a tenant was refused. The docstrings are for whoever ran the command."""

from __future__ import annotations


class Refused(Exception):
    """It was refused, and nothing was changed."""


class NotAnArchive(Refused):
    """This is no archive of a tenant, or not a whole one."""


class WrongPassphrase(Refused):
    """The archive was made with another passphrase."""

    def __init__(self) -> None:
        super().__init__(WrongPassphrase.__doc__)


class DoesNotFit(Refused):
    """The archive is whole, and cannot be taken in here."""
