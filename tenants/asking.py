"""Passwords for commands: from the terminal or the environment, never from the command line."""

from __future__ import annotations

import getpass
import os
import sys

from django.core.management.base import CommandError

from tenants.keeping.passphrase import FEWEST_CHARACTERS


def ask_password() -> str:
    """HUB_ADMIN_PASSWORD, else what is typed twice."""
    if given := os.environ.get("HUB_ADMIN_PASSWORD"):
        return given
    if not sys.stdin.isatty():
        raise CommandError("Set HUB_ADMIN_PASSWORD, or run this in a terminal.")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise CommandError("The two passwords differ.")
    return password


def ask_passphrase(*, is_new: bool) -> str:
    """Of an archive: HUB_ARCHIVE_PASSPHRASE, else what is typed, twice for a new one."""
    given = os.environ.get("HUB_ARCHIVE_PASSPHRASE", "")
    if not given:
        if not sys.stdin.isatty():
            raise CommandError("Set HUB_ARCHIVE_PASSPHRASE, or run this in a terminal.")
        given = getpass.getpass("Passphrase of the archive: ")
        if is_new and getpass.getpass("Again: ") != given:
            raise CommandError("The two passphrases differ.")
    if is_new and len(given) < FEWEST_CHARACTERS:
        raise CommandError(f"The passphrase must have at least {FEWEST_CHARACTERS} characters.")
    return given
