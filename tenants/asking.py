"""Passwords for commands: from the terminal or the environment, never from the command line."""

from __future__ import annotations

import getpass
import os
import sys

from django.core.management.base import CommandError


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
