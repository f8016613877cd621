"""JSON as the contract takes it: what a client may not send is refused here, before any schema sees it.

Unparsable is BAD_REQUEST; parsable but not acceptable (NUL, a number that JavaScript cannot hold) is VALIDATION_ERROR
with the field's path. `details[0].code` is one of `malformed`, `too_deep`, `nul`, `number_out_of_range`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import orjson
from django.http import HttpRequest
from ninja.parser import Parser

from helpdesk.errors import BadRequest, Detail, HelpdeskError, ValidationFailed

DEEPEST = 32
"""How many arrays and objects may stand inside each other."""
LARGEST_NUMBER = 2**53 - 1
"""The largest integer that every JSON reader holds exactly (RFC 8259, section 6)."""
LONGEST_SHOWN_FIELD = 200


class StrictParser(Parser):
    """Ninja's parser over `parse_json`. A top-level value that is no object is left to the schema."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        return cast("dict[str, Any]", parse_json(request.body))


def parse_json(body: bytes) -> object:
    """The value of a JSON text (RFC 8259) in UTF-8 without a byte order mark. The last of two equal keys counts.

    Raises BadRequest or ValidationFailed, and nothing else; neither repeats a submitted value.
    """
    try:
        value: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _unparsable(error) from None
    # orjson takes a raw control character for malformed, so a NUL can only come escaped.
    _walk(value, may_hold_nul=b"\\u0000" in body)
    return value


def _unparsable(error: orjson.JSONDecodeError) -> HelpdeskError:
    """orjson gives up on these two itself, and tells them only in words (tests hold it to them)."""
    if "depth limit" in error.msg:
        return _too_deep()
    if "infinity" in error.msg:
        return _refused([], "number_out_of_range")
    message = "The body is not valid JSON in UTF-8."
    return BadRequest(message, details=[Detail("", message, "malformed")])


def _too_deep() -> BadRequest:
    message = f"The body is nested deeper than {DEEPEST} levels."
    return BadRequest(message, details=[Detail("", message, "too_deep")])


def _walk(value: object, *, may_hold_nul: bool) -> None:
    """Visit every value once, without recursion: the depth is the client's choice, the stack is ours."""
    # The body stands in an array of its own, so that a bare number is checked too; that one has depth 0.
    root = [value]
    level: list[Any] = [root]
    depth = 0
    while level:
        deeper: list[Any] = []
        for container in level:
            if found := _first_wrong(container, deeper, may_hold_nul=may_hold_nul):
                key, code = found
                raise _refused([*_path_to(container, root), *key], code)
        level = deeper
        depth += 1
        if level and depth > DEEPEST:
            raise _too_deep()


def _first_wrong(container: Any, deeper: list[Any], *, may_hold_nul: bool) -> tuple[list[str], str] | None:
    """The key and code of what is wrong in one array or object; its members with members of their own go to `deeper`.

    Nothing is noted on the way for the path of an error: a megabyte of brackets would make a million notes.
    """
    is_object = type(container) is dict
    members: Iterable[tuple[Any, Any]] = container.items() if is_object else enumerate(container)
    for key, member in members:
        if may_hold_nul and is_object and "\0" in key:
            return [], "nul"
        kind = type(member)
        if kind is dict or kind is list:
            deeper.append(member)
        elif kind is int or kind is float:
            # orjson reads an integer beyond 64 bits as a float: the bound is one for both.
            if not -LARGEST_NUMBER <= member <= LARGEST_NUMBER:
                return [str(key)], "number_out_of_range"
        elif may_hold_nul and kind is str and "\0" in member:
            return [str(key)], "nul"
    return None


def _path_to(wanted: Any, root: Any) -> list[str]:
    """The keys that lead from `root` to one array or object in it, looked for only once there is an error to tell."""
    level: list[tuple[Any, list[str]]] = [(root, [])]
    while level:
        deeper: list[tuple[Any, list[str]]] = []
        for container, path in level:
            if container is wanted:
                return path
            members: Iterable[tuple[Any, Any]] = container.items() if type(container) is dict else enumerate(container)
            deeper.extend((member, [*path, str(key)]) for key, member in members if type(member) in (dict, list))
        level = deeper
    return []


_SENTENCES = {
    "nul": "Text may not hold a NUL character.",
    "number_out_of_range": "The number is out of range: at most 2^53-1 either way.",
}


def _refused(path: list[str], code: str) -> ValidationFailed:
    # The first name is the array that `_walk` put around the body.
    return ValidationFailed.of(".".join(path[1:])[:LONGEST_SHOWN_FIELD], _SENTENCES[code], code)
