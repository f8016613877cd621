"""Ids are UUIDv7 (RFC 9562, 5.7), made here so that a row knows its id before it is written."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A new UUIDv7: later ids sort after earlier ones, which keeps the indexes dense."""
    return uuid7()
