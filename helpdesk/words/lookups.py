"""`vector__matches="'vpn' & 'drops':*"`: a vector against a tsquery that terms.py wrote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db.models import FloatField, Func, Lookup, Q, Value

from helpdesk.words.terms import Term, tsquery_of


def holding(vector: str, terms: Sequence[Term]) -> Q:
    """All of the terms, in this column.

    PostgreSQL takes a phrase to be as frequent as its words, and any beginning of a word to be in 0.4 % of the rows; it
    would walk through all of them in search of one. The words, asked again, change nothing but its estimate.
    """
    where = Q(**{f"{vector}__matches": tsquery_of(terms)})
    narrow = [
        term
        for term in terms
        if not term.negated and (len(term.words) > 1 or term.weights or term.begun or term.instead)
    ]
    if narrow:
        where &= Q(**{f"{vector}__matches": tsquery_of(term.loosened() for term in narrow)})
    return where


@SearchVectorField.register_lookup
class Matches(Lookup):
    """Does the vector hold what the tsquery asks for?"""

    lookup_name = "matches"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> Any:
        return "%s::tsquery", [str(value)]

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        vector, before = self.process_lhs(compiler, connection)
        query, after = self.process_rhs(compiler, connection)
        return f"{vector} @@ {query}", [*before, *after]


class Score(Func):
    """How well a vector answers a tsquery: a title counts more than tags, those more than the rest."""

    function = "ts_rank"
    template = "%(function)s('{0.2, 0.3, 0.6, 1.0}', %(expressions)s::tsquery, 1)"
    output_field = FloatField()

    def __init__(self, vector: str, tsquery: str) -> None:
        super().__init__(vector, Value(tsquery))
