"""Passwords: bcrypt, of the first 72 bytes, which is what the original service's hashes hold."""

from __future__ import annotations

from functools import cache

import bcrypt
from django.conf import settings

MOST_BYTES = 72


def hash_password(password: str) -> str:
    """A bcrypt hash. `password` is at most 72 bytes of UTF-8; the schemas refuse longer ones."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(settings.HUB_BCRYPT_ROUNDS)).decode()


def password_matches(password: str, password_hash: str) -> bool:
    """Compare; takes a good part of a second by design, so never inside a transaction.

    Nothing matches an empty hash, and to find that out takes as long.
    """
    if not password_hash:
        spend_a_check(password)
        return False
    try:
        return bcrypt.checkpw(password.encode()[:MOST_BYTES], password_hash.encode())
    except ValueError:
        return False


def spend_a_check(password: str) -> None:
    """Take as long as a comparison, so that time does not tell which addresses exist."""
    password_matches(password, _dummy_hash(settings.HUB_BCRYPT_ROUNDS))


@cache
def _dummy_hash(rounds: int) -> str:
    return bcrypt.hashpw(b"nobody has this password", bcrypt.gensalt(rounds)).decode()
