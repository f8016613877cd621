"""Fills a tenant with tickets, comments and people by COPY: about a million in a few minutes.

    with context.platform(direct=True):
        desk = make_desk("bench")
        loaded = load(desk, 1_000_000)

It can be called again to add more. The rows are like those that the actions write, without events in the log. Texts:
see corpus.py; `COMMON_WORD` is in a fifth of the tickets at any size, `RARE_WORD` in ten of them.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.core.management import call_command
from django.db import connection, transaction

from helpdesk.people.actions import index_people
from helpdesk.people.models import Person
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.words import ticket_document
from helpdesk.vocabulary import Role
from helpdesk.words.actions import remember_words
from helpdesk.words.documents import Document
from tenants import context
from tenants.actions import delete_tenant
from tests.bench import corpus
from tests.conftest import Desk, make_desk

TABLES = ("person", "person_words", "ticket", "ticket_words", "comment", "reply_words", "note_words", "known_word")
BATCH = 20_000
MOST_REQUESTERS = 5_000
SPAN = timedelta(days=730)
"""The tickets are spread over two years up to now."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was put there, and how long it took."""

    tickets: int
    comments: int
    seconds: float
    requesters: list[UUID] = field(repr=False)


@dataclass(slots=True)
class _Cast:
    """Who asks and who works, as ids."""

    requesters: list[str]
    staff: list[str]


def load(desk: Desk, tickets: int, *, seed: int = 1) -> Loaded:
    """Add so many tickets, and about as many comments, to this desk; then VACUUM and ANALYZE."""
    begun = time.perf_counter()
    with context.tenant(desk.ref):
        cast = _add_people(desk, tickets, seed)
        taken = _take_off()
        comments = sum(
            _copy_batch(cast, range(at, min(at + BATCH, tickets)), tickets, random.Random(f"{seed} {at}"))
            for at in range(0, tickets, BATCH)
        )
        _put_back(taken)
    vacuum(desk)
    return Loaded(tickets, comments, time.perf_counter() - begun, [UUID(id_) for id_ in cast.requesters])


def vacuum(desk: Desk) -> None:
    """What autovacuum would have done by then: statistics, the visibility map, merged index entries."""
    with context.platform(direct=True), connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for table in TABLES:
            cursor.execute(f"VACUUM (ANALYZE) {desk.ref.schema_name}.{table}")
        cursor.execute("RESET statement_timeout")


def _add_people(desk: Desk, tickets: int, seed: int) -> _Cast:
    chance = random.Random(f"people {seed}")
    count = max(20, min(MOST_REQUESTERS, tickets // 100))
    names = [word.capitalize() for word in chance.choices(corpus.words()[100:], k=2 * count)]
    people = [
        Person(
            email=f"{first}.{last}.{uuid4().hex[:8]}@requesters.example".lower(),
            first_name=first,
            last_name=last,
            role=Role.REQUESTER.value,
            password_hash="!",
        )
        for first, last in zip(names[:count], names[count:], strict=True)
    ]
    with transaction.atomic():
        Person.objects.bulk_create(people, batch_size=1000)
        for at in range(0, count, 1000):
            index_people(people[at : at + 1000])
    staff = [str(person.id) for person in (desk.agent, desk.ada, desk.admin)]
    return _Cast([str(desk.user.id), *(str(person.id) for person in people)], staff)


def _take_off() -> list[str]:
    """Drop foreign keys and the indexes that no constraint needs: making them anew is several times faster."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('ALTER TABLE %%I DROP CONSTRAINT %%I', t.relname, c.conname),"
            " format('ALTER TABLE %%I ADD CONSTRAINT %%I %%s', t.relname, c.conname, pg_get_constraintdef(c.oid))"
            " FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid"
            " WHERE c.contype = 'f' AND t.relnamespace = current_schema()::regnamespace AND t.relname = ANY(%s)"
            " UNION ALL SELECT format('DROP INDEX %%I', i.indexname), i.indexdef FROM pg_indexes i"
            " WHERE i.schemaname = current_schema() AND i.tablename = ANY(%s) AND NOT EXISTS"
            " (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname"
            " AND c.connamespace = current_schema()::regnamespace)",
            [[*TABLES[2:-1]]] * 2,
        )
        found = cursor.fetchall()
        for drop, _ in found:
            cursor.execute(drop)
    return [again for _, again in reversed(found)]


def _put_back(statements: list[str]) -> None:
    for statement in statements:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute(statement)


def _copy_batch(cast: _Cast, places: range, of: int, chance: random.Random) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval('ticket_number_seq'), setval('ticket_number_seq', currval('ticket_number_seq') + %s)",
            [len(places) - 1],
        )
        number: int = cursor.fetchone()[0]
        newest = datetime.now(UTC)
        tickets = [_ticket(cast, number + i, place, of, newest, chance) for i, place in enumerate(places)]
        comments = [comment for ticket in tickets for comment in _comments(cast, ticket, of, chance)]
        _note_responses(cast, tickets, comments)
        _copy(cursor, "ticket", tickets)
        _copy(cursor, "comment", comments)
        _copy_words(cursor, tickets, comments)
    return len(comments)


def _copy(cursor: Any, table: str, rows: list[dict[str, str]]) -> None:
    if not rows:
        return
    columns = [name for name in rows[0] if not name.startswith("_")]
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for at in range(0, len(rows), 500):
            copy.write("".join("\t".join([row[c] for c in columns]) + "\n" for row in rows[at : at + 500]))


def _copy_words(cursor: Any, tickets: list[dict[str, str]], comments: list[dict[str, str]]) -> None:
    """What they are found by, as the actions write it."""
    rows: dict[str, list[dict[str, str]]] = {"ticket_words": [], "reply_words": [], "note_words": []}
    known: dict[bool, set[str]] = {True: set(), False: set()}
    for ticket in tickets:
        tags = [tag for tag in ticket["tags"].strip("{}").split(",") if tag]
        document = ticket_document(
            number=int(ticket["number"]),
            title=ticket["title"],
            description=ticket["description"],
            tags=tags,
            custom_fields={},
        )
        known[True] |= document.words()
        rows["ticket_words"].append({"ticket_id": ticket["id"], "vector": document.vector()})
    for comment in comments:
        document, is_internal = Document.of([("D", comment["content"])]), comment["is_internal"] == "t"
        known[not is_internal] |= document.words()
        table = "note_words" if is_internal else "reply_words"
        rows[table].append({"comment_id": comment["id"], "vector": document.vector()})
    for name, found in rows.items():
        _copy(cursor, name, found)
    for public in (True, False):
        remember_words(known[public], public=public)


def _ticket(cast: _Cast, number: int, place: int, of: int, newest: datetime, chance: random.Random) -> dict[str, str]:
    made = newest - SPAN * ((of - place) / of)
    touched = min(newest, made + timedelta(hours=chance.expovariate(1 / 72)))
    title = f"{chance.choice(corpus.subjects())} LT-{number}"
    description = " ".join(chance.choices(corpus.sentences(), k=chance.randrange(1, 6)))
    if chance.random() < 0.2:
        title = f"{corpus.COMMON_WORD.capitalize()} {title}"
    if _is_one_of_ten(place, of):
        description += f" It is about a {corpus.RARE_WORD}."
    young = place > of * 0.97
    status = chance.choice(("open", "in_progress", "pending") if young else ("resolved", "closed", "closed"))
    tags = chance.sample(corpus.TAGS, chance.choice((0, 0, 1, 1, 2)))
    return {
        "id": id_at(made, chance),
        "number": str(number),
        "title": title,
        "description": description,
        "status": status,
        "priority": str(chance.choices((0, 1, 2, 3), weights=(30, 50, 15, 5))[0]),
        "requester_id": (requester := chance.choice(cast.requesters)),
        "created_by_id": requester,
        "assigned_to_id": chance.choice([*cast.staff, "\\N"]),
        "tags": "{" + ",".join(tags) + "}",
        "custom_fields": "{}",
        "metadata": "{}",
        "version": "1",
        "last_activity_at": _text_of(touched),
        "created_at": _text_of(made),
        "updated_at": _text_of(touched),
        "done_at": "\\N" if young else _text_of(touched),
        "first_response_at": "\\N",
        "_made": made.isoformat(),
        "_place": str(place),
    }


def _comments(cast: _Cast, ticket: dict[str, str], of: int, chance: random.Random) -> Iterator[dict[str, str]]:
    """None to three, one on average; a fifth of them notes."""
    made = datetime.fromisoformat(ticket["_made"])
    rare = _is_one_of_ten(int(ticket["_place"]), of)
    count = chance.choice((0, 0, 1, 1, 1, 2, 3))
    kinds = [chance.random() < 0.2 for _ in range(count)] + ([False, True] if rare else [])
    for place, is_internal in enumerate(kinds):
        moment = made + timedelta(minutes=chance.randrange(1, 600))
        content = " ".join(chance.choices(corpus.sentences(), k=chance.randrange(1, 5)))
        if place >= count:
            content += f" {corpus.RARE_IN_NOTES if is_internal else corpus.RARE_IN_REPLIES}"
        by_staff = is_internal or chance.random() < 0.6
        yield {
            "id": id_at(moment, chance),
            "ticket_id": ticket["id"],
            "author_id": chance.choice(cast.staff) if by_staff else ticket["requester_id"],
            "content": content,
            "is_internal": "t" if is_internal else "f",
            "version": "1",
            "created_at": _text_of(moment),
            "updated_at": _text_of(moment),
        }


def _note_responses(cast: _Cast, tickets: list[dict[str, str]], comments: list[dict[str, str]]) -> None:
    """What the actions keep of the first public reply of staff."""
    first: dict[str, str] = {}
    for comment in comments:
        if comment["is_internal"] == "f" and comment["author_id"] in cast.staff:
            at = comment["created_at"]
            first[comment["ticket_id"]] = min(at, first.get(comment["ticket_id"], at))
    for ticket in tickets:
        ticket["first_response_at"] = first.get(ticket["id"], "\\N")


def _is_one_of_ten(place: int, of: int) -> bool:
    return place % max(1, of // 10) == 0 and place // max(1, of // 10) < 10


def id_at(moment: datetime, chance: random.Random) -> str:
    """A UUIDv7 of that moment."""
    milliseconds = int(moment.timestamp() * 1000)
    tail = chance.getrandbits(74)
    value = milliseconds << 80 | 7 << 76 | (tail >> 62) << 64 | 2 << 62 | tail & (2**62 - 1)
    return str(UUID(int=value))


def _text_of(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


def with_loaded_desk(tickets: int, then: Callable[[Desk, Loaded], None]) -> None:
    """A desk with so many tickets, what is to be done with it, and the desk is gone again."""
    with context.platform(direct=True):
        call_command("migrate_hub", verbosity=0)
        desk = make_desk(f"bench-{uuid4().hex[:8]}")
        try:
            then(desk, load(desk, tickets))
        finally:
            connection.close()
            delete_tenant(desk.ref.id, confirm=desk.ref.slug)


def _report(desk: Desk, loaded: Loaded) -> None:
    with context.tenant(desk.ref), transaction.atomic():
        assert Ticket.objects.count() == loaded.tickets
    rate = loaded.tickets / loaded.seconds
    print(f"{loaded.tickets} tickets and {loaded.comments} comments in {loaded.seconds:.0f} s ({rate:.0f} a second)")


if __name__ == "__main__":
    with_loaded_desk(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, _report)
