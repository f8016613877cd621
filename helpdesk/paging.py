"""Lists in two forms: pages, for people, and cursors, at the same cost anywhere in the list.

A cursor holds the sort value and id of the row it stands beside, so rows that come and go do not
shift it (keyset). It is opaque to clients, and refused when it does not fit the list it is sent to.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from django.db.models import Expression, F, Model, Q, QuerySet
from pydantic import Field

from helpdesk.errors import Detail, ValidationFailed
from helpdesk.shapes import Shape

DEEPEST_ROW = 10_000
M = TypeVar("M", bound=Model)


class PageMeta(Shape):
    """Where a page stands. `total` is counted to 10,000, and to 1,000 where `q` holds words; then `totalIsCapped`."""

    page: int | None = None
    limit: int
    total: int | None = None
    total_pages: int | None = None
    total_is_capped: bool | None = None
    next_cursor: str | None = None
    previous_cursor: str | None = None
    has_next_page: bool
    has_previous_page: bool


class PageQuery(Shape):
    """`?page&limit` or `?cursor&limit`; an empty cursor begins at the first row."""

    page: int = Field(1, ge=1)
    limit: int = Field(20, ge=1, le=100)
    cursor: str | None = Field(None, max_length=2000)


@dataclass(frozen=True, slots=True)
class Order:
    """An order of a list: the value that sorts (the id breaks ties), and how a cursor's text becomes it."""

    name: str
    key: Expression | F
    of: Callable[[Any], Any]
    """The sort value of a row."""
    read: Callable[[Any], Any]
    """A cursor's JSON value to the database's; raises ValueError or TypeError."""
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    rows: Sequence[M]
    meta: dict[str, Any]


class CursorRefused(ValidationFailed):
    """This cursor is not one of this list's."""

    def __init__(self) -> None:
        super().__init__(details=[Detail("cursor", type(self).__doc__ or "", "cursor")])


def read_moment(value: Any) -> datetime:
    """A cursor's moment; only what `isoformat` wrote."""
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError
    return moment.astimezone(UTC)


def read_uuid(value: Any) -> UUID:
    """A cursor's id."""
    return UUID(value)


def read_text(value: Any) -> str:
    """A cursor's text."""
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError
    return value


def read_number(value: Any) -> int:
    """A cursor's number; only what a bigint holds."""
    if type(value) is not int or abs(value) >= 2**63:
        raise ValueError
    return value


def paginate(rows: QuerySet[M], query: PageQuery, order: Order, *, count_to: int | None = None) -> Page[M]:
    """One page of `rows` in this order: by cursor where one is given, else by page number, counted to `count_to`."""
    if query.cursor is not None:
        return _by_cursor(rows, query.cursor, limit=query.limit, order=order)
    return _by_page(rows, page=query.page, limit=query.limit, order=order, count_to=count_to or DEEPEST_ROW)


def page_after(rows: QuerySet[M], order: Order, cursor: str, *, limit: int) -> Page[M]:
    """The page behind a cursor, of any length; an empty cursor begins at the first row."""
    return _by_cursor(rows, cursor, limit=limit, order=order)


def _by_page(rows: QuerySet[M], *, page: int, limit: int, order: Order, count_to: int) -> Page[M]:
    if page * limit > DEEPEST_ROW:
        raise ValidationFailed.of("page", f"Page times limit goes to {DEEPEST_ROW}: use cursor.", "use_cursor")
    start = (page - 1) * limit
    found = list(in_order(rows, order)[start : start + limit + 1])
    more, found = len(found) > limit, found[:limit]
    # In the order of the ids: an index is walked until there are enough, instead of the whole table.
    total = rows.order_by("pk").values("pk")[: count_to + 1].count()
    capped, total = total > count_to, min(total, count_to)
    pages = -(-total // limit)
    meta: dict[str, Any] = {"page": page, "limit": limit, "total": total, "totalPages": pages}
    if capped:
        meta["totalIsCapped"] = True
    return Page(found, meta | {"hasNextPage": more, "hasPreviousPage": page > 1})


def _by_cursor(rows: QuerySet[M], cursor: str, *, limit: int, order: Order) -> Page[M]:
    place = _read_cursor(cursor, order) if cursor else None
    backwards = place is not None and place[0]
    if place is not None:
        rows = _beyond(rows, order, place)
    found = list(in_order(rows, order, backwards=backwards)[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    has_next = bool(found) if backwards else more
    has_previous = more if backwards else place is not None
    meta = {
        "limit": limit,
        "nextCursor": _write_cursor(found[-1], order, backwards=False) if found and has_next else None,
        "previousCursor": _write_cursor(found[0], order, backwards=True) if found and has_previous else None,
        "hasNextPage": has_next,
        "hasPreviousPage": has_previous,
    }
    return Page(found, meta)


def in_order(rows: QuerySet[M], order: Order, *, backwards: bool = False) -> QuerySet[M]:
    """The rows in this order, the id last."""
    if order.descending != backwards:
        return rows.order_by(order.key.desc(), F("pk").desc())
    return rows.order_by(order.key.asc(), F("pk").asc())


def _beyond(rows: QuerySet[M], order: Order, place: tuple[bool, Any, UUID]) -> QuerySet[M]:
    backwards, value, pk = place
    side = "lt" if order.descending != backwards else "gt"
    placed: QuerySet[M] = rows.alias(_sort=order.key)  # type: ignore[assignment]  # an alias changes no row
    # `key <= v AND (key < v OR id < i)`: the first half lets the index be entered at the right place.
    return placed.filter(Q(**{f"_sort__{side}e": value}) & (Q(**{f"_sort__{side}": value}) | Q(**{f"pk__{side}": pk})))


def _write_cursor(row: Model, order: Order, *, backwards: bool) -> str:
    value = order.of(row)
    value = value.isoformat() if isinstance(value, datetime) else str(value) if isinstance(value, UUID) else value
    text = orjson.dumps([order.name, order.descending, backwards, value, str(row.pk)])
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def _read_cursor(cursor: str, order: Order) -> tuple[bool, Any, UUID]:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        name, descending, backwards, value, pk = orjson.loads(raw)
        place = backwards, order.read(value), UUID(pk)
    except (ValueError, OverflowError, TypeError, AttributeError, binascii.Error) as refused:
        raise CursorRefused from refused
    if (name, descending) != (order.name, order.descending) or not isinstance(backwards, bool):
        raise CursorRefused
    return place
