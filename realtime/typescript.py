"""The frames of docs/asyncapi.json as TypeScript, for `clients/typescript`: `make asyncapi` writes them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_HEAD = """\
/** The frames of `/ws/v1`, both ways. Written from docs/asyncapi.json by `make asyncapi`: do not change it here. */
"""
_WIDTH = 100
_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def frames_as_typescript(document: dict[str, Any]) -> str:
    """The text of frames.ts: a type for each schema, and the unions of what clients and the server send."""
    schemas: dict[str, Any] = document["components"]["schemas"]
    parts = [_HEAD, *(_declaration(name, schema) for name, schema in sorted(schemas.items()))]
    for union, operation in (("ClientFrame", "fromClient"), ("ServerFrame", "fromServer")):
        parts.append(f"export type {union} =\n  | " + "\n  | ".join(_frames_of(document, operation)) + ";\n")
    return "\n".join(parts)


def _frames_of(document: dict[str, Any], operation: str) -> Iterator[str]:
    messages = document["components"]["messages"]
    for message in document["operations"][operation]["messages"]:
        yield _referred(messages[_referred(message)]["payload"])


def _declaration(name: str, schema: dict[str, Any]) -> str:
    told = _comment(schema.get("description", ""), indent="")
    if schema.get("type") != "object":
        return f"{told}export type {name} = {_type(schema)};\n"
    fields = "".join(_field(field, inner, schema) for field, inner in schema.get("properties", {}).items())
    return f"{told}export interface {name} {{\n{fields}}}\n"


def _field(name: str, schema: dict[str, Any], owner: dict[str, Any]) -> str:
    """A `type` always stands in a frame, also where Python would fill it in."""
    is_there = name in owner.get("required", []) or "const" in schema
    told = _comment(schema.get("description", ""), indent="  ")
    return f"{told}  {_key(name)}{'' if is_there else '?'}: {_type(schema)};\n"


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return _referred(schema)
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return " | ".join(dict.fromkeys(_type(one) for one in schema[choice]))
    match schema.get("type"):
        case "array":
            return _array(schema)
        case "object":
            return _object(schema)
        case str() as plain:
            return _PLAIN[plain]
    return "unknown"


def _array(schema: dict[str, Any]) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(_type(item) for item in schema['prefixItems'])}]"
    return f"Array<{_type(schema.get('items', {}))}>"


def _object(schema: dict[str, Any]) -> str:
    if schema.get("properties"):
        inner = "; ".join(_field(name, one, schema).strip().rstrip(";") for name, one in schema["properties"].items())
        return f"{{ {inner} }}"
    more = schema.get("additionalProperties", True)
    return f"Record<string, {_type(more) if isinstance(more, dict) else 'unknown'}>"


def _key(name: str) -> str:
    return name if _NAME.fullmatch(name) else json.dumps(name)


def _referred(schema: dict[str, Any]) -> str:
    return str(schema["$ref"].rpartition("/")[2])


def _comment(text: str, *, indent: str) -> str:
    words = " ".join(text.replace("*/", "* /").split())
    if not words:
        return ""
    if len(words) + len(indent) + 7 <= _WIDTH:
        return f"{indent}/** {words} */\n"
    lines, line = [], ""
    for word in words.split(" "):
        if len(indent) + 3 + len(line) + 1 + len(word) > _WIDTH:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    lines.append(line)
    return f"{indent}/**\n" + "".join(f"{indent} * {one}\n" for one in lines) + f"{indent} */\n"
