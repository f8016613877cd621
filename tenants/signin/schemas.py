"""What signing in takes and gives."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from pydantic import AfterValidator, StringConstraints

from helpdesk.events.payloads import UserPayload
from helpdesk.people.passwords import MOST_BYTES
from helpdesk.shapes import Input, Shape


def _address(value: str) -> str:
    try:
        validate_email(value)
    except ValidationError as error:
        raise ValueError("This is not an email address.") from error
    return value.lower()


def _fits_bcrypt(value: str) -> str:
    if len(value.encode()) > MOST_BYTES:
        raise ValueError(f"At most {MOST_BYTES} bytes.")
    return value


Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254), AfterValidator(_address)]
NewPassword = Annotated[str, StringConstraints(min_length=8), AfterValidator(_fits_bcrypt)]
AnyPassword = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
PersonName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
LongName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
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


class SignedIn(Shape):
    """`token` and `accessToken` are the same; `expiresIn` is in seconds. The token is set as a cookie too."""

    token: str
    access_token: str
    refresh_token: str
    token_type: str = "Bearer"  # noqa: S105
    expires_in: int
    user: UserPayload
