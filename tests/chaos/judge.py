"""Does each client's record equal the log, as that person may see it?

Staff see a ticket's rows by their role alone, so their record is the log's rows after the place where they began: all,
once, in order. A requester sees a row that names them while they are the ticket's requester. When the ticket is taken
from them or deleted, what they had rightly been told stays told, and what they had not been told yet is told no more,
until (and also after) they get it back: nobody could say afterwards which of the two it was at that moment. So for them

- a row MUST be there if nothing took the ticket from them after it (farewells themselves always must be);
- a row MAY be there if it names them and the ticket was taken away later; told after the farewell it would stand out
  of order;
- nothing else may be there: no note, no other's ticket.

The same holds for what `me` tells them of a ticket; and where a worker wrote down that they were told after the ticket
had been taken from them (it reads the log a little later), that may be there only if they got it back.

A `ticket:<id>` stream that the hub ended, or that was refused after a break because the ticket was gone, is held to
this up to where it ended. What an event says is compared with the log's own words, where these have not been taken
back since.
"""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from typing import Any
from uuid import UUID

import orjson

from helpdesk.events.queries import LogRow, event_shape, get_head, list_rows
from helpdesk.events.rules import FAREWELLS, Viewer, reaches
from helpdesk.events.verify import verify_log
from helpdesk.vocabulary import Role
from tests.chaos.judge_writes import judge_writes
from tests.chaos.verdict import Verdict

PAGE = 2000


def judge(said: dict[str, Any]) -> Verdict:
    verdict = Verdict()
    rows = all_rows()
    verdict.rows, faults = verify_log()
    verdict.faults = [str(fault) for fault in faults]
    for watcher in said["watchers"]:
        viewer = Viewer(UUID(watcher["person"]), Role(watcher["role"]))
        for record in watcher["records"]:
            judge_record(verdict, rows, viewer, record, who=f"{watcher['word']}, {record['stream']}")
    judge_writes(verdict, rows, said["acknowledged"])
    return verdict


def all_rows() -> list[LogRow]:
    found: list[LogRow] = []
    while rows := list_rows(after=found[-1].seq if found else 0, limit=PAGE):
        found += rows
    assert found[-1].seq == get_head().last_seq == len(found)
    return found


def judge_record(verdict: Verdict, rows: list[LogRow], viewer: Viewer, record: dict[str, Any], *, who: str) -> None:
    got = [seq for seq, _ in record["got"]]
    upto = record["place"] if record["end"] else rows[-1].seq
    must, may = wanted(rows, viewer, record["stream"], first=record["first"], upto=upto)
    verdict.records += 1
    verdict.told += len(got)
    for seq, times in Counter(got).items():
        if times > 1:
            verdict.note("doubled", f"{who}: {seq}, {times} times", times - 1)
        if seq not in must and seq not in may:
            verdict.note("foreign", f"{who}: {seq} {rows[seq - 1].type}")
    verdict.swapped += sum(after < before for before, after in pairwise(got))
    for seq in sorted(must.keys() - set(got)):
        verdict.note("lost", f"{who}: {seq} {rows[seq - 1].type}")
    for seq, event in record["got"]:
        if not is_as_the_log_has_it(rows[seq - 1], viewer, event):
            verdict.note("altered", f"{who}: {seq} {event}")


def wanted(
    rows: list[LogRow], viewer: Viewer, stream: str, *, first: int, upto: int
) -> tuple[dict[int, LogRow], dict[int, LogRow]]:
    """What must be in the record, and what may."""
    must: dict[int, LogRow] = {}
    may: dict[int, LogRow] = {}
    taken, theirs = last_taken_from(rows, viewer), theirs_then(rows, viewer)
    ticket = UUID(stream.partition(":")[2]) if stream.startswith("ticket:") else None
    for row in rows[first:upto]:
        told = row.type.startswith("notification.")
        if told != (stream == "me") or (ticket and row.ticket != ticket):
            continue
        if row.ticket is None:
            continue
        if viewer.role.is_staff:
            if viewer.id in row.audience.people if told else reaches(viewer.role, row.audience.floor):
                must[row.seq] = row
        elif viewer.id in row.audience.people:
            stays = row.seq in theirs and taken.get(row.ticket, 0) < row.seq
            (must if row.type in FAREWELLS or stays else may)[row.seq] = row
    return must, may


def theirs_then(rows: list[LogRow], viewer: Viewer) -> set[int]:
    """The rows of tickets that were this person's when the row was written."""
    found: set[int] = set()
    tickets: set[UUID] = set()
    for row in rows:
        if row.ticket is None:
            continue
        if viewer.id in row.audience.people and row.type in FAREWELLS:
            tickets.discard(row.ticket)
        elif viewer.id in row.audience.people and not row.type.startswith("notification."):
            tickets.add(row.ticket)
        if row.ticket in tickets:
            found.add(row.seq)
    return found


def last_taken_from(rows: list[LogRow], viewer: Viewer) -> dict[UUID, int]:
    """When each ticket was last taken away from this person, or deleted."""
    return {
        row.ticket: row.seq for row in rows if row.ticket and row.type in FAREWELLS and viewer.id in row.audience.people
    }


def is_as_the_log_has_it(row: LogRow, viewer: Viewer, event: dict[str, Any]) -> bool:
    shape = json.loads(orjson.dumps(event_shape(row, viewer)))
    if shape["data"] == {"redacted": True} or event["data"] == {"redacted": True}:
        return bool(event["id"] == shape["id"] and event["type"] == shape["type"])
    return bool(event == shape)
