"""What `/tenants` takes and gives."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from django.conf import settings
from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, StringConstraints

from helpdesk.analytics.rules import known_zones
from helpdesk.paging import PageMeta, PageQuery
from helpdesk.people.schemas import Email, NewPassword, PersonName
from helpdesk.retention import SETTING, require_days
from helpdesk.shapes import Input, Moment, Seen, Shape

MOST_SETTINGS_BYTES = 16 * 1024
YES_OR_NO = ("openRegistration", "showAgentTyping")
"""Settings that the hub reads: may strangers register; do requesters see that an agent types."""
RESERVED_SLUGS = frozenset({"www", "api", "platform", "admin", "localhost", "public", "static", "mail", "ws"})


def _settings(value: dict[str, Any]) -> dict[str, Any]:
    if len(orjson.dumps(value)) > MOST_SETTINGS_BYTES:
        raise ValueError("At most 16 kB of JSON.")
    for name in YES_OR_NO:
        if not isinstance(value.get(name, True), bool):
            raise ValueError(f"{name} is true or false.")  # noqa: TRY004  pydantic tells ValueErrors
    if SETTING in value:
        require_days(value[SETTING])
    if not isinstance(value.get("timeZone", ""), str) or value.get("timeZone", "UTC") not in known_zones():
        raise ValueError("timeZone is a name of the IANA database, as Europe/Berlin.")
    return value


def _free(slug: str) -> str:
    if slug in RESERVED_SLUGS:
        raise ValueError("This slug is reserved.")
    return slug


Slug = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"),
    AfterValidator(_free),
]
MOST_DOMAINS = 20


def _not_below_ours(domain: str) -> str:
    if f".{domain}".endswith(f".{settings.HUB_BASE_DOMAIN}"):
        raise ValueError("Below the hub's own domain a desk is found by its slug.")
    return domain


_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
DomainName = Annotated[
    str,
    BeforeValidator(lambda given: given.strip().lower() if isinstance(given, str) else given),
    # The last label begins with a letter: an address is no name.
    StringConstraints(max_length=253, pattern=rf"^({_LABEL}\.)+[a-z]([a-z0-9-]{{0,61}}[a-z0-9])?$"),
    AfterValidator(_not_below_ours),
]
Domains = Annotated[list[DomainName], Field(max_length=MOST_DOMAINS), AfterValidator(lambda names: sorted(set(names)))]
TenantName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Seen]
Settings = Annotated[dict[str, Any], AfterValidator(_settings)]


class TenantPayload(Shape):
    """`domains`: its own hosts, beside `<slug>.<base domain>`."""

    id: UUID
    name: str
    slug: str
    domains: list[str]
    settings: dict[str, Any]
    is_active: bool
    created_at: Moment
    updated_at: Moment


class FirstAdmin(Input):
    """Who can sign in to the new tenant first."""

    email: Email
    password: NewPassword
    first_name: PersonName
    last_name: PersonName


class CreateTenant(Input):
    """`slug`: the host name's label, `<slug>.<base domain>`."""

    name: TenantName
    slug: Slug
    domains: Domains = Field(default_factory=list)
    settings: Settings = Field(default_factory=dict)
    admin: FirstAdmin | None = None


class ChangeTenant(Input):
    """The fields to change; `domains` are all of them. A tenant's admin may change name and settings.

    With another slug the desk is at another host at once, and no longer at the old one; sockets and tokens stay good.
    `isActive: false` suspends it: sockets end, nobody signs in or is answered, and all is kept until it is resumed.

    Of the settings the hub reads `openRegistration`, `showAgentTyping` (do requesters see that an agent types) and
    `timeZone` (whose days analytics counts where nobody says more), and `keepDays` (how long `log`, `origins`, `mails`,
    `deliveries`, `accessLog`, `notifications` are kept; 0 is for ever).
    """

    name: TenantName = ""
    slug: Slug = ""
    domains: Domains = Field(default_factory=list)
    settings: Settings = Field(default_factory=dict)
    is_active: StrictBool = True


class TenantListQuery(PageQuery):
    sort_by: Literal["createdAt", "name", "slug"] = "createdAt"
    sort_order: Literal["asc", "desc"] = "desc"


class DeleteQuery(Shape):
    confirm: str = Field("", max_length=100)


class TenantList(Shape):
    data: list[TenantPayload]
    meta: PageMeta
