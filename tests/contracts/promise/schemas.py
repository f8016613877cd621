"""Does a JSON schema still keep what an earlier one promised? Two ways to ask, for what we take and for what we give.

What we take may only grow wider: whatever was accepted is accepted. What we give may only grow richer: whatever
was there is there, and null only where it could be null. New words in a list of words (`enum`) that we give are no
break: readers are told to expect them (docs/api.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

Schema = dict[str, Any]
_NARROWING = {"maxLength": 1, "maximum": 1, "maxItems": 1, "minLength": -1, "minimum": -1, "minItems": -1}
"""Limits, and in which direction they let more in."""


class Way(Enum):
    TAKEN = "taken"
    GIVEN = "given"


@dataclass
class Comparison:
    """Of two documents that hold schemas; `broken` walks a pair of them."""

    before: Schema
    after: Schema
    way: Way
    seen: set[tuple[str, str]] = field(default_factory=set)

    def broken(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        """Each promise that `new` does not keep, as a sentence with its place."""
        pair = (old.get("$ref", ""), new.get("$ref", ""))
        if all(pair):
            if pair in self.seen:
                return
            self.seen.add(pair)
        old, new = _resolved(old, self.before), _resolved(new, self.after)
        olds, news = _choices(old, self.before), _choices(new, self.after)
        if len(olds) > 1 or len(news) > 1:
            yield from self._choices(olds, news, at)
            return
        yield from self._plain(olds[0], news[0], at)

    def _choices(self, olds: list[Schema], news: list[Schema], at: str) -> Iterator[str]:
        """What was accepted is one of the new choices; what is given is one of the old."""
        held, among = (olds, news) if self.way is Way.TAKEN else (news, olds)
        for one in held:
            like = [other for other in among if _sort(other) == _sort(one)]
            if not like:
                yield (
                    f"{at}: {_sort(one)} is no longer taken"
                    if self.way is Way.TAKEN
                    else f"{at}: may now be {_sort(one)}"
                )
                continue
            pairs = [(one, other) if self.way is Way.TAKEN else (other, one) for other in like]
            tried = [list(self._plain(old, new, at)) for old, new in pairs]
            yield from min(tried, key=len)

    def _plain(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        if _sort(old) != _sort(new):
            yield f"{at}: was {_sort(old)}, is {_sort(new)}"
            return
        yield from self._words(old, new, at)
        if self.way is Way.TAKEN:
            yield from _limits(old, new, at)
        if "items" in old and "items" in new:
            yield from self.broken(old["items"], new["items"], f"{at}[]")
        if "properties" in old:
            yield from self._fields(old, new, at)

    def _words(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        words, now = _words(old), _words(new)
        if self.way is Way.TAKEN and now is not None:
            for gone in sorted((words or {"any word"}) - now, key=str):
                yield f"{at}: {gone!r} is no longer taken"
        if self.way is Way.GIVEN and words is not None and now is None:
            yield f"{at}: any word may come now"

    def _fields(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        before, after = old["properties"], new.get("properties", {})
        needed_before, needed = set(old.get("required", [])), set(new.get("required", []))
        for name in before:
            if name not in after:
                yield f"{at}.{name}: is gone"
            else:
                yield from self.broken(before[name], after[name], f"{at}.{name}")
        if self.way is Way.TAKEN:
            yield from (f"{at}.{name}: is needed now" for name in sorted(needed - needed_before))
        else:
            yield from (f"{at}.{name}: may be missing now" for name in sorted((needed_before - needed) & set(after)))


def _resolved(schema: Schema, document: Schema) -> Schema:
    while reference := schema.get("$ref"):
        schema = document
        for step in reference.removeprefix("#/").split("/"):
            schema = schema[step]
    return schema


def _choices(schema: Schema, document: Schema) -> list[Schema]:
    inner = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if inner is None:
        return [schema]
    return [found for one in inner for found in _choices(_resolved(one, document), document)]


def _sort(schema: Schema) -> str:
    """What kind of value it is; objects that say their `type` are told apart by it."""
    kind = schema.get("type") or ("string" if _words(schema) else "anything")
    named = schema.get("properties", {}).get("type", {}).get("const")
    return f"{kind} {named}" if named else str(kind)


def _words(schema: Schema) -> set[Any] | None:
    if "const" in schema:
        return {schema["const"]}
    return set(schema["enum"]) if "enum" in schema else None


def _limits(old: Schema, new: Schema, at: str) -> Iterator[str]:
    for limit, direction in _NARROWING.items():
        if limit in new and (limit not in old or (new[limit] - old[limit]) * direction < 0):
            yield f"{at}: {limit} is {new[limit]}, was {old.get(limit, 'none')}"
    for shape in ("pattern", "format"):
        if shape in new and new[shape] != old.get(shape):
            yield f"{at}: {shape} is {new[shape]}, was {old.get(shape, 'any')}"
    if new.get("additionalProperties") is False and old.get("additionalProperties", True) is not False:
        yield f"{at}: takes no other fields any more"
