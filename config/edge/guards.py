"""What a request must be before its body or the application is looked at: pure checks of the ASGI scope.

Each `require_…` returns nothing or raises the contract's refusal; none of them repeats what was sent.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from config.edge.asgi import Scope
from helpdesk.errors import BadRequest, Detail, UnsupportedMediaType

LONGEST_QUERY = 8 * 1024
LONGEST_PATH = 8 * 1024
"""Both in bytes as sent, still percent-encoded."""

_BODY_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_JSON = re.compile(rb"application/(?:[a-z0-9!#$&^_.+-]+\+)?json")
_UTF_8 = frozenset({b"utf-8", b"utf8"})


def require_sane_target(scope: Scope) -> None:
    """Path and query hold no NUL, are UTF-8 once decoded, and are not over-long."""
    path = raw_path(scope)
    query: bytes = scope.get("query_string", b"")
    if len(path) > LONGEST_PATH:
        raise _refusal("The path is too long.", "path_too_long")
    if len(query) > LONGEST_QUERY:
        raise _refusal("The query is longer than 8 KiB.", "query_too_long")
    _require_text(path, "path")
    if query:
        _require_text(query, "query")


def require_json(scope: Scope) -> None:
    """The body of this request is plain UTF-8 JSON by its headers. Called only where there is a body."""
    types: list[bytes] = []
    for name, value in scope["headers"]:
        if name == b"content-type":
            types.append(value)
        elif name == b"content-encoding" and value.strip().lower() not in (b"", b"identity"):
            raise UnsupportedMediaType("Send the body without a content encoding.")
    if scope["method"] in _BODY_METHODS and scope["path"].startswith("/api/") and not _is_json(types):
        raise UnsupportedMediaType


def raw_path(scope: Scope) -> bytes:
    """The path as it was sent; servers that keep only the decoded one get it in UTF-8."""
    raw: bytes | None = scope.get("raw_path")
    return scope["path"].encode("utf-8", "surrogatepass") if raw is None else raw


def _is_json(types: list[bytes]) -> bool:
    if len(types) != 1:
        return False
    essence, *parameters = types[0].lower().split(b";")
    return _JSON.fullmatch(essence.strip()) is not None and all(map(_is_fine_parameter, parameters))


def _is_fine_parameter(parameter: bytes) -> bool:
    name, _, value = parameter.partition(b"=")
    return name.strip() != b"charset" or value.strip().strip(b'"') in _UTF_8


def _require_text(sent: bytes, where: str) -> None:
    if sent.isascii() and b"%" not in sent and b"\0" not in sent:
        return
    decoded = unquote_to_bytes(sent)
    if b"\0" in decoded:
        raise _refusal(f"The {where} holds a NUL.", "nul")
    try:
        decoded.decode("utf-8")
    except UnicodeDecodeError:
        raise _refusal(f"The {where} is not valid UTF-8.", "not_utf8") from None


def _refusal(message: str, code: str) -> BadRequest:
    return BadRequest(message, details=[Detail("", message, code)])
