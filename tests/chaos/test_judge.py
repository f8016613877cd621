"""The judge of the chaos test sees what is lost, doubled, swapped, foreign and altered, and what is none of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from helpdesk.events.queries import LogRow, event_shape
from helpdesk.events.rules import Audience, Viewer
from helpdesk.vocabulary import Floor, Role
from tests.chaos.judge import judge_record
from tests.chaos.judge_writes import judge_writes
from tests.chaos.verdict import Verdict

AGENT = Viewer(UUID(int=1), Role.AGENT)
ADA = Viewer(UUID(int=11), Role.REQUESTER)
BOB = Viewer(UUID(int=12), Role.REQUESTER)
TICKET = UUID(int=101)


@dataclass
class Log:
    rows: list[LogRow] = field(default_factory=list)

    def write(self, type_: str, *people: Viewer, floor: Floor = Floor.AGENT, data: dict[str, Any] | None = None) -> int:
        seq = len(self.rows) + 1
        audience = Audience(floor, tuple(person.id for person in people))
        payload = orjson.dumps({"actor": None, "data": data or {"n": seq}}).decode()
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        self.rows.append(LogRow(seq, UUID(int=seq), type_, None, TICKET, audience, payload, moment, None))
        return seq

    def judge(self, viewer: Viewer, *seqs: int, end: str = "", place: int = 0, stream: str = "queue") -> dict[str, int]:
        got = [(seq, orjson.loads(orjson.dumps(event_shape(self.rows[seq - 1], viewer)))) for seq in seqs]
        return self.judge_got(viewer, got, end=end, place=place, stream=stream)

    def judge_got(self, viewer: Viewer, got: list[Any], *, end: str, place: int, stream: str) -> dict[str, int]:
        verdict = Verdict()
        record = {"stream": stream, "first": 0, "place": place, "end": end, "got": got}
        judge_record(verdict, self.rows, viewer, record, who="somebody")
        names = ("lost", "doubled", "swapped", "foreign", "altered")
        return {name: count for name in names if (count := getattr(verdict, name))}


def changes(log: Log, *people: Viewer, many: int = 3) -> None:
    for _ in range(many):
        log.write("ticket.updated", *people)


def test_a_whole_record_is_whole() -> None:
    log = Log()
    changes(log, ADA)
    assert log.judge(AGENT, 1, 2, 3) == log.judge(ADA, 1, 2, 3) == {}


def test_each_fault_is_seen_for_what_it_is() -> None:
    log = Log()
    changes(log, ADA)
    assert log.judge(AGENT, 1, 3) == {"lost": 1}
    assert log.judge(AGENT, 1, 2, 2, 3) == {"doubled": 1}
    assert log.judge(AGENT, 2, 1, 3) == {"swapped": 1}
    assert log.judge(BOB, 2) == {"foreign": 1}
    got = [(seq, {"id": "other", "type": "ticket.updated", "data": {}}) for seq in (1, 2, 3)]
    assert log.judge_got(AGENT, got, end="", place=0, stream="queue") == {"altered": 3}


def test_a_note_is_for_staff() -> None:
    log = Log()
    log.write("comment.added")
    assert log.judge(ADA) == {}
    assert log.judge(ADA, 1) == {"foreign": 1}
    assert log.judge(AGENT) == {"lost": 1}


def test_what_was_taken_away_may_have_been_told_before_but_the_farewell_must() -> None:
    log = Log()
    changes(log, ADA, many=2)
    farewell = log.write("ticket.removed", ADA, floor=Floor.NOBODY)
    changes(log, BOB, many=1)
    assert log.judge(ADA, 1, 2, farewell) == log.judge(ADA, 1, farewell) == log.judge(ADA, farewell) == {}
    assert log.judge(ADA, 1, 2) == {"lost": 1}
    assert log.judge(ADA, farewell, 1) == {"swapped": 1}
    assert log.judge(ADA, farewell, 4) == {"foreign": 1}


def test_a_ticket_that_came_back_is_theirs_from_then_on() -> None:
    log = Log()
    changes(log, ADA, many=1)
    log.write("ticket.removed", ADA, floor=Floor.NOBODY)
    changes(log, ADA, many=1)
    assert log.judge(ADA, 2, 3) == {}
    assert log.judge(ADA, 2) == {"lost": 1}


def test_a_stream_that_ended_is_held_to_its_end() -> None:
    log = Log()
    changes(log, ADA)
    assert log.judge(AGENT, 1, 2, end="refused", place=2, stream=f"ticket:{TICKET}") == {}
    assert log.judge(AGENT, 1, end="refused", place=2, stream=f"ticket:{TICKET}") == {"lost": 1}


def test_what_was_acknowledged_is_looked_for() -> None:
    log = Log()
    comment = {"comment": {"id": "c1", "content": "hello"}}
    log.write("comment.added", data=comment)
    done: dict[str, Any] = {"tickets": {}, "comments": {"c1": str(TICKET)}, "versions": [], "deleted": []}
    verdict = Verdict()
    judge_writes(verdict, log.rows, done)
    assert (verdict.unkept, verdict.repeated) == (0, 0)
    log.write("comment.added", data=comment)
    judge_writes(verdict, log.rows, done | {"tickets": {"t9": "title"}, "versions": [(str(TICKET), 4)]})
    assert (verdict.unkept, verdict.repeated) == (3, 1)


def test_what_me_tells_of_a_ticket_that_was_taken_away_may_be_there() -> None:
    log = Log()
    changes(log, ADA, many=1)
    log.write("notification.created", ADA, floor=Floor.NOBODY)
    assert log.judge(ADA, stream="me") == {"lost": 1}
    log.write("ticket.removed", ADA)
    assert log.judge(ADA, stream="me") == log.judge(ADA, 2, stream="me") == {}
    changes(log, ADA, many=1)
    log.write("notification.created", ADA, floor=Floor.NOBODY)
    assert log.judge(ADA, 2, stream="me") == {"lost": 1}
    assert log.judge(BOB, 2, 5, stream="me") == {"foreign": 2}


def test_what_me_was_to_tell_when_the_ticket_had_gone_to_another_is_no_loss() -> None:
    log = Log()
    changes(log, ADA, many=1)
    changes(log, BOB, many=1)
    log.write("ticket.removed", ADA)
    late = log.write("notification.created", ADA, floor=Floor.NOBODY)
    assert log.judge(ADA, stream="me") == {}
    changes(log, ADA, many=1)
    assert log.judge(ADA, stream="me") == log.judge(ADA, late, stream="me") == {}
