"""The JSON of the API and of events: camelCase outside, snake_case inside, nothing unknown accepted."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, PlainSerializer
from pydantic.alias_generators import to_camel

from helpdesk.clock import rfc3339


class Shape(BaseModel):
    """A JSON object. What the hub writes and what it accepts are both declared as one of these."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True, frozen=True)


class Input(Shape):
    """A body that is accepted. Only the JSON names are its fields; Python's are unknown like any other."""

    model_config = ConfigDict(populate_by_name=False)

    def given(self) -> dict[str, Any]:
        """Only what the request named, by Python name."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def _in_utc(moment: datetime) -> datetime:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return aware.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("There is no such moment in UTC.") from error


def _seen(text: str) -> str:
    if not any(unicodedata.category(one)[0] in "LNPS" for one in text):
        raise ValueError("Write something that can be seen.")
    return text


Seen = AfterValidator(_seen)
"""Of a text: it is not only spaces, joiners and other characters without a picture (Unicode, 4.5)."""

Moment = Annotated[datetime, AfterValidator(_in_utc), PlainSerializer(rfc3339, return_type=str)]
"""RFC 3339. Read with any offset (none means UTC), written in UTC with milliseconds and `Z`."""


def lower_word(value: Any) -> Any:
    """Words of a fixed set, such as statuses and priorities, are read in any case."""
    return value.strip().lower() if isinstance(value, str) else value


def priority_word(value: Any) -> Any:
    """As `lower_word`; `critical` is the original's word for urgent."""
    word = lower_word(value)
    return "urgent" if word == "critical" else word


def same_json(before: Any, after: Any) -> bool:
    """Are they the same in JSON, where `1` is not `true`, as it is in Python?"""
    if isinstance(before, dict) and isinstance(after, dict):
        return orjson.dumps(before, option=orjson.OPT_SORT_KEYS) == orjson.dumps(after, option=orjson.OPT_SORT_KEYS)
    return bool(before == after)


def to_json_name(name: str) -> str:
    """`assigned_to_id` -> `assignedToId`."""
    return to_camel(name)
