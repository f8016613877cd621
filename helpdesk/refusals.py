"""Whatever goes wrong in an operation, as the contract tells it. What we did not expect is logged, not told."""

from __future__ import annotations

from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic.alias_generators import to_camel

from helpdesk.answers import refusal
from helpdesk.errors import (
    BadRequest,
    Detail,
    HelpdeskError,
    InternalError,
    NotFound,
    Unauthorized,
    Unavailable,
    ValidationFailed,
)
from helpdesk.meters import DATABASE_FAILURES

LOCK_TIMEOUT = "55P03"
MISSING = frozenset({"42P01", "3F000"})
"""SQLSTATE: undefined_table, invalid_schema_name (PostgreSQL, appendix A)."""

_log = structlog.get_logger(__name__)


def told(error: Exception) -> HelpdeskError:
    """The refusal that an exception becomes."""
    match error:
        case HelpdeskError():
            return error
        case ValidationError():
            return _wrong_fields(error)
        case AuthenticationError():
            return Unauthorized()
        case Http404():
            return NotFound()
        case HttpError(__cause__=HelpdeskError() as cause) | HttpError(__context__=HelpdeskError() as cause):
            return cause  # Ninja wraps what its parser raises
        case HttpError():
            return BadRequest(str(error))
        case OperationalError() | InterfaceError():
            return _unavailable(error)
        case ProgrammingError() if _sqlstate(error) in MISSING:
            # A tenant that was deleted a moment ago, or one that has not been migrated.
            _log.error("tables_missing", error=str(error).splitlines()[0])
            return Unavailable("This help desk is not there, or not ready yet.")
        case _:
            _log.error("unexpected_error", exc_info=error)
            return InternalError()


def _unavailable(error: Exception) -> Unavailable:
    if _sqlstate(error) == LOCK_TIMEOUT:
        return Unavailable("Somebody is changing this right now. Try again in a moment.")
    DATABASE_FAILURES.inc()
    _log.error("database_unavailable", error=type(error).__name__, sqlstate=_sqlstate(error))
    return Unavailable()


def _sqlstate(error: Exception) -> str | None:
    return getattr(error.__cause__, "sqlstate", None)


def tell_refusals(api: NinjaAPI) -> None:
    """Make `told` the one handler of the API's exceptions."""

    def handler(request: HttpRequest, error: Exception) -> HttpResponse:
        return refusal(request, told(error))

    for kind in (HelpdeskError, ValidationError, AuthenticationError, HttpError, Http404, Exception):
        api.add_exception_handler(kind, handler)  # type: ignore[arg-type]  # Ninja's type admits classes too


def _wrong_fields(error: ValidationError) -> HelpdeskError:
    if all(wrong["loc"][0] == "path" for wrong in error.errors):
        return NotFound()
    details = [_detail(wrong) for wrong in error.errors]
    return ValidationFailed(details=list({(detail.field, detail.message): detail for detail in details}.values()))


def _detail(wrong: dict[str, Any]) -> Detail:
    """pydantic's words, without what was submitted: its parsing errors quote that after a comma."""
    place, *path = wrong["loc"]
    if place == "body" or (path and path[0] in ("query", "filters")):
        path = path[1:]
    if place == "query":
        path = path[:1]  # what follows are the branches of a union that were tried
    if place == "body":
        path = [part for part in path if not _is_branch(part)]
    message = str(wrong["msg"]).removeprefix("Value error, ")
    if str(wrong["type"]).endswith("_parsing"):
        message = message.partition(",")[0]
    if place == "path":
        path = [to_camel(str(part)) for part in path]
    return Detail(".".join(str(part) for part in path), message, str(wrong["type"]))


def _is_branch(part: Any) -> bool:
    """Is it pydantic's name of a branch of a union, and not of a field?"""
    return part == "uuid" or (isinstance(part, str) and "[" in part)
