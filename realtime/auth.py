"""Who is at the other end of a socket, in which tenant, and are they still.

A token comes as a subprotocol, as the cookie of the same origin, or in an `auth` frame; never in the
URL. The person and the role are read from the database, never from the token.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from helpdesk.api_keys.queries import Caller, keys_in_use
from helpdesk.clock import now, rfc3339
from helpdesk.people.credentials import cookie_token, is_same_origin, read_bearer
from helpdesk.people.models import Person, Session
from helpdesk.people.tokens import Claims, read_token
from helpdesk.permissions import has_scope, may
from helpdesk.vocabulary import Role
from realtime.admission import get_caller_now
from realtime.closing import (
    BAD_TOKEN,
    NO_SCOPE,
    PLATFORM_TOKEN,
    SIGNED_OUT,
    SUSPENDED,
    UNKNOWN_HOST,
    WRONG_TENANT,
    Ending,
)
from realtime.protocol import Authenticated, ErrorCode, FrameId, PersonShape
from tenants.context import TenantRef, run_in_platform, run_in_tenant
from tenants.limits.operations import has_room_for_a_handshake
from tenants.resolve import tenant_by_host, tenant_by_id

SUBPROTOCOL = "hub.v1"
BEARER = "bearer."
PROOFS_A_QUERY = 5000
FOLLOW_TICKETS, BE_TOLD = "listTickets", "listNotifications"
FOLLOW_DESK = ("listTeams", "listViews")
"""The operations whose right a stream needs."""

Host = TenantRef | Literal["platform"]


class Refused(Exception):
    """Nobody may use this socket: how it ends, and what the client is told."""

    def __init__(self, ending: Ending, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.ending, self.code, self.message = ending, code, message


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody may be told: by their role, with a key by its scopes too (None: all of their role's)."""

    role: Role
    scopes: frozenset[str] | None = None

    def reach(self, operation: str) -> bool:
        """May they do this operation of the permission table?"""
        if not may(self.role, operation):
            return False
        return self.scopes is None or has_scope(self.role, operation, held=self.scopes)


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody signed in to a tenant."""

    tenant: TenantRef
    person: Person
    proof_id: UUID
    """Of the session, or of the API key."""
    rights: Rights
    expires_at: float | None
    """Seconds since 1970; None: at no set time."""
    began_at: float = 0.0
    """The loop's time before the rights were read."""

    def shape(self, frame_id: FrameId | None) -> Authenticated:
        """The answer to the `auth` frame that brought it."""
        person = PersonShape(id=self.person.id, name=self.person.name, role=self.person.role)
        expires_at = None if self.expires_at is None else rfc3339(datetime.fromtimestamp(self.expires_at, UTC))
        return Authenticated(person=person, expires_at=expires_at, id=frame_id)


@dataclass(frozen=True, slots=True)
class Offered:
    """A token of the handshake. A bad one given on purpose is refused; a bad cookie counts as none."""

    token: str
    on_purpose: bool


def offered_token(headers: Mapping[str, str], subprotocols: Sequence[str]) -> Offered | None:
    """The token in the handshake, if there is one that counts. `headers` compares names without case."""
    for name in subprotocols:
        if name.startswith(BEARER):
            return Offered(name.removeprefix(BEARER), on_purpose=True)
    cookie = cookie_token(headers.get("Cookie", ""))
    if cookie and is_same_origin(headers) and read_token(cookie):
        return Offered(cookie, on_purpose=False)
    return None


async def may_connect(offered: Offered | None, address: str) -> bool:
    """Whoever brings a good token may; of the others only so many sockets are taken from one network."""
    if offered is not None and read_bearer(offered.token) is not None:
        return True
    # Redis, not the database: any thread will do.
    return await asyncio.get_running_loop().run_in_executor(None, has_room_for_a_handshake, address)


async def resolve_host(host: str) -> Host:
    """What the Host header names. Raises Refused where that is nothing of ours, or suspended."""
    found = await run_in_platform(lambda: tenant_by_host(host))
    if found is None:
        raise Refused(UNKNOWN_HOST, ErrorCode.NOT_FOUND, "There is no help desk at this host.")
    if isinstance(found, TenantRef):
        _require_active(found)
    return found


async def sign_in(token: str, host: Host) -> Login:
    """The token's person in the token's tenant, which must be the host's where that names one. Raises Refused."""
    claims = read_bearer(token)
    if claims is None:
        raise Refused(BAD_TOKEN, ErrorCode.UNAUTHORIZED, "The token is not valid, or no longer.")
    began_at = asyncio.get_running_loop().time()
    tenant = await _tenant_of(claims, host)
    caller = await get_caller_now(tenant, claims)
    proof_id = claims.key_id or claims.session_id
    if caller is None or proof_id is None:
        raise Refused(SIGNED_OUT, ErrorCode.UNAUTHORIZED, "Sign in again.")
    rights = Rights(Role(caller.person.role), caller.scopes)
    if not rights.reach(FOLLOW_TICKETS):
        raise Refused(NO_SCOPE, ErrorCode.FORBIDDEN, "This API key has no scope to read tickets.")
    return Login(tenant, caller.person, proof_id, rights, _end_of(caller, claims), began_at)


def _end_of(caller: Caller, claims: Claims) -> float | None:
    """Until when it lets somebody in, in seconds since 1970."""
    if caller.key is None:
        return claims.expires_at
    return caller.key.expires_at.timestamp() if caller.key.expires_at else None


async def get_tenant_now(tenant_id: UUID) -> TenantRef | None:
    """The tenant as it is now, suspended or not."""
    return await run_in_platform(lambda: tenant_by_id(tenant_id))


async def get_rights_now(tenant: TenantRef, proofs: Iterable[UUID]) -> dict[UUID, Rights]:
    """The rights behind each session that is open and each key that is in use: one query of each kind for all."""
    wanted = list(proofs)

    def read() -> dict[UUID, Rights]:
        found: dict[UUID, Rights] = {}
        for begin in range(0, len(wanted), PROOFS_A_QUERY):
            some = wanted[begin : begin + PROOFS_A_QUERY]
            sessions = Session.objects.filter(id__in=some, expires_at__gt=now(), person__is_active=True)
            found |= {session: Rights(Role(role)) for session, role in sessions.values_list("id", "person__role")}
            if len(found) < len(wanted):
                keys = keys_in_use().filter(id__in=some).values_list("id", "person__role", "scopes")
                found |= {key: Rights(Role(role), frozenset(scopes)) for key, role, scopes in keys}
        return found

    return await run_in_tenant(tenant, read)


async def _tenant_of(claims: Claims, host: Host) -> TenantRef:
    tenant_id = claims.tenant_id
    if tenant_id is None:
        raise Refused(PLATFORM_TOKEN, ErrorCode.FORBIDDEN, "This is a platform admin's token; it reads no tickets.")
    if isinstance(host, TenantRef) and host.id != tenant_id:
        raise Refused(WRONG_TENANT, ErrorCode.FORBIDDEN, "This token is for another help desk.")
    # Anew: the host may have been looked up some seconds ago, before the first frame came.
    tenant = await get_tenant_now(tenant_id)
    if tenant is None:
        raise Refused(BAD_TOKEN, ErrorCode.UNAUTHORIZED, "The token is not valid, or no longer.")
    _require_active(tenant)
    return tenant


def _require_active(tenant: TenantRef) -> None:
    if not tenant.is_active:
        raise Refused(SUSPENDED, ErrorCode.FORBIDDEN, "This help desk is suspended.")
