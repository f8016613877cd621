"""Which secrets are too weak to be one. Pure."""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote, urlsplit

SHORTEST_SECRET: Final = 32
FEWEST_CHARACTERS: Final = 8
"""Different ones in a secret."""
SHORTEST_PASSWORD: Final = 8
NEW_SECRET: Final = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"  # noqa: S105  how to make one, none itself
_TRIED_FIRST: Final = frozenset(
    [
        "admin",
        "change-me",
        "changeme",
        "default",
        "demo",
        "example",
        "guest",
        "hub",
        "letmein",
        "master",
        "minio",
        "minioadmin",
        "pass",
        "passw0rd",
        "password",
        "postgres",
        "postgresql",
        "qwerty",
        "redis",
        "root",
        "s3cr3t",
        "secret",
        "test",
        "unset",
        "user",
        "valkey",
        "welcome",
    ]
)


def is_weak(secret: str) -> bool:
    """Could it be guessed by whoever tries? Of what signs or encrypts: too short, too uniform, or words."""
    return len(secret) < SHORTEST_SECRET or len(set(secret)) < FEWEST_CHARACTERS or _is_a_word(secret)


def weak_password_of(url: str) -> bool:
    """Is the password of this address one that is tried first? None at all is no secret: a socket, or a certificate."""
    parts = urlsplit(url)
    password = unquote(parts.password or "")
    if not password:
        return False
    return (
        len(password) < SHORTEST_PASSWORD
        or len(set(password)) <= 2
        or _is_a_word(password)
        or password == unquote(parts.username or "")
    )


def _is_a_word(secret: str) -> bool:
    """Also with digits and marks behind it, and said twice."""
    bare = secret.lower().rstrip("0123456789!.-_")
    half = bare[: len(bare) // 2]
    return bare in _TRIED_FIRST or (half + half == bare and half in _TRIED_FIRST) or not bare
