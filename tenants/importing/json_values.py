"""JSON of PostgreSQL as the hub can hold it: what it can write again, to the same digits, and no more."""

from __future__ import annotations

import json
import re
from typing import Any

LARGEST = 2**53 - 1
UNREADABLE = "…"
"""Stands for a value that no reader of ours gets through: it is no object, so it is left out, and told of."""
_UNHELD = re.compile("[\0\ud800-\udfff]")


def loads(text: bytes | str) -> Any:
    """The value. Numbers beyond 2^53-1 are texts (an id of 64 bits keeps its digits); half characters and NUL, which
    columns of type `json` may hold, are U+FFFD.
    """
    written = text if isinstance(text, str) else text.decode()
    try:
        value = json.loads(written, parse_int=_whole, parse_float=_broken)
        return _held(value) if "\\u" in written else value
    except (ValueError, RecursionError):
        return UNREADABLE


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= 17 and abs(int(digits)) <= LARGEST else digits


def _broken(digits: str) -> float | str:
    number = float(digits)
    return number if abs(number) <= LARGEST else digits


def _held(value: Any) -> Any:
    match value:
        case str():
            return _UNHELD.sub("\ufffd", value)
        case dict():
            return {_held(key): _held(one) for key, one in value.items()}
        case list():
            return [_held(one) for one in value]
        case _:
            return value
