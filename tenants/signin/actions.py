"""Signing up, in and out: in the tenant that the host, the body or the sign-in directory names.

Passwords are compared outside transactions, and as often for an unknown address as for a known one, so
that neither the answer nor its time tells who exists.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import transaction

from helpdesk.access_log.actions import record_sign_in
from helpdesk.access_log.rules import Access
from helpdesk.errors import Conflict, Forbidden, Unauthorized, ValidationFailed
from helpdesk.people import actions as people
from helpdesk.people.directory import digest
from helpdesk.people.links import send_link
from helpdesk.people.models import Person
from helpdesk.people.passwords import hash_password, password_matches, spend_a_check
from helpdesk.people.queries import get_person_by_email, get_session, lock_by_password
from helpdesk.people.shapes import user_payload
from helpdesk.people.tokens import Bearer, issue_token
from helpdesk.vocabulary import AccessKind, LinkPurpose, Role
from helpdesk.work import unit_of_work
from tenants import context, platform_sessions
from tenants.context import TenantRef
from tenants.middleware import TenantsDiffer, TenantSuspended
from tenants.models import PlatformAdmin, SignInDirectory
from tenants.resolve import tenant_by_id, tenant_by_slug
from tenants.signin.schemas import SignedIn, TenantNamed
from tenants.signin.steady import steady_when
from tenants.watch.notes import Place, notes, this_hour

SIX_CHECKS_S = 2.0
"""Longer than comparing with a platform admin's and five tenants' hashes of twelve rounds takes."""
MOST_TENANTS = 5
"""In how many tenants of the directory a password is tried."""


class WrongCredentials(Unauthorized):
    """The address or the password is not right."""

    reason = "wrong_credentials"


class WrongPassword(ValidationFailed):
    """This is not your password."""

    reason = "wrong_password"

    def __init__(self) -> None:
        details = ValidationFailed.of("currentPassword", type(self).__doc__ or "", self.reason).details
        super().__init__(details=details)


class ChooseTenant(Conflict):
    """You are known in several tenants: name one of `data.tenants`."""

    reason = "choose_tenant"


class NotInTheFirstTenants(ChooseTenant):
    """This address is known in many tenants: name yours."""


class RegistrationClosed(Forbidden):
    """This help desk does not take registrations."""

    reason = "registration_closed"


@dataclass(frozen=True, slots=True)
class _Known:
    """Somebody with that address, somewhere: their hash, and who they are if it matches."""

    tenant: TenantRef
    person: Person


def register(
    tenant: TenantRef, *, email: str, password: str, first_name: str, last_name: str, client: str = ""
) -> SignedIn:
    """A new requester, signed in from the address `client`."""
    if not tenant.settings.get("openRegistration", True):
        raise RegistrationClosed
    password_hash = hash_password(password)
    with context.tenant(tenant), unit_of_work():
        person = people.create_person(
            None,
            email=email,
            first_name=first_name,
            last_name=last_name,
            password_hash=password_hash,
            role=Role.REQUESTER,
        )
        send_link(person, person, LinkPurpose.CONFIRMATION)
        return sign_in(tenant, person, operation="register", client=client)


def log_in(tenant: TenantRef | None, *, email: str, password: str, client: str = "") -> SignedIn:
    """Sign in to `tenant`; without one, as a platform admin or to the one tenant where the password fits.

    `client` is the address that asks, for the access log. A wrong one without a tenant takes the same time whether
    one password was compared or those of five tenants.
    """
    if tenant is not None:
        return _log_in(tenant, email=email, password=password, client=client)
    with steady_when(WrongCredentials, SIX_CHECKS_S * 2 ** (settings.HUB_BCRYPT_ROUNDS - 12)):
        return _log_in(None, email=email, password=password, client=client)


def _log_in(tenant: TenantRef | None, *, email: str, password: str, client: str) -> SignedIn:
    checked = 0
    if tenant is None and (admin := platform_sessions.get_admin(email)):
        checked += 1
        if password_matches(password, admin.password_hash) and admin.is_active:
            return _sign_in_admin(admin)
    candidates = [tenant] if tenant else tenants_that_know(digest(email))
    too_many = len(candidates) > MOST_TENANTS
    known = list(_known_as(email, candidates[:MOST_TENANTS]))
    matching = [one for one in known if password_matches(password, one.person.password_hash) and one.person.is_active]
    if checked + len(known) == 0:
        spend_a_check(password)
    if not matching:
        _note_failure(tenant, email, known, client=client)
    if not matching and too_many:
        raise NotInTheFirstTenants(data={"tenants": []})
    if not matching:
        raise WrongCredentials
    open_ = [one for one in matching if one.tenant.is_active]
    if not open_:
        raise TenantSuspended
    if len(open_) > 1:
        raise ChooseTenant(data={"tenants": [one.tenant.slug for one in open_]})
    tenant, person = open_[0].tenant, open_[0].person
    with context.tenant(tenant), unit_of_work():
        if not lock_by_password(person.id, person.password_hash):  # changed while we compared
            raise WrongCredentials
        return sign_in(tenant, person, operation="login", client=client)


def guessed_at(tenant: TenantRef | None, email: str) -> str:
    """Whose password a sign-in guesses: an address has one in each tenant, and other people may own the others."""
    return f"{tenant.id if tenant else ''} {email}"


def is_known_once(email: str) -> bool:
    """Is there one password only that a sign-in without a tenant looks at?"""
    return len(tenants_that_know(digest(email))) + (platform_sessions.get_admin(email) is not None) == 1


def refresh(tenant: TenantRef | None, *, refresh_token: str) -> SignedIn:
    """A new access token for a refresh token, which stays valid."""
    sha256 = digest(refresh_token)
    if tenant is None and (session := platform_sessions.get_session(sha256)):
        return _signed_in_admin(session.admin, session.id, refresh_token)
    for candidate in [tenant] if tenant else tenants_that_know(sha256):
        with context.tenant(candidate), unit_of_work():
            found = get_session(sha256)
            if found is None:
                continue
            if not candidate.is_active:
                raise TenantSuspended
            return _signed_in(candidate, found.person, found.id, refresh_token)
    raise Unauthorized("This refresh token is not valid.")


def log_out(somebody: Person | PlatformAdmin, *, session_id: UUID) -> None:
    """End the session; the caller is in the person's tenant."""
    if isinstance(somebody, PlatformAdmin):
        platform_sessions.end(session_id)
        return
    with unit_of_work():
        people.end_session(session_id)


def change_password(person: Person, *, session_id: UUID, current: str, new: str) -> None:
    """A new password for whoever knows the old one; every other session ends. The caller is in the tenant."""
    with transaction.atomic():
        password_hash = Person.objects.values_list("password_hash", flat=True).get(id=person.id)
    if not password_matches(current, password_hash):
        raise WrongPassword
    new_hash = hash_password(new)
    with unit_of_work():
        if not lock_by_password(person.id, password_hash):  # changed while we compared
            raise WrongPassword
        people.set_password(person, new_hash, kept=session_id)


def named_tenant(of_host: TenantRef | None, body: TenantNamed) -> TenantRef | None:
    """The tenant of the host, else of the body; TenantsDiffer where both are given and differ."""
    named: list[TenantRef] = [of_host] if of_host else []
    if body.tenant_id is not None:
        named.append(_existing(tenant_by_id(body.tenant_id), "tenantId"))
    if body.tenant_slug is not None:
        named.append(_existing(tenant_by_slug(body.tenant_slug), "tenantSlug"))
    if len({tenant.id for tenant in named}) > 1:
        raise TenantsDiffer
    return named[0] if named else None


def required_tenant(of_host: TenantRef | None, body: TenantNamed) -> TenantRef:
    """As `named_tenant`, for registering: somebody must name one, and it must be open."""
    tenant = named_tenant(of_host, body)
    if tenant is None:
        raise ValidationFailed.of("tenantSlug", "Name the tenant: tenantId or tenantSlug.", "missing")
    if not tenant.is_active:
        raise TenantSuspended
    return tenant


def _existing(tenant: TenantRef | None, field: str) -> TenantRef:
    if tenant is None:
        raise ValidationFailed.of(field, "There is no such tenant.", "unknown_tenant")
    return tenant


def tenants_that_know(sha256: bytes) -> list[TenantRef]:
    """Those in whose directory it stands, suspended ones too; one more than are tried."""
    with context.platform(), transaction.atomic():
        rows = SignInDirectory.objects.filter(sha256=sha256).order_by("tenant_id")
        ids = list(rows.values_list("tenant_id", flat=True)[: MOST_TENANTS + 1])
    return [tenant for tenant in map(tenant_by_id, ids) if tenant is not None]


def _known_as(email: str, tenants: list[TenantRef]) -> Iterator[_Known]:
    for tenant in tenants:
        with context.tenant(tenant), transaction.atomic():
            person = get_person_by_email(email)
        if person is not None:
            yield _Known(tenant, person)


def _note_failure(tenant: TenantRef | None, email: str, known: list[_Known], *, client: str) -> None:
    """In each tenant that has the address; where none has, in the one that was named, without the address."""
    hour, kind = this_hour(), AccessKind.SIGN_IN_FAILED
    for one in known:
        notes.note(Place(one.tenant.id), Access(kind, hour, "login", client, one.person.id))
    if tenant is not None and not known:
        notes.note(Place(tenant.id), Access(kind, hour, "login", client, digest=digest(email).hex()))


def sign_in(tenant: TenantRef, person: Person, *, operation: str, client: str) -> SignedIn:
    """A new session, noted in the access log. The caller is in the tenant, in a unit of work."""
    session_id, refresh_token = people.start_session(person)
    record_sign_in(person, operation=operation, client=client)
    return _signed_in(tenant, person, session_id, refresh_token)


def _signed_in(tenant: TenantRef, person: Person, session_id: UUID, refresh_token: str) -> SignedIn:
    bearer = Bearer(person.id, person.email, Role(person.role), tenant.id)
    token, lasts = issue_token(bearer, session_id=session_id)
    user = user_payload(person, tenant_id=tenant.id)
    return SignedIn(token=token, access_token=token, refresh_token=refresh_token, expires_in=lasts, user=user)


def _sign_in_admin(admin: PlatformAdmin) -> SignedIn:
    session_id, refresh_token = platform_sessions.start(admin)
    return _signed_in_admin(admin, session_id, refresh_token)


def _signed_in_admin(admin: PlatformAdmin, session_id: UUID, refresh_token: str) -> SignedIn:
    token, lasts = issue_token(Bearer(admin.id, admin.email, Role.PLATFORM_ADMIN, None), session_id=session_id)
    user = platform_sessions.admin_payload(admin)
    return SignedIn(token=token, access_token=token, refresh_token=refresh_token, expires_in=lasts, user=user)
