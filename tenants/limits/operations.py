"""Operations that anybody may call and that cost more than a look: by operation id, so often from one network.

They come on top of what every anonymous request counts. What is not named here has no limit of its own.
"""

from __future__ import annotations

from typing import Final

from django.conf import settings

from helpdesk.errors import RateLimited
from tenants.limits.counting import counting
from tenants.limits.fields import fields_of
from tenants.limits.rules import Bucket, network_of, read_limit

BY_NETWORK: Final[dict[str, str]] = {
    "login": "60/15m",
    "register": "30/1h",
    "signup": "30/1h",
    "acceptInvitation": "30/1h",
    "forgotPassword": "30/1h",
    "resetPassword": "30/1h",
    "confirmAddress": "60/1h",
}


def has_room_for_a_handshake(address: str) -> bool:
    """May this network open one more socket before it has signed in?"""
    limit = read_limit(settings.HUB_LIMITS["handshakes"])
    if limit is None or not settings.HUB_RATE_LIMITING:
        return True
    (verdict,) = counting.take([Bucket("handshakes", f"handshakes:{network_of(address)}", limit)])
    return verdict.wait_s == 0


def require_room(operation_id: str, address: str) -> None:
    """Raise RateLimited where this network has called the operation too often."""
    limit = read_limit(BY_NETWORK.get(operation_id, "0"))
    if limit is None or not settings.HUB_RATE_LIMITING:
        return
    bucket = Bucket(operation_id, f"op:{operation_id}:{network_of(address)}", limit)
    (verdict,) = counting.take([bucket])
    if verdict.wait_s:
        raise RateLimited(headers=fields_of(verdict))
