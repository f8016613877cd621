"""Custom fields in SQL: what is asked of them, and what a list is sorted by, as `asked_fields.py` decides it in memory.

Each condition names the key in a way that the index of `custom_fields` answers.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import F, Func, JSONField, Q, TextField, Value
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Collate
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual, Regex

from helpdesk.tickets.asked_fields import DAY, LONGEST_SORTED, AskedField, Range, equals

_COLUMN = "custom_fields"


def field_sql(asked: AskedField, me: UUID) -> Q:
    """For a queryset of tickets."""
    if asked.presence is not None:
        is_there = Q(custom_fields__has_key=asked.key) & ~Q(custom_fields__contains={asked.key: None})
        return is_there if asked.presence == "any" else ~is_there
    any_of = Q()
    for value in asked.values:
        any_of |= _range_sql(asked.key, value) if isinstance(value, Range) else _equal_sql(asked.key, value, me)
    return any_of


def _equal_sql(key: str, text: str, me: UUID) -> Q:
    meant = equals(text, me)
    where = Q(custom_fields__contains={key: [meant[0]]})
    for value in meant:
        where |= Q(custom_fields__contains={key: value})
    return where


def _range_sql(key: str, asked: Range) -> Q:
    where = Q(custom_fields__has_key=key)
    if asked.is_of_days:
        text = Collate(KeyTextTransform(key, _COLUMN), "C")
        where &= Q(Exact(_kind_of(key), Value("string"))) & Q(Regex(text, Value(DAY)))
        value: Any = text
    else:
        where &= Q(Exact(_kind_of(key), Value("number")))
        value = KeyTransform(key, _COLUMN)
    kind = TextField() if asked.is_of_days else JSONField()
    if asked.start is not None:
        where &= Q((GreaterThan if asked.start_open else GreaterThanOrEqual)(value, Value(asked.start, kind)))
    if asked.end is not None:
        where &= Q((LessThan if asked.end_open else LessThanOrEqual)(value, Value(asked.end, kind)))
    return where


class FieldOrder(Func):
    """`asked_fields.sort_text` of a custom field: texts of one order, which every database has."""

    output_field = TextField()

    def __init__(self, key: str) -> None:
        super().__init__(F(_COLUMN))
        self.key = key

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> Any:
        column, params = compiler.compile(self.source_expressions[0])
        value = f"({column} -> %s)"
        number = f"round(least(greatest(({value})::numeric, -1e15), 1e15), 6) + 1e15"
        sql = (
            f"(CASE jsonb_typeof({value}) WHEN 'string' THEN '1' || left({value} #>> '{{}}', {LONGEST_SORTED})"
            f" WHEN 'number' THEN '2' || to_char({number}, 'FM0000000000000000.000000')"
            f" WHEN 'boolean' THEN '3' || ({value} #>> '{{}}') ELSE '' END COLLATE \"C\")"
        )
        return sql, [*params, self.key] * 4


def _kind_of(key: str) -> Func:
    return Func(KeyTransform(key, _COLUMN), function="jsonb_typeof", output_field=TextField())
