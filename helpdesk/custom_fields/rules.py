"""What a ticket's custom fields may hold, who may change which, and what must not be empty when. Pure.

Keys that nobody has defined are left as they are written: callers of the original service send what they like.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from helpdesk.errors import Detail, ValidationFailed
from helpdesk.shapes import same_json
from helpdesk.vocabulary import FieldRequired, FieldType

KEY = r"^[a-z][a-zA-Z0-9_]{0,39}$"
OPTION = r"^[a-z0-9][a-z0-9_-]{0,49}$"
RESERVED = frozenset({"any", "none", "me"})
"""Words of the filter: no option is called so."""
WITH_OPTIONS = frozenset({FieldType.SELECT, FieldType.MULTI_SELECT})
LONGEST_TEXT = 2_000
LONGEST_URL = 2_000
LARGEST_NUMBER = 10**15
MOST_BYTES = 16 * 1024
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class BadValue(ValueError):
    """What was given is not a value of the field: a sentence, and a stable code."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.message, self.code = message, code


@dataclass(frozen=True, slots=True)
class Field:
    """A field as an admin has defined it."""

    key: str
    label: str
    type: FieldType
    options: Mapping[str, str] = field(default_factory=dict)
    """Value to label, in order; empty where the type has none."""
    required: FieldRequired = FieldRequired.NO
    default: Any = None
    is_shown: bool = False
    is_editable: bool = False
    is_archived: bool = False

    def read(self, value: Any) -> Any:
        """The value as it is kept; None where it says nothing. Raises BadValue."""
        if value is None or value in ("", []):
            return None
        match self.type:
            case FieldType.TEXT:
                return _text(value, LONGEST_TEXT)
            case FieldType.NUMBER:
                return _number(value)
            case FieldType.DATE:
                return _date(value)
            case FieldType.SELECT:
                return self._option(value)
            case FieldType.MULTI_SELECT:
                return self._options(value)
            case FieldType.CHECKBOX:
                return _checkbox(value)
            case FieldType.USER:
                return _user(value)
            case FieldType.URL:
                return _url(value)

    def words(self, value: Any) -> str:
        """The value as people read it; options by their labels, others as they are kept."""
        if isinstance(value, list):
            return ", ".join(self.words(one) for one in value)
        if isinstance(value, bool):
            return "yes" if value else "no"
        return self.options.get(value, value) if isinstance(value, str) else "" if value is None else str(value)

    def _option(self, value: Any) -> str:
        if not isinstance(value, str) or value not in self.options:
            raise BadValue("Choose one of the field's options.", "unknown_option")
        return value

    def _options(self, value: Any) -> list[str]:
        if not isinstance(value, list):
            raise BadValue("Give a list of options.", "type")
        chosen = {self._option(one) for one in value}
        return [option for option in self.options if option in chosen]


class Fields:
    """The fields of a desk, by key."""

    def __init__(self, fields: Iterable[Field] = ()) -> None:
        self._by_key = {one.key: one for one in fields}
        self.hidden = frozenset(one.key for one in self if not one.is_shown)
        """What requesters do not get."""

    def __iter__(self) -> Iterator[Field]:
        return iter(self._by_key.values())

    def get(self, key: str) -> Field | None:
        return self._by_key.get(key)

    def active(self) -> list[Field]:
        return [one for one in self if not one.is_archived]

    def after(
        self, before: Mapping[str, Any], given: Mapping[str, Any], *, is_staff: bool, within: str = "customFields"
    ) -> dict[str, Any]:
        """All that the ticket holds once `given` was written over it. A requester's leaves what they do not see.

        What is sent as it stands is no change, whatever it is. `within`: where the values stand in the request.
        """
        kept = {} if is_staff else {key: value for key, value in before.items() if key in self.hidden}
        found, wrong = dict(kept), list[Detail]()
        for key, value in given.items():
            if not is_staff and key in self.hidden:
                found[key] = [before.get(key)]  # never what stands there: it is refused, whatever they have guessed
                continue
            if key in before and same_json(before[key], value) and type(before[key]) is type(value):
                found[key] = before[key]
                continue
            try:
                read = self._read(key, value, is_staff=is_staff)
            except BadValue as bad:
                wrong.append(Detail(f"{within}.{key}", bad.message, bad.code))
                continue
            if read is None and self.get(key) is not None:
                found.pop(key, None)
            else:
                found[key] = read
        wrong += [self._missing(one, within) for one in self._emptied(before, found)]
        if wrong:
            raise ValidationFailed(details=wrong)
        return found

    def with_defaults(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """What a new ticket holds."""
        defaults = {one.key: one.default for one in self.active() if one.default is not None}
        return {**defaults, **given}

    def require_complete(
        self, values: Mapping[str, Any], when: FieldRequired, *, is_staff: bool, within: str = "customFields"
    ) -> None:
        """Raise ValidationFailed with every field that must not be empty now. Requesters give only what they may."""
        missing = [
            self._missing(one, within)
            for one in self.active()
            if one.required is when and values.get(one.key) is None and (is_staff or one.is_editable)
        ]
        if missing:
            raise ValidationFailed(details=missing)

    def are_editable(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        """May a requester have made of this that? Only in fields that are theirs to fill in."""
        for key in changed_keys(before, after):
            one = self.get(key)
            if one is None or not one.is_editable or one.is_archived:
                return False
        return True

    def _read(self, key: str, value: Any, *, is_staff: bool) -> Any:
        one = self.get(key)
        if one is None or not (is_staff or one.is_editable):
            return value  # a requester's is refused, and learns nothing of what is defined
        read = one.read(value)
        if one.is_archived and read is not None:
            raise BadValue("This field is archived: it takes nothing new.", "archived")
        return read

    def _emptied(self, before: Mapping[str, Any], found: Mapping[str, Any]) -> list[Field]:
        """What was demanded of a new ticket is not taken from it later."""
        demanded = [one for one in self.active() if one.required is FieldRequired.CREATING]
        return [one for one in demanded if before.get(one.key) is not None and found.get(one.key) is None]

    def _missing(self, one: Field, within: str) -> Detail:
        return Detail(f"{within}.{one.key}", f"{one.label} must not be empty.", "required")


def changed_keys(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Keys whose value differs, in JSON."""
    keys = dict.fromkeys([*before, *after])
    return [key for key in keys if (key in before) != (key in after) or not _same(before[key], after[key])]


def patched(before: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """`before` with these keys set; null takes one away."""
    return {key: value for key, value in {**before, **patch}.items() if key not in patch or value is not None}


def _same(before: Any, after: Any) -> bool:
    return type(before) is type(after) and same_json(before, after)


def _text(value: Any, longest: int) -> str | None:
    if not isinstance(value, str):
        raise BadValue("Give a text.", "type")
    if len(text := value.strip()) > longest:
        raise BadValue(f"At most {longest:,} characters.", "too_long")
    return text or None


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise BadValue("Give a number.", "type")
    if abs(value) > LARGEST_NUMBER:
        raise BadValue("At most fifteen digits.", "too_large")
    return value


def _date(value: Any) -> str:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise BadValue("Give a day like 2026-01-31.", "type")
    try:
        date.fromisoformat(value)
    except ValueError:
        raise BadValue("There is no such day.", "date") from None
    return value


def _checkbox(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadValue("Give true or false.", "type")
    return value


def _user(value: Any) -> str:
    try:
        return str(UUID(value))
    except (ValueError, TypeError, AttributeError):
        raise BadValue("Give a person's id.", "type") from None


def _url(value: Any) -> str:
    text = _text(value, LONGEST_URL)
    try:
        parts = urlsplit(text or "")
        is_url = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_url = False
    if not is_url or text is None or any(one.isspace() for one in text):
        raise BadValue("Give an address that begins with http:// or https://.", "url")
    return text
