"""API keys as the API shows them."""

from __future__ import annotations

from helpdesk.api_keys.models import ApiKey
from helpdesk.events.payloads import ApiKeyPayload


def api_key_payload(key: ApiKey) -> ApiKeyPayload:
    """A key without its text."""
    return ApiKeyPayload(
        id=key.id,
        user_id=key.person_id,
        name=key.name,
        last_four=key.last_four,
        scopes=key.scopes,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
        created_at=key.created_at,
    )
