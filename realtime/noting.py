"""Who was refused a socket stands in the desk's access log, as who was refused an operation of the API."""

from __future__ import annotations

from helpdesk.access_log.rules import Access
from helpdesk.people.credentials import read_bearer
from helpdesk.vocabulary import AccessKind
from realtime.closing import CloseCode
from tenants.watch.notes import Place, notes, this_hour

OPERATION = "socket"
_KINDS = {
    CloseCode.UNAUTHORIZED: AccessKind.UNAUTHORIZED,
    CloseCode.FORBIDDEN: AccessKind.FORBIDDEN,
    CloseCode.TOO_FAST: AccessKind.RATE_LIMITED,
}


def note_refusal(code: CloseCode, *, token: str | None, host: str, client: str) -> None:
    """Count it. Never waits. What the token says is believed only as far as we signed it."""
    kind = _KINDS.get(code)
    if kind is None:
        return
    claims = read_bearer(token) if token else None
    if claims is not None and claims.tenant_id is not None:
        place, person_id = Place(claims.tenant_id), claims.person_id
    else:
        place, person_id = Place(None, host[:260]), None
    notes.note(place, Access(kind, this_hour(), OPERATION, client, person_id))
