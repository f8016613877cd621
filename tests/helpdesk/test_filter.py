"""The one filter of tickets decides alike in SQL and in memory."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.clock import now
from helpdesk.people.models import Person
from helpdesk.teams.models import Team, TeamMember
from helpdesk.teams.queries import list_teams_of
from helpdesk.tickets.actions import index_tickets
from helpdesk.tickets.asked_fields import sort_text
from helpdesk.tickets.field_sql import FieldOrder
from helpdesk.tickets.filter import TicketFilter
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.shapes import ticket_payload
from helpdesk.tickets.syntax import NotUnderstood, understand
from helpdesk.vocabulary import ClockKind, SlaState, TicketPriority, TicketStatus
from tests.conftest import Desk
from tests.helpdesk.conftest import People

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
FIELDS: list[dict[str, Any]] = [
    *({}, {"seats": 5}, {"seats": 7.25, "region": "emea"}, {"seats": -1e15}, {"seats": "5"}, {"seats": True}),
    *({"region": "apac", "due": "2026-01-02"}, {"region": ["emea", "us"]}, {"region": "a b", "due": "2026-02-01"}),
    *({"region": None}, {"due": "soon"}, {"due": 20260102, "region": {"emea": 1}}, {"vip": True}, {"vip": False}),
    *(
        {"vip": "yes", "region": [["emea"], 5]},
        {"note": "VPN drops", "due": "\uff12026-01-02"},
        {"buyer": "me"},
    ),
]
ASKED = [
    *("seats:5", "seats:>5", "seats:>=5", "seats:<5.5", "seats:-10..6", "seats:..7.25", "seats:any", "seats:none"),
    *("region:emea", "region:apac,a b", "region:none", "region:us,5", "due:>=2026-01-02", "due:<2026-02-01"),
    *(
        "due:2026-01-01..2026-01-31",
        "due:2026-01-02",
        "vip:yes",
        "vip:no,true",
        "note:any",
        "buyer:me",
        "x:none",
    ),
]
TAGS = ["vpn", "VPN", "a b", "x"]
WORDS = [
    *("vpn", "VPN drops", "100%", "under_score", "back\\slash", "'quote'", "#12", "7", "12", "", "two  blanks"),
    *("José Straße", "jose\u0301", "wi-fi drops", "ada@vpn.example 10:30", "東京都の手机", "drops vpn vpns", "ﷺ ½"),
]
NUMBERS = [7, 12, 120, 99]
CHUNKS = [
    *("vpn", "vp*", "drop", "drops", '"vpn drops"', "-vpn", "-drops", '-"vpn drops"', "JOSÉ", "strasse", "wi-fi"),
    *(
        "#12",
        "-#12",
        "#0007",
        "number:12,7",
        "ada@vpn.example",
        "10:30",
        "京都",
        "東",
        "手机",
        "の",
        "%",
        "'",
        "\\",
        ":",
    ),
    *(
        "in:title",
        "in:description",
        "in:tags",
        "status:open,closed",
        "-status:OPEN",
        "priority:critical",
        "tag:vpn,VPN",
    ),
    *(
        'tag:"a b"',
        "-tag:x",
        "is:unassigned",
        "is:active",
        "-is:done",
        "assignee:me",
        "assignee:none",
        "-assignee:none",
    ),
    *("field:seats:>=5", "-field:region:emea", 'field:"region:a b"', "-field:due:>2026-01-15", "in:fields drops"),
    *("assignee:ada", "-assignee:ada,agent", "requester:user@acme.example", "-creator:oth", "requester:oth"),
    *("before:2026-01-02", "after:2026-01-02", "created:2026-01-01..2026-01-01", "updated:>2026-01-01", "-created:<1d"),
    *("sla:breached,warned", "-sla:none", "sla:due", "SLA:Paused", "due:<2d", "-due:<2h", "due:>1w", "due:2026-01-01"),
    *("due:2026-01-01..2026-01-02", "due:<=2026-01-02", "-due:>=1h"),
    *("created:>=2026-01-01T12:00:00Z", "updated:<=2026-01-01", "updated:>7d", "created:today", "https://vpn/drops"),
]
ALPHABET = st.sampled_from("aAvVpPnN %_\\'\"#0172.*^$[]")


def some_promise(chance: random.Random) -> dict[str, Any]:
    """Under no policy, with nothing due, or with a deadline: near these days, or around now."""
    state = chance.choice([None, *SlaState])
    if state is None:
        return {}
    promised = {"sla_policy_id": uuid4(), "sla_state": state.value}
    if state in (SlaState.PAUSED, SlaState.DONE):
        return promised
    near = BEGIN + timedelta(hours=chance.randrange(48))
    due = chance.choice([near, now() + timedelta(hours=chance.choice([-5, 5, 500]))])
    return promised | {"sla_clock": chance.choice(list(ClockKind)).value, "sla_due_at": due}


def make_tickets(desk: Desk) -> list[Ticket]:
    chance = random.Random(11)
    people: list[Person] = desk.everybody()
    staff: list[Person | None] = [desk.agent, desk.ada, desk.admin, None]
    own, other = (Team.objects.create(name=name) for name in ("Own", "Other"))
    TeamMember.objects.bulk_create(TeamMember(team=own, person=person) for person in (desk.agent, desk.user))
    teams: list[Team | None] = [own, other, None]
    for number in range(60):
        Ticket.objects.create(
            number=NUMBERS[number] if number < len(NUMBERS) else 1000 + number,
            title=f"{chance.choice(WORDS)} {chance.choice(WORDS)}".strip() or "x",
            description=chance.choice(WORDS),
            status=chance.choice(list(TicketStatus)).value,
            priority=chance.choice(list(TicketPriority)).rank,
            requester=chance.choice(people),
            created_by=chance.choice(people),
            assigned_to=chance.choice(staff),
            team=chance.choice(teams),
            tags=chance.sample(TAGS, chance.randrange(3)),
            custom_fields=FIELDS[number % len(FIELDS)],
            **some_promise(chance),
            created_at=BEGIN + timedelta(hours=chance.randrange(48)),
            updated_at=BEGIN + timedelta(hours=chance.randrange(48), milliseconds=chance.randrange(2)),
        )
    tickets = list(Ticket.objects.select_related("requester", "created_by", "assigned_to", "team"))
    index_tickets(tickets)
    return tickets


def questions() -> st.SearchStrategy[str]:
    """What somebody might type; only what is understood, for what is refused has tests of its own."""

    def is_understood(question: str) -> bool:
        try:
            understand(question)
        except NotUnderstood:
            return False
        return True

    typed = st.lists(st.sampled_from([*CHUNKS, *WORDS]), max_size=4).map(" ".join)
    return (typed | st.text(ALPHABET, max_size=6) | st.text(max_size=4)).filter(is_understood)


def filters(ids: list[UUID], teams: list[UUID]) -> st.SearchStrategy[TicketFilter]:
    """Filters as a query makes them: absent, single, several, in any case."""
    person = st.sampled_from([*map(str, ids), "me", "ME", str(uuid4())])
    moment = st.integers(-1, 49).map(lambda hours: (BEGIN + timedelta(hours=hours)).isoformat())
    given: dict[str, st.SearchStrategy[Any]] = {
        "status": st.lists(st.sampled_from([*TicketStatus, "OPEN", "open,closed"]), max_size=3),
        "priority": st.lists(st.sampled_from([*TicketPriority, "critical", "LOW,high"]), max_size=3),
        "assignedToId": person | st.sampled_from(["none", "None"]),
        "teamId": st.sampled_from([*map(str, teams), "mine", "MINE", "none", str(uuid4())]),
        "requesterId": person,
        "createdById": person,
        "tag": st.lists(st.sampled_from([*TAGS, "vpn,x", "there is none"]), max_size=2),
        "field": st.lists(st.sampled_from(ASKED), max_size=2),
        "q": questions(),
        "sla": st.lists(st.sampled_from([*SlaState, "due", "NONE", "breached,paused"]), max_size=3),
        "slaDueFrom": moment,
        "slaDueTo": moment,
        "createdFrom": moment,
        "createdTo": moment,
        "updatedFrom": moment,
        "updatedTo": moment,
    }
    # Few conditions at once, else nearly all filters pick nothing.
    names = st.sets(st.sampled_from(sorted(given)), max_size=3)
    chosen = names.flatmap(lambda names: st.fixed_dictionaries({name: given[name] for name in sorted(names)}))
    return chosen.map(TicketFilter.model_validate)


class TestTheTwoCompilers:
    def test_agree_on_every_ticket(self, desk: Desk) -> None:
        tickets = make_tickets(desk)
        shapes = {ticket.id: ticket_payload(ticket).model_dump(mode="json", by_alias=True) for ticket in tickets}
        matched: list[int] = []
        people, teams = [person.id for person in desk.everybody()], list(Team.objects.values_list("id", flat=True))
        my_teams = list_teams_of(desk.agent.id)

        @settings(
            max_examples=500, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
        )
        @given(where=filters(people, teams))
        def agree(where: TicketFilter) -> None:
            me = desk.agent.id
            for is_staff in (True, False):
                sql = where.to_sql(me, is_staff=is_staff)
                by_sql = set(Ticket.objects.filter(sql).values_list("id", flat=True))
                by_hand = {
                    id_
                    for id_, shape in shapes.items()
                    if where.matches(shape, me, my_teams=my_teams, is_staff=is_staff)
                }
                assert by_sql == by_hand, (where, is_staff)
                matched.append(len(by_sql))

        agree()
        assert max(matched) > 1, "the filters picked nothing"

    @pytest.mark.parametrize("field", TicketFilter.model_fields)
    def test_each_condition_picks_some_and_leaves_some(self, desk: Desk, field: str) -> None:
        """So a condition that is forgotten in both is found."""
        tickets = make_tickets(desk)
        examples: dict[str, Any] = {
            "status": ["open"],
            "priority": ["critical"],
            "assigned_to_id": "none",
            "requester_id": str(desk.user.id),
            "created_by_id": "me",
            "team_id": "mine",
            "tag": ["vpn"],
            "field": ["seats:any"],
            "q": "vpn",
            "sla": ["due"],
        }
        moment = (BEGIN + timedelta(hours=24)).isoformat()
        where = TicketFilter.model_validate({field: examples.get(field, moment)})
        assert 0 < Ticket.objects.filter(where.to_sql(desk.agent.id)).count() < len(tickets)

    def test_agree_on_every_chunk(self, desk: Desk) -> None:
        tickets = make_tickets(desk)
        shapes = {ticket.id: ticket_payload(ticket).model_dump(mode="json", by_alias=True) for ticket in tickets}
        picked: dict[str, int] = {}
        for chunk in CHUNKS:
            says_nothing_alone = chunk in ("%", "'", "\\", ":") or chunk.startswith("in:")
            where = TicketFilter(q=f"{chunk} vpn" if says_nothing_alone else chunk)
            sql = where.to_sql(desk.ada.id, is_staff=True)
            by_sql = set(Ticket.objects.filter(sql).values_list("id", flat=True))
            matching = {id_ for id_, shape in shapes.items() if where.matches(shape, desk.ada.id, is_staff=True)}
            assert by_sql == matching, chunk
            picked[chunk] = len(by_sql)
        none = {"created:today", "https://vpn/drops"}
        assert {chunk for chunk, count in picked.items() if count == 0} == none
        assert {chunk for chunk, count in picked.items() if count == len(tickets)} == {"updated:>7d", "-created:<1d"}

    def test_agree_on_every_field_and_its_order(self, desk: Desk) -> None:
        tickets = make_tickets(desk)
        shapes = {ticket.id: ticket_payload(ticket).model_dump(mode="json", by_alias=True) for ticket in tickets}
        for asked in ASKED:
            where = TicketFilter(field=[asked])
            by_sql = set(Ticket.objects.filter(where.to_sql(desk.ada.id)).values_list("id", flat=True))
            assert by_sql == {id_ for id_, shape in shapes.items() if where.matches(shape, desk.ada.id)}, asked
            assert 0 < len(by_sql) < len(tickets) or asked in ("x:none", "buyer:me")
        for key in ("seats", "region", "due", "vip"):
            sorted_there = list(Ticket.objects.order_by(FieldOrder(key), "id").values_list("id", flat=True))
            sorted_here = sorted(shapes, key=lambda id_: (sort_text(shapes[id_]["customFields"].get(key)), id_))
            assert sorted_there == sorted_here, key


class TestOverHttp:
    def test_several_values_are_any_and_several_fields_all(self, people: People, ticket: dict[str, Any]) -> None:
        people.agent.post("/tickets", {"title": "b", "status": "closed", "priority": "high", "tags": ["x"]})
        people.agent.post("/tickets", {"title": "c", "status": "pending", "priority": "low"})

        def titles(query: str) -> list[str]:
            return sorted(found["title"] for found in people.agent.get(f"/tickets?{query}")["data"])

        assert titles("status=OPEN,closed") == ["The VPN drops", "b"]
        assert titles("status=open&status=closed") == ["The VPN drops", "b"]
        assert titles("status=closed&priority=HIGH") == ["b"]
        assert titles("status=closed&priority=low") == []
        assert titles("requesterId=me") == ["b", "c"]
        assert titles("tag=x") == ["b"]
        assert titles("q=vpn") == ["The VPN drops"]
        assert titles(f"q=%23{ticket['number']}") == ["The VPN drops"]
        assert titles("status=") == ["The VPN drops", "b", "c"]

    def test_never_widens_what_one_sees(self, people: People, acme: Desk, ticket: dict[str, Any]) -> None:
        for query in (f"requesterId={acme.user.id}", "q=VPN", "status=open", f"createdById={acme.user.id}"):
            assert people.other_user.get(f"/tickets?{query}")["data"] == []
