"""What a sweep makes of one ticket, of a view's filter, and of values that are kept elsewhere. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpdesk.tickets.asked_fields import read_asked
from helpdesk.tickets.syntax import LONGEST_QUESTION


@dataclass(frozen=True, slots=True)
class TagsRenamed:
    """These tags become that one."""

    tags: tuple[str, ...]
    to: str

    def tags_after(self, tags: Sequence[str]) -> list[str]:
        """In their order, each once."""
        return list(dict.fromkeys(self.to if tag in self.tags else tag for tag in tags))

    def filter_after(self, where: Mapping[str, Any]) -> dict[str, Any]:
        """A saved filter that asks for what there is now; a question that would be too long is left as it is."""
        found = dict(where)
        if tags := where.get("tag"):
            found["tag"] = self.tags_after(tags)
        if question := where.get("q"):
            found["q"] = self._question_after(question)
        return found

    def _question_after(self, question: str) -> str:
        def renamed(match: re.Match[str]) -> str:
            quoted, bare = match["quoted"], match["bare"]
            tags = [quoted] if quoted is not None else [one.strip() for one in bare.split(",")]
            if not set(tags) & set(self.tags):
                return match[0]
            written = _written(self.tags_after(tags), quoted=quoted is not None)
            return match[0] if written is None else f"{match['key']}{written}"

        after = _TAG_CHUNK.sub(renamed, question)
        return after if len(after) <= LONGEST_QUESTION else question


@dataclass(frozen=True, slots=True)
class OptionsReplaced:
    """In this field these options give way to others; None: to nothing."""

    key: str
    replace: Mapping[str, str | None]

    def value_after(self, value: Any) -> Any:
        """None where nothing is left."""
        if isinstance(value, list):
            kept = [self.replace.get(one, one) if isinstance(one, str) else one for one in value]
            return [one for place, one in enumerate(kept) if one is not None and one not in kept[:place]] or None
        return self.replace.get(value, value) if isinstance(value, str) else value

    def fields_after(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Custom fields without what is gone."""
        after = {**fields, self.key: self.value_after(fields[self.key])} if self.key in fields else dict(fields)
        return {key: value for key, value in after.items() if key != self.key or value is not None}

    def filter_after(self, where: Mapping[str, Any]) -> dict[str, Any]:
        """A saved filter that asks for what there is now; what asks for nothing any more is left as it is."""
        found = dict(where)
        if conditions := where.get("field"):
            found["field"] = [self._condition_after(one) for one in conditions]
        return found

    def _condition_after(self, condition: str) -> str:
        asked = read_asked(condition)
        if asked is None or asked.key != self.key or asked.presence or not set(asked.values) & self.replace.keys():
            return condition
        given = [one.strip() for one in condition.partition(":")[2].split(",")]
        kept = [after for one in given if (after := self.replace.get(one, one)) is not None]
        after = f"{self.key}:{','.join(dict.fromkeys(kept))}"
        return after if kept and read_asked(after) else condition

    def then(self, later: OptionsReplaced) -> OptionsReplaced:
        """Both in one, where this one is not done yet and the other begins."""
        both = {one: self._instead(one, later) for one in self.replace}
        return OptionsReplaced(self.key, {one: instead for one, instead in both.items() if instead != one})

    def _instead(self, option: str, later: OptionsReplaced) -> str | None:
        instead = self.replace[option]
        return instead if instead is None else later.replace.get(instead, instead)


_QUOTES = frozenset('"“”„«»')
Sweep = TagsRenamed | OptionsReplaced
_TAG_CHUNK = re.compile(
    r"(?:(?<=\s)|(?<=^)|(?<=-))(?P<key>tags?:)(?:[\"“”„«»](?P<quoted>[^\"“”„«»]*)[\"“”„«»]|(?P<bare>[^\s\"“”„«»]+))",
    re.IGNORECASE,
)


def read_sweep(kind: str, spec: Mapping[str, Any]) -> Sweep:
    """As it was kept."""
    if kind == "tags":
        return TagsRenamed(tuple(spec["tags"]), spec["to"])
    return OptionsReplaced(spec["key"], spec["replace"])


def kept(sweep: Sweep) -> tuple[str, dict[str, Any]]:
    """The kind and what is kept of it."""
    if isinstance(sweep, TagsRenamed):
        return "tags", {"tags": list(sweep.tags), "to": sweep.to}
    return "options", {"key": sweep.key, "replace": dict(sweep.replace)}


def _written(tags: Sequence[str], *, quoted: bool) -> str | None:
    """As a question says it; None where it cannot: blanks and commas need quotes, and those hold one tag."""
    if any(set(tag) & _QUOTES for tag in tags):
        return None
    if not quoted and not any(one.isspace() or one == "," for tag in tags for one in tag):
        return ",".join(tags)
    return f'"{tags[0]}"' if len(tags) == 1 else None
