"""What a mailed link does: accept, reset, confirm. The link names its tenant; a host that names another is refused."""

from __future__ import annotations

from helpdesk.people import actions as people
from helpdesk.people.directory import digest
from helpdesk.people.link_tokens import LinkToken
from helpdesk.people.links import LinkEnded, read_token
from helpdesk.people.passwords import hash_password
from helpdesk.vocabulary import LinkPurpose
from helpdesk.work import unit_of_work
from tenants import context
from tenants.context import TenantRef
from tenants.middleware import TenantsDiffer, TenantSuspended
from tenants.resolve import tenant_by_id
from tenants.signin.actions import MOST_TENANTS, sign_in, tenants_that_know
from tenants.signin.schemas import SignedIn


def accept(of_host: TenantRef | None, *, token: str, password: str, client: str = "") -> SignedIn:
    """Their first password, and signed in."""
    tenant, said = _read(of_host, token, LinkPurpose.INVITATION)
    password_hash = hash_password(password)
    with context.tenant(tenant), unit_of_work():
        person = people.accept_invitation(said.link_id, password_hash=password_hash)
        return sign_in(tenant, person, operation="acceptInvitation", client=client)


def reset(of_host: TenantRef | None, *, token: str, password: str, client: str = "") -> SignedIn:
    """A new password, signed out everywhere else, and signed in."""
    tenant, said = _read(of_host, token, LinkPurpose.RESET)
    password_hash = hash_password(password)
    with context.tenant(tenant), unit_of_work():
        person = people.reset_password(said.link_id, password_hash=password_hash)
        return sign_in(tenant, person, operation="resetPassword", client=client)


def confirm(of_host: TenantRef | None, *, token: str) -> str:
    """The address that is confirmed now."""
    tenant, said = _read(of_host, token, LinkPurpose.CONFIRMATION)
    with context.tenant(tenant), unit_of_work():
        return people.confirm_address(said.link_id).email


def forgot(tenant: TenantRef | None, *, email: str) -> None:
    """Mail a link in the tenant, or in each that knows the address. Says nothing to anybody."""
    for candidate in [tenant] if tenant else tenants_that_know(digest(email))[:MOST_TENANTS]:
        if candidate.is_active:
            with context.tenant(candidate), unit_of_work():
                people.forgot_password(email)


def _read(of_host: TenantRef | None, token: str, purpose: LinkPurpose) -> tuple[TenantRef, LinkToken]:
    said = read_token(token, purpose)
    tenant = tenant_by_id(said.tenant_id) if said else None
    if said is None or tenant is None:
        raise LinkEnded
    if of_host is not None and of_host.id != tenant.id:
        raise TenantsDiffer
    if not tenant.is_active:
        raise TenantSuspended
    return tenant, said
