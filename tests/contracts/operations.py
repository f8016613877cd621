"""Every operation of the OpenAPI document as it stands in the code, and a valid call of it, made from its schema.

An id or a name that nobody has told us how to fill raises: a new operation is covered, or fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID, uuid4

from django.urls import get_resolver

from helpdesk.api import api

API = "/api/v1"
UPLOADED = b"What was uploaded.\n"
SIGN_OUT = frozenset({"logout", "signOutEverywhere", "signOutUser", "eraseUser"})
"""After these, who asked may be signed out."""
_MOMENTS = {"date-time": "2026-01-31T12:00:00.000Z", "date": "2026-01-31"}
OWN_PARAMETERS = frozenset({"page", "limit", "cursor", "sortBy", "sortOrder"})
"""How a list is shown; nobody's data is named by them."""


@dataclass(frozen=True, slots=True)
class Target:
    """Whose things a call names."""

    tenant_id: UUID
    slug: str
    ticket_id: UUID
    comment_id: UUID
    person_id: UUID
    notification_id: UUID
    webhook_id: UUID
    delivery_id: UUID
    attachment_id: UUID
    upload_key: str
    """Of an upload that is expected, with what stands in `UPLOADED`."""
    file_url: str
    address_id: UUID = field(default_factory=uuid4)
    key_id: UUID = field(default_factory=uuid4)
    team_id: UUID = field(default_factory=uuid4)
    member_id: UUID = field(default_factory=uuid4)
    view_id: UUID = field(default_factory=uuid4)
    draft_id: UUID = field(default_factory=uuid4)
    field_id: UUID = field(default_factory=uuid4)
    macro_id: UUID = field(default_factory=uuid4)
    template_id: UUID = field(default_factory=uuid4)
    other_id: UUID = field(default_factory=uuid4)
    """Another ticket, and what it is to the first."""
    relation_id: UUID = field(default_factory=uuid4)
    address: str = "nobody@nowhere.example"
    """Of that person."""
    export_id: UUID = field(default_factory=uuid4)
    policy_id: UUID = field(default_factory=uuid4)
    email: str = "somebody@new.example"
    password: str = "a-new-password"
    refresh_token: str = field(default_factory=lambda: str(uuid4()))
    links: Mapping[str, str] = field(default_factory=dict)
    """The token of a living link, by the operation that it is for."""

    def ids(self) -> dict[str, str]:
        """What stands for each id, by the name of its field or parameter."""
        person = str(self.person_id)
        return {
            "ticketId": str(self.ticket_id),
            "commentId": str(self.comment_id),
            "notificationId": str(self.notification_id),
            "webhookId": str(self.webhook_id),
            "deliveryId": str(self.delivery_id),
            "attachmentId": str(self.attachment_id),
            "userId": person,
            "tenantId": str(self.tenant_id),
            "addressId": str(self.address_id),
            "keyId": str(self.key_id),
            "kind": "public_reply",
            "requesterId": person,
            "assignedToId": person,
            "createdById": person,
            "teamId": str(self.team_id),
            "memberId": str(self.member_id),
            "viewId": str(self.view_id),
            "view": str(self.view_id),
            "draftId": str(self.draft_id),
            "draftKind": "reply",
            "fieldId": str(self.field_id),
            "macroId": str(self.macro_id),
            "templateId": str(self.template_id),
            "otherId": str(self.other_id),
            "intoId": str(self.other_id),
            "relationId": str(self.relation_id),
            "commentIds": str(self.comment_id),
            "exportId": str(self.export_id),
            "memberIds": str(self.member_id),
            "policyId": str(self.policy_id),
            "policyIds": str(self.policy_id),
            "teamIds": str(self.team_id),
            "notifyIds": str(self.member_id),
            "assignToId": str(self.member_id),
        }

    def words(self) -> dict[str, Any]:
        """What stands for the fields whose schema does not say enough."""
        return {
            "tenantSlug": self.slug,
            "slug": f"new-{uuid4().hex[:8]}",
            "domains": [f"desk-{uuid4().hex[:8]}.example"],
            "confirm": self.slug,
            "email": self.email,
            "password": self.password,
            "scopes": ["tickets:read:any"],
            "expiresAt": "2099-01-31T12:00:00.000Z",
            "currentPassword": "test-password",
            "newPassword": self.password,
            "refreshToken": self.refresh_token,
            "seenSeq": 2**40,
            "url": "https://receiver.example/hook",
            "events": ["ticket.created"],
            "secret": "a-secret-of-ones-own",
            "key": self.upload_key,
            "fileUrl": self.file_url,
            "mimeType": "text/plain",
            "fileSize": len(UPLOADED),
            "visibility": "team",
            "stream": f"ticket:{self.ticket_id}",
            "since": f"{uuid4()}.0",
            "timeZone": "Europe/Berlin",
            "field": ["floor:3"],
            "zone": "Europe/Berlin",
            "opens": "09:00",
            "closes": "17:00",
            "country": "DE",
            "subdivision": "BY",
            "firstResponse": 60,
            "nextResponse": 120,
            "resolution": 480,
            "warning": 15,
        }


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    path: str
    body: Any


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the document. `path` stands below /api/v1."""

    id: str
    method: str
    path: str
    described: dict[str, Any]

    @property
    def names_an_object(self) -> bool:
        return "{" in self.path.replace("{kind}", "")

    def call(self, target: Target, *, optional: bool = True) -> Call:
        """A valid call that names the target's things everywhere; `optional` gives every field there is."""
        path, query = self.path, dict[str, str]()
        for parameter in self.parameters():
            name = parameter["name"]
            if parameter["in"] == "path":
                path = path.replace("{" + name + "}", quote(target.ids()[camel(name)]))
            elif name not in OWN_PARAMETERS and (optional or parameter.get("required")):
                value = _value(name, parameter["schema"], target)
                query[name] = value[0] if isinstance(value, list) else str(value)
        if self.id == "deleteTenant":
            query["confirm"] = target.slug
        assert "{" not in path, f"{self.id}: {path}"
        return Call(self.method, path + (f"?{urlencode(query)}" if query else ""), self._body(target, optional))

    def parameters(self) -> list[dict[str, Any]]:
        """In the path and in the query, as the document describes them; headers are their tests' own matter."""
        return [
            parameter
            for parameter in self.described.get("parameters", [])
            if parameter.get("in") != "header" and "$ref" not in parameter
        ]

    def _body(self, target: Target, optional: bool) -> Any:
        if "requestBody" not in self.described:
            return None
        if self.id == "replayWebhook":
            return {"sinceSeq": 1}  # one of two
        if self.id == "bulkTickets":
            return {"ids": [str(target.ticket_id)], "set": {"priority": "low"}}  # one way to pick, one thing to do
        if self.id == "createMacro":
            return {"name": "A macro", "comment": {"content": "Hello {{requester.name}}"}}
        if self.id == "createCustomField":
            return {"key": f"field{uuid4().hex[:8]}", "label": "A field", "type": "text", "isShown": True}
        if self.id in ("updateCustomField", "patchCustomField"):
            return {"label": "Another label", "required": "resolving"}
        if self.id == "createExport":
            found = _object(_resolved({"$ref": "#/components/schemas/TicketsInBody"}), target, optional)
            return {"tickets": found, "timeZone": "UTC"}  # one thing to ask for
        schema = self.described["requestBody"]["content"]["application/json"]["schema"]
        body = _object(_resolved(schema), target, optional)
        if self.id == "registerAttachment":
            body["key"] = target.upload_key  # or fileUrl: one of two
        if self.id == "eraseUser":
            body["confirm"] = target.address
        return body | {"token": target.links[self.id]} if self.id in target.links else body


@cache
def document() -> dict[str, Any]:
    """The document, from the code."""
    get_resolver().url_patterns  # noqa: B018  the routers are added with the addresses
    return dict(api.get_openapi_schema())


@cache
def operations() -> tuple[Operation, ...]:
    """Every operation there is."""
    return tuple(
        Operation(described["operationId"], method.upper(), path.removeprefix(API), described)
        for path, methods in document()["paths"].items()
        for method, described in methods.items()
    )


def operation(operation_id: str) -> Operation:
    return next(found for found in operations() if found.id == operation_id)


def camel(name: str) -> str:
    """A path parameter as the ids are named: `ticket_id` is `ticketId`."""
    head, *rest = name.split("_")
    return head + "".join(word.title() for word in rest)


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if reference := schema.get("$ref"):
        return dict(document()["components"]["schemas"][reference.rpartition("/")[2]])
    if choices := schema.get("anyOf") or schema.get("allOf"):
        return _resolved(next(choice for choice in choices if choice.get("type") != "null"))
    return schema


def _object(schema: dict[str, Any], target: Target, optional: bool) -> dict[str, Any]:
    required = schema.get("required", [])
    return {
        name: _value(name, inner, target)
        for name, inner in schema.get("properties", {}).items()
        if optional or name in required or name == "tenantSlug"
    }


_TEXTS = {"type": "ticket.created"}
"""Where the schema does not say which there are."""


def _value(name: str, schema: dict[str, Any], target: Target) -> Any:
    schema = _resolved(schema)
    if name in target.words():
        return target.words()[name]
    if schema.get("format") == "uuid":
        return target.ids()[name]
    if moment := _MOMENTS.get(schema.get("format", "")):
        return moment
    if "enum" in schema or "const" in schema:
        return schema["enum"][0] if "enum" in schema else schema["const"]
    match schema.get("type"):
        case "object":
            return _object(schema, target, optional=True)
        case "array":
            return [_value(name, schema["items"], target)]
        case "boolean":
            return False
        case "integer":
            return 1
        case "string":
            assert not name.lower().endswith(("id", "ids")), f"Which id stands for {name}?"
            return _TEXTS.get(name, f"a {name}")
    raise AssertionError(f"No value is known for {name}: {schema}")
