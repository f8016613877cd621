"""The three documents that are promised: the REST contract, the socket's, the events'."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.contracts.promise.schemas import Comparison, Way

JSON = "application/json"
_TEXT = frozenset({"description", "summary", "example", "examples", "title"})
"""What is said and not promised."""


def promise_of(document: Any, *, inside_names: bool = False) -> Any:
    """The document without its text. `inside_names`: the keys are people's names for things, not the standard's."""
    if isinstance(document, dict):
        return {
            name: promise_of(inner, inside_names=name in {"properties", "schemas", "$defs"})
            for name, inner in document.items()
            if inside_names or name not in _TEXT
        }
    return [promise_of(inner) for inner in document] if isinstance(document, list) else document


def broken_rest(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    """Each promise of an OpenAPI document that the other does not keep."""
    now = dict(_operations(after))
    taken, given = Comparison(before, after, Way.TAKEN), Comparison(before, after, Way.GIVEN)
    for at, old in _operations(before):
        if at not in now:
            yield f"{at}: is gone"
            continue
        yield from _callers(old, now[at], at)
        yield from _parameters(old, now[at], taken, at)
        yield from _body(old, now[at], taken, at)
        yield from _answers(old, now[at], given, at)


def broken_socket(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    """Each promise of an AsyncAPI document that the other does not keep. We send what `send` names."""
    sent = {_last(one) for operation in _sending(before) for one in operation["messages"]}
    now = after["components"]["messages"]
    comparisons = {way: Comparison(before, after, way) for way in Way}
    for name, old in before["components"]["messages"].items():
        if name not in now:
            yield f"{name}: is gone"
            continue
        comparison = comparisons[Way.GIVEN if name in sent else Way.TAKEN]
        yield from comparison.broken(old["payload"], now[name]["payload"], name)


def broken_events(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    """Each promise of the events' schema that the other does not keep."""
    comparison = Comparison(before, after, Way.GIVEN)
    for name, old in before["$defs"].items():
        if "properties" not in old:
            continue
        if name not in after["$defs"]:
            yield f"{name}: is gone"
        else:
            yield from comparison.broken(old, after["$defs"][name], name)


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def _callers(old: dict[str, Any], new: dict[str, Any], at: str) -> Iterator[str]:
    for which in ("x-roles", "x-scopes"):
        if which in new:
            gone = set(old.get(which, ["anybody"])) - set(new[which])
            yield from (f"{at}: {who} may not any more" for who in sorted(gone))


def _parameters(old: dict[str, Any], new: dict[str, Any], taken: Comparison, at: str) -> Iterator[str]:
    before, after = _named(old, taken.before), _named(new, taken.after)
    for name, parameter in before.items():
        if name not in after:
            yield f"{at}: takes no {name} any more"
        else:
            yield from taken.broken(parameter["schema"], after[name]["schema"], f"{at} {name}")
    for name, parameter in after.items():
        if parameter.get("required") and not before.get(name, {}).get("required"):
            yield f"{at}: needs {name} now"


def _body(old: dict[str, Any], new: dict[str, Any], taken: Comparison, at: str) -> Iterator[str]:
    before, after = old.get("requestBody"), new.get("requestBody")
    if before and not after:
        yield f"{at}: takes no body any more"
    if after and after.get("required") and not (before and before.get("required")):
        yield f"{at}: needs a body now"
    if before and after:
        yield from taken.broken(before["content"][JSON]["schema"], after["content"][JSON]["schema"], at)


def _answers(old: dict[str, Any], new: dict[str, Any], given: Comparison, at: str) -> Iterator[str]:
    for status, told in old["responses"].items():
        if not status.startswith("2"):
            continue
        now = new["responses"].get(status)
        if now is None:
            yield f"{at}: never answers {status} any more"
            continue
        for media, described in told.get("content", {}).items():
            if media not in now.get("content", {}):
                yield f"{at}: {status} has no {media} any more"
            else:
                yield from given.broken(described["schema"], now["content"][media]["schema"], f"{at} {status}")


def _named(operation: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    found = (
        document["components"]["parameters"][_last(one)] if "$ref" in one else one
        for one in operation.get("parameters", [])
    )
    return {parameter["name"]: parameter for parameter in found}


def _sending(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in document["operations"].values() if one["action"] == "send"]


def _last(reference: dict[str, str]) -> str:
    return reference["$ref"].rpartition("/")[2]
