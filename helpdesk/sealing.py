"""Secrets that we must be able to read again, encrypted at rest, and the keys derived from our own.

Fernet (AES-128-CBC with HMAC-SHA256, as the `cryptography` package specifies it) with the first of
HUB_ENCRYPTION_KEYS; every one of them opens, so keys are exchanged without a pause.
"""

from __future__ import annotations

import base64
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):
    """This was sealed with a key that is not among HUB_ENCRYPTION_KEYS."""


def seal(text: str) -> bytes:
    """Encrypt it with the first key."""
    return _box(_keys()).encrypt(text.encode())


def unseal(sealed: bytes | memoryview) -> str:
    """What was sealed with any of the keys; raises Unreadable."""
    try:
        return _box(_keys()).decrypt(bytes(sealed)).decode()
    except InvalidToken as error:
        raise Unreadable(Unreadable.__doc__) from error


def seal_again(sealed: bytes | memoryview) -> bytes:
    """The same text under the first key; raises Unreadable."""
    return seal(unseal(sealed))


def derived_key(purpose: str, secret: str = "") -> bytes:
    """32 bytes for one purpose, of `secret` or of our own (HKDF-SHA256, RFC 5869)."""
    source = (secret or settings.SECRET_KEY).encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(source)


def derived_keys(purpose: str) -> tuple[bytes, ...]:
    """A key for this purpose of each of HUB_ENCRYPTION_KEYS: the first signs, every one of them verifies."""
    return _derived(purpose, _keys())


@cache
def _derived(purpose: str, secrets: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(derived_key(purpose, secret) for secret in secrets)


def fingerprints() -> list[str]:
    """One of each key, the first first: whether two hubs share a key is told by these, and nothing else is."""
    return [key[:8].hex() for key in derived_keys("fingerprint")]


def is_sealed_anew(sealed: bytes | memoryview) -> bool:
    """Is it under the first key already?"""
    try:
        _box(_keys()[:1]).decrypt(bytes(sealed))
    except InvalidToken:
        return False
    return True


def signing_keys() -> tuple[str, ...]:
    """The secret key, which signs, and what it was before, which still verifies."""
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


def _keys() -> tuple[str, ...]:
    return tuple(settings.HUB_ENCRYPTION_KEYS) or signing_keys()


@cache
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(derived_key("hub sealing", key))) for key in keys])
