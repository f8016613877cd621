"""What signing in takes and gives."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from helpdesk.events.payloads import UserPayload
from helpdesk.people.schemas import AnyPassword, Email, NewPassword, PersonName
from helpdesk.shapes import Input, Seen, Shape

LongName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Seen]
Slug = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=63)]


class TenantNamed(Input):
    """The tenant by id or by slug, where the host does not name it."""

    tenant_id: UUID | None = None
    tenant_slug: Slug | None = None


class Register(TenantNamed):
    """Becomes a requester, whatever else is sent."""

    email: Email
    password: NewPassword
    first_name: PersonName
    last_name: PersonName


class Signup(TenantNamed):
    """As `Register`, with one name, which is divided at its first space."""

    email: Email
    password: NewPassword
    name: LongName


class Login(TenantNamed):
    """Without a tenant, the sign-in directory finds those that know the address."""

    email: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=254, to_lower=True)]
    password: AnyPassword


class Refresh(Input):
    refresh_token: Annotated[str, StringConstraints(min_length=1, max_length=200)]


LinkText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class WithLink(Input):
    """`token`: what stands in the mail's link."""

    token: LinkText


class NewPasswordWithLink(WithLink):
    """The link says who they are and of which tenant."""

    password: NewPassword


class Forgot(TenantNamed):
    """Without a tenant, every one that the sign-in directory finds for the address, at most five."""

    email: Email


class Forgotten(Shape):
    """The same for every address."""

    message: str = "If this address can sign in here, a mail with a link is on its way."


class Confirmed(Shape):
    """The address that is theirs."""

    email: str
    email_confirmed: bool = True


class SignedIn(Shape):
    """`token` and `accessToken` are the same; `expiresIn` is in seconds. The token is set as a cookie too."""

    token: str
    access_token: str
    refresh_token: str
    token_type: str = "Bearer"  # noqa: S105
    expires_in: int
    user: UserPayload


class ChangePassword(Input):
    """Every other device is signed out."""

    current_password: AnyPassword
    new_password: NewPassword
