"""How a delivery is signed, so that its receiver knows that it is ours, and that it is fresh. Pure.

Standard Webhooks 1.0 (standardwebhooks.com, "Verifying webhook authenticity"): `v1,` and the base64 of
HMAC-SHA256 over `{id}.{timestamp}.{body}`; during a rotation one for each secret, separated by spaces. Beside it
stands the original service's `X-Webhook-Signature`: the hex HMAC-SHA256 of the body.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
SHORTEST_KEY, LONGEST_KEY = 8, 256
USER_AGENT = "ticket-hub-webhooks/1"


def new_secret() -> str:
    """`whsec_` and the base64 of 32 random bytes."""
    return as_standard(secrets.token_bytes(32))


def as_standard(key: bytes) -> str:
    """A key as the Standard Webhooks libraries take it."""
    return PREFIX + base64.b64encode(key).decode()


def key_of(secret: str) -> bytes:
    """The HMAC key: what stands behind `whsec_`, else the secret's UTF-8 bytes. Raises ValueError."""
    if not secret.startswith(PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("What follows whsec_ is not base64.") from error


def is_usable(secret: str) -> bool:
    """Can it be a secret: of 8 to 256 characters, or behind `whsec_` of as many bytes?"""
    try:
        length = len(key_of(secret)) if secret.startswith(PREFIX) else len(secret)
        return SHORTEST_KEY <= length <= LONGEST_KEY
    except ValueError:
        return False


def signature(secret: str, *, id_: str, timestamp: int, body: bytes) -> str:
    """One signature of Standard Webhooks."""
    digest = hmac.new(key_of(secret), f"{id_}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def original_signature(secret: str, body: bytes) -> str:
    """The original service's: the key is the secret as its owner wrote it."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def headers_for(secrets_: Sequence[str], *, id_: str, timestamp: int, body: bytes) -> dict[str, str]:
    """All headers of a try. The first secret is the current one, others are those it replaces."""
    signatures = " ".join(signature(secret, id_=id_, timestamp=timestamp, body=body) for secret in secrets_)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "webhook-id": id_,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signatures,
        "X-Webhook-Signature": original_signature(secrets_[0], body),
    }
    if len(secrets_) > 1:
        headers["X-Webhook-Signature-Previous"] = original_signature(secrets_[1], body)
    return headers
