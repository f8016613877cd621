"""What the endpoints about people take and give."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, StringConstraints

from helpdesk.events.payloads import UserPayload
from helpdesk.paging import PageMeta, PageQuery
from helpdesk.people.passwords import MOST_BYTES
from helpdesk.shapes import Input, Seen, Shape

MOST_ADDRESS = 254


def _address(value: str) -> str:
    try:
        validate_email(value)
    except ValidationError as error:
        raise ValueError("This is not an email address.") from error
    if len(value.lower()) > MOST_ADDRESS:  # some letters are longer in lower case
        raise ValueError(f"At most {MOST_ADDRESS} characters.")
    return value.lower()


def _fits_bcrypt(value: str) -> str:
    if len(value.encode()) > MOST_BYTES:
        raise ValueError(f"At most {MOST_BYTES} bytes.")
    return value


def _upper(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MOST_ADDRESS), AfterValidator(_address)]
NewPassword = Annotated[str, StringConstraints(min_length=8), AfterValidator(_fits_bcrypt)]
AnyPassword = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
PersonName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), Seen]
LastName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]
TenantRole = Annotated[Literal["USER", "AGENT", "ADMIN"], BeforeValidator(_upper)]


class CreateUser(Input):
    """Without a password: they choose one when they accept the invitation, which is mailed unless `invite` is false."""

    email: Email
    first_name: PersonName
    last_name: LastName = ""
    role: TenantRole = "USER"
    invite: StrictBool = True


class ChangeUser(Input):
    """The fields to change; those left out stay. `isActive: false` signs out everywhere, at once."""

    email: Email = ""
    first_name: PersonName = ""
    last_name: LastName = ""
    role: TenantRole = "USER"
    is_active: StrictBool = True


class ChangeProfile(Input):
    """One's own name."""

    first_name: PersonName = ""
    last_name: LastName = ""


class UserListQuery(PageQuery):
    """`q` is the beginning of a word of the name, or of the address."""

    q: str | None = Field(None, max_length=200)
    role: TenantRole | None = None
    is_active: bool | None = None
    sort_by: Literal["createdAt", "email", "name"] = "createdAt"
    sort_order: Literal["asc", "desc"] = "desc"


class UserList(Shape):
    data: list[UserPayload]
    meta: PageMeta
