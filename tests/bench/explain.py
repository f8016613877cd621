"""`python -m tests.bench.explain [TICKETS]`: how PostgreSQL comes to what lists, searches and figures ask.

Fills a desk (see load.py), asks everything below over the API, and explains each statement again: none may read a
table of tickets, comments or words from one end to the other. Prints the time of each question; exits 1 where one does.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.parse import urlencode

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tenants import context
from tests.api import Api
from tests.bench import corpus
from tests.bench.load import Loaded, with_loaded_desk
from tests.conftest import Desk

GREAT = frozenset({"ticket", "comment", "ticket_words", "reply_words", "note_words", "known_word"})
"""Tables that grow with the tickets."""
SORTS = ("createdAt", "updatedAt", "number", "title", "status", "priority", "assignedTo")
FILTERS: tuple[dict[str, str], ...] = (
    {},
    {"status": "open"},
    {"status": "open,pending", "assignedToId": "none"},
    {"priority": "urgent"},
    {"tag": "vpn"},
    {"q": corpus.COMMON_WORD},
    {"q": corpus.RARE_WORD},
)
QUESTIONS = (
    corpus.COMMON_WORD,
    corpus.RARE_WORD,
    corpus.RARE_IN_REPLIES,
    corpus.RARE_IN_NOTES,
    f"{corpus.COMMON_WORD} password",
    f'"{corpus.COMMON_WORD} password"',
    f"-{corpus.COMMON_WORD} vpn",
    "pri*",
    f"in:title {corpus.COMMON_WORD} status:open",
    "assignee:me is:active",
    "requester:ba",
    "tag:vpn -status:closed,resolved",
    "updated:>7d -is:done",
    "zeppelni",
    "nosuchwordanywhere",
)

FIGURES = (
    "overview?",
    "series?",
    "backlog?",
    *(f"groups?by={by}&" for by in ("agent", "team", "tag", "priority")),
)
"""Of analytics, for the last thirty days."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A question, how long it took the second time, and the tables that were read whole."""

    path: str
    milliseconds: float
    statements: int
    read_whole: tuple[str, ...]


def paths() -> Iterator[str]:
    """Every list, search and figure that is asked."""
    for where, sort in product(FILTERS, SORTS):
        yield f"/tickets?{urlencode(where | {'sortBy': sort})}"
    for where in FILTERS:
        yield f"/tickets?{urlencode(where | {'cursor': '', 'sortOrder': 'asc'})}"
    for question in QUESTIONS:
        yield f"/tickets?{urlencode({'q': question})}"
        yield f"/search?{urlencode({'q': question})}"
        yield f"/search?{urlencode({'q': question, 'types': 'comments'})}"
    for figures, where in product(FIGURES, FILTERS):
        yield f"/analytics/{figures}{urlencode(where)}"


def explain_all(desk: Desk, *, is_small: bool = False) -> Iterator[Explained]:
    """Asked by an agent, and by a requester where they may.

    `is_small`: reading a whole table may be the fastest way here, so it is taken only where there is no other.
    """
    for who in (desk.agent, desk.user):
        caller = Api().as_(desk, who)
        for path in paths():
            answer = caller.get(path)
            if answer.status in (400, 403) and who == desk.user:
                continue
            assert answer.status == 200, (path, answer)
            yield _explained(desk, caller, path, is_small=is_small)


def _explained(desk: Desk, caller: Api, path: str, *, is_small: bool) -> Explained:
    begun = time.perf_counter()
    with CaptureQueriesContext(connection) as captured:
        caller.get(path)
    took = (time.perf_counter() - begun) * 1000
    asked = [query["sql"] for query in captured.captured_queries if query["sql"].startswith("SELECT")]
    with context.tenant(desk.ref), transaction.atomic():
        if is_small:
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL enable_seqscan = off")
        whole = {table for statement in asked for table in _read_whole(statement)}
    return Explained(path, took, len(asked), tuple(sorted(whole & GREAT)))


def _read_whole(statement: str) -> set[str]:
    if not GREAT & set(re.findall(r"\w+", statement)):
        return set()
    with connection.cursor() as cursor:
        # Past Django's cursor: the statement is as it was sent, and its percent signs are not placeholders.
        cursor.execute("SELECT 1")
        cursor.cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
        return set(_scanned(cursor.cursor.fetchone()[0][0]["Plan"]))


def _scanned(plan: dict[str, Any]) -> Iterator[str]:
    if plan["Node Type"].endswith("Seq Scan"):
        yield plan["Relation Name"]
    for inner in plan.get("Plans", []):
        yield from _scanned(inner)


def _report(desk: Desk, loaded: Loaded) -> None:
    bad = 0
    print(f"{loaded.tickets} tickets, loaded in {loaded.seconds:.0f} s")
    for found in explain_all(desk):
        bad += bool(found.read_whole)
        told = f"  READS {', '.join(found.read_whole)}" if found.read_whole else ""
        print(f"{found.milliseconds:8.1f} ms {found.statements} statements  {found.path}{told}", flush=True)
    if bad:
        raise SystemExit(f"{bad} questions read a table from one end to the other.")


if __name__ == "__main__":
    with_loaded_desk(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000, _report)
