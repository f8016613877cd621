"""Examples for the OpenAPI document, put together from its schemas and from what `told` says of each field."""

from __future__ import annotations

from typing import Any

from helpdesk.errors import HelpdeskError
from helpdesk.examples.exceptions import ENOUGH, EXCEPTIONS
from helpdesk.examples.told import FIELDS

_JSON = "application/json"


class Untold(LookupError):
    """A field without an example: tell one in helpdesk/examples/told.py."""


def add_examples(document: dict[str, Any]) -> None:
    """An example for every body, every answer in JSON and every parameter that says too little; in place."""
    schemas = document["components"]["schemas"]
    for methods in document["paths"].values():
        for operation in methods.values():
            for told in [operation.get("requestBody", {}), *operation["responses"].values()]:
                if described := told.get("content", {}).get(_JSON):
                    described["example"] = example_of(described["schema"], schemas)


def example_of(schema: dict[str, Any], schemas: dict[str, Any], *, at: str = "") -> Any:
    """What the schema could hold; `at` is the place, as `Schema.field`. Raises Untold."""
    name = at.rpartition(".")[2]
    for told in (at, name):
        if told in EXCEPTIONS:
            return EXCEPTIONS[told]
    if reference := schema.get("$ref"):
        title = reference.rpartition("/")[2]
        return (
            _object(title, schemas, at)
            if "properties" in schemas[title]
            else example_of(schemas[title], schemas, at=at)
        )
    if choices := schema.get("anyOf") or schema.get("allOf") or schema.get("oneOf"):
        return _of_a_choice(choices, schemas, at)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return FIELDS[name] if FIELDS.get(name) in schema["enum"] else schema["enum"][0]
    return _of_a_type(schema, schemas, at)


def _object(title: str, schemas: dict[str, Any], at: str) -> dict[str, Any]:
    fields = schemas[title]["properties"]
    named = ENOUGH.get(title, fields)
    return {name: example_of(fields[name], schemas, at=f"{title}.{name}") for name in named}


def _of_a_choice(choices: list[dict[str, Any]], schemas: dict[str, Any], at: str) -> Any:
    name = at.rpartition(".")[2]
    is_object = any("$ref" in choice for choice in choices)
    if name in FIELDS and not is_object:
        return FIELDS[name]
    return example_of(next(one for one in choices if one.get("type") != "null"), schemas, at=at)


def _of_a_type(schema: dict[str, Any], schemas: dict[str, Any], at: str) -> Any:
    items = schema.get("items", {})
    inner = items.get("$ref") or "enum" in items or "anyOf" in items or "oneOf" in items
    if schema.get("type") == "array" and inner:
        return [example_of(items, schemas, at=at)]
    of_each = schema.get("additionalProperties")
    if isinstance(of_each, dict) and "$ref" in of_each:
        return {"database": example_of(of_each, schemas, at=at)}
    name = at.rpartition(".")[2]
    if name in FIELDS:
        return FIELDS[name]
    raise Untold(at)


def refused(refusal: type[HelpdeskError]) -> dict[str, Any]:
    """How a refusal is told, on the path of the story."""
    told = refusal()
    return {
        "code": refusal.code,
        "message": told.message,
        "details": [detail.shape() for detail in told.details],
        "timestamp": FIELDS["timestamp"],
        "path": FIELDS["path"],
        "requestId": FIELDS["requestId"],
    }
