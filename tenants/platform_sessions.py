"""Platform admins and their sessions, in `public`."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from helpdesk.clock import now
from helpdesk.events.payloads import UserPayload
from helpdesk.people.directory import digest
from helpdesk.people.tokens import ROLE_CLAIMS
from helpdesk.permissions import scopes_of
from helpdesk.vocabulary import Role
from tenants import context
from tenants.models import PlatformAdmin, PlatformSession


def get_admin(email: str) -> PlatformAdmin | None:
    """The platform admin with this address, active or not."""
    with context.platform(), transaction.atomic():
        return PlatformAdmin.objects.filter(email=email.lower()).first()


def get_session(refresh_sha256: bytes) -> PlatformSession | None:
    """The unexpired session of a refresh token, with its active admin."""
    with context.platform(), transaction.atomic():
        return (
            PlatformSession.objects.select_related("admin")
            .filter(refresh_sha256=refresh_sha256, expires_at__gt=now(), admin__is_active=True)
            .first()
        )


def start(admin: PlatformAdmin) -> tuple[UUID, str]:
    """A new session: its id and its refresh token."""
    refresh_token = str(uuid4())
    expires_at = now() + timedelta(days=settings.HUB_REFRESH_TOKEN_DAYS)
    with context.platform(), transaction.atomic():
        session = PlatformSession.objects.create(
            admin=admin, refresh_sha256=digest(refresh_token), expires_at=expires_at
        )
    return session.id, refresh_token


def end(session_id: UUID) -> None:
    """Sign out."""
    with context.platform(), transaction.atomic():
        PlatformSession.objects.filter(id=session_id).delete()


def admin_payload(admin: PlatformAdmin) -> UserPayload:
    """A platform admin in the shape of a user without a tenant."""
    return UserPayload(
        id=admin.id,
        email=admin.email,
        first_name=admin.first_name,
        last_name=admin.last_name,
        name=admin.name,
        role=Role.PLATFORM_ADMIN.value,
        roles=[ROLE_CLAIMS[Role.PLATFORM_ADMIN]],
        scopes=list(scopes_of(Role.PLATFORM_ADMIN)),
        tenant_id=None,
        enabled=admin.is_active,
        is_active=admin.is_active,
        email_confirmed=True,
        created_at=admin.created_at,
        updated_at=admin.updated_at,
    )
