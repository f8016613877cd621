"""What the OpenAPI document says of every operation alike: who may call it, and each way in which it may refuse."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from helpdesk import errors
from helpdesk.examples.compose import add_examples, refused
from helpdesk.idempotency.actions import HEADER as IDEMPOTENCY_KEY
from helpdesk.idempotency.actions import KeyReused
from helpdesk.idempotency.rules import NOT_KEPT
from helpdesk.permissions import ANYBODY, IN_PERSON, OPERATIONS, scopes_for
from helpdesk.shapes import Shape

HEALTH = frozenset({"health", "healthLive", "healthReady"})
"""Their answers have a shape of their own, and no limits."""
WITH_PLACES = frozenset({"exportTickets", "exportTicket", "exportAudit", "exportAnalytics"})
"""GET that is refused with 409 where too many are under way."""
WITH_VERSION = frozenset(
    {
        "updateTicket",
        "patchTicket",
        "deleteTicket",
        "updateTicketComment",
        "patchTicketComment",
        "deleteTicketComment",
        "updateComment",
        "patchComment",
        "deleteComment",
        "updateCustomField",
        "patchCustomField",
        "deleteCustomField",
        "updateMacro",
        "patchMacro",
        "deleteMacro",
        "applyMacro",
        "updateTicketTemplate",
        "patchTicketTemplate",
        "deleteTicketTemplate",
        "updateView",
        "patchView",
        "deleteView",
        "saveDraft",
        "deleteDraft",
    }
)
"""Operations that take `If-Match`."""
_WRITING = frozenset({"post", "put", "patch", "delete"})


class ErrorDetail(Shape):
    field: str
    message: str
    code: str


class Error(Shape):
    """Every refusal of every path."""

    code: str
    message: str
    details: list[ErrorDetail]
    timestamp: str
    path: str
    request_id: str
    data: dict[str, Any] | None = Field(None, description="What helps to do better: `current`, `unseen`, `tenants` …")


_REFUSALS: tuple[type[errors.HelpdeskError], ...] = (
    errors.BadRequest,
    errors.Unauthorized,
    errors.Forbidden,
    errors.NotFound,
    errors.Conflict,
    errors.PreconditionFailed,
    errors.PayloadTooLarge,
    errors.UnsupportedMediaType,
    KeyReused,
    errors.RateLimited,
    errors.InternalError,
    errors.Unavailable,
)
_BY_STATUS = {refusal.status: refusal for refusal in _REFUSALS}
_PARAMETERS = {
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": 'Only if the version is still this one: `"3"`, `W/"3"` or `3`. Else 412 with `data.current`.',
        "schema": {"type": "string", "maxLength": 100},
    },
    "IdempotencyKey": {
        "name": IDEMPOTENCY_KEY,
        "in": "header",
        "description": "Done once in 24 hours for this key; a repetition gets the first answer again.",
        "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
    },
}


def describe(document: dict[str, Any]) -> None:
    """Complete Ninja's document in place: errors, roles, headers, ways to sign in."""
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Error"] = Error.model_json_schema(by_alias=True, ref_template="#/components/schemas/{model}")
    schemas |= schemas["Error"].pop("$defs", {})
    components["responses"] = {refusal.__name__: _response(refusal) for refusal in _REFUSALS}
    components["parameters"] = _PARAMETERS
    components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    for methods in document["paths"].values():
        for method, operation in methods.items():
            _describe_operation(method, operation)
    add_examples(document)


def _response(refusal: type[errors.HelpdeskError]) -> dict[str, Any]:
    told = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}, "example": refused(refusal)}}
    return {"description": " ".join((refusal.__doc__ or "").split()), "content": told}


def _describe_operation(method: str, operation: dict[str, Any]) -> None:
    id_ = operation["operationId"]
    if id_ in HEALTH:
        return
    allowed = OPERATIONS[id_]
    for status in sorted(_statuses(method, operation)):
        operation["responses"][status] = {"$ref": f"#/components/responses/{_BY_STATUS[status].__name__}"}
    named = ["IfMatch"] if id_ in WITH_VERSION else []
    if _takes_key(method, operation):
        named.append("IdempotencyKey")
    if named:
        operation["parameters"] = [
            *operation.get("parameters", []),
            *({"$ref": f"#/components/parameters/{name}"} for name in named),
        ]
    if allowed.roles is not None:
        operation["security"] = [{"bearer": []}]
        operation["x-roles"] = sorted(role.value for role in allowed.roles)
        operation["x-scopes"] = list(scopes_for(id_))
        operation["x-api-keys"] = allowed.scope != IN_PERSON


def _statuses(method: str, operation: dict[str, Any]) -> set[int]:
    """Everywhere: an odd address, no valid token, another tenant's host, an unknown host, limits and trouble."""
    found = {400, 401, 403, 404, 429, 500, 503}
    if "requestBody" in operation or method in _WRITING:
        found |= {409, 413, 415}
    if operation["operationId"] in WITH_PLACES:
        found.add(409)
    if operation["operationId"] in WITH_VERSION:
        found.add(412)
    if _takes_key(method, operation):
        found.add(422)
    return found


def _takes_key(method: str, operation: dict[str, Any]) -> bool:
    """As `helpdesk.idempotency.actions.once` decides; what signs in never comes through that door."""
    roles = OPERATIONS[operation["operationId"]].roles
    kept = operation["operationId"] not in NOT_KEPT and not _is_platforms(operation)
    return method == "post" and roles is not ANYBODY and kept


def _is_platforms(operation: dict[str, Any]) -> bool:
    return bool({"Sign in", "Tenants"} & set(operation.get("tags", [])))
