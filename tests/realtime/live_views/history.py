"""Random histories of a desk: what several people do, one transaction after the other."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from helpdesk.bulk.actions import change_tickets
from helpdesk.bulk.schemas import BulkChange
from helpdesk.comments.actions import add_comment, delete_comment
from helpdesk.comments.models import Comment
from helpdesk.errors import Conflict
from helpdesk.merging.actions import merge_ticket, split_ticket, unmerge_ticket
from helpdesk.people.actions import change_person, change_profile
from helpdesk.relations.actions import relate
from helpdesk.teams.actions import add_member, change_team, create_team, remove_member
from helpdesk.teams.models import Team, TeamMember
from helpdesk.ticket_views.actions import change_view, create_view, delete_view
from helpdesk.ticket_views.models import TicketView
from helpdesk.ticket_views.schemas import ChangeView, CreateView
from helpdesk.tickets.actions import change_ticket, create_ticket, delete_ticket
from helpdesk.tickets.models import Ticket
from helpdesk.vocabulary import RelationWord, TicketPriority, TicketStatus
from tests.conftest import Desk

TITLES = ["vpn drops", "VPN", "Straße vpn", "printer on fire", "álbum", "zebra", "Zebra", "b"]
TAGS = ["vpn", "x", "a b"]


class History:
    """Each `step` is done in one unit of work inside the desk, and says what it was."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.chance = desk, random.Random(seed)
        self.views: list[UUID] = []
        """Saved views that are followed."""

    def begin(self) -> None:
        """A team, and views to follow."""
        desk = self.desk
        both = [desk.agent.id, desk.ada.id]
        team = create_team(desk.admin, fields={"name": "Network", "description": "", "member_ids": both})
        create_team(desk.admin, fields={"name": "Second", "description": "", "member_ids": [desk.ada.id]})
        for filter_, visibility in (({"status": ["open"]}, "all"), ({"tag": ["vpn"], "assignedToId": "me"}, "team")):
            fields = CreateView.model_validate(
                {
                    "name": "V",
                    "filter": filter_,
                    "visibility": visibility,
                    "sortBy": "updatedAt",
                    "teamId": str(team.id) if visibility == "team" else None,
                }
            ).everything()
            self.views.append(create_view(desk.admin, fields=fields).id)
        for _ in range(8):
            self.create()

    def step(self) -> str:
        kinds: dict[Callable[[], object], int] = {
            self.create: 6,
            self.change: 14,
            self.comment: 4,
            self.uncomment: 1,
            self.delete: 2,
            self.bulk: 2,
            self.rename: 2,
            self.change_teams: 3,
            self.change_views: 2,
            self.merge: 2,
            self.unmerge: 1,
            self.split: 1,
            self.relate: 1,
        }
        [do] = self.chance.choices(list(kinds), list(kinds.values()))
        done = do()
        return f"{do.__name__} {done or ''}"

    def create(self) -> str:
        chance, desk = self.chance, self.desk
        actor = chance.choice(desk.everybody())
        fields: dict[str, Any] = {"title": chance.choice(TITLES), "priority": chance.choice(list(TicketPriority))}
        if actor.is_staff:
            fields |= {
                "requester_id": chance.choice([desk.user, desk.other_user, desk.agent]).id,
                "assigned_to_id": self._assignee(),
                "team_id": self._team(),
                "tags": self._tags(),
            }
        return str(create_ticket(actor, fields=fields).number)

    def change(self) -> str:
        ticket = self._ticket()
        if ticket is None:
            return ""
        chance, desk = self.chance, self.desk
        whole: dict[str, Callable[[], Any]] = {
            "title": lambda: chance.choice(TITLES),
            "description": lambda: chance.choice(["", "the vpn", "Ünïcode ½"]),
            "status": lambda: chance.choice(list(TicketStatus)),
            "priority": lambda: chance.choice(list(TicketPriority)),
            "assigned_to_id": self._assignee,
            "team_id": self._team,
            "requester_id": lambda: chance.choice([desk.user, desk.other_user]).id,
            "tags": self._tags,
            "custom_fields": lambda: {"n": chance.choice([1, 1.0, True])},
            "metadata": lambda: {"n": chance.randrange(3)},
        }
        names = chance.sample(list(whole), chance.randrange(1, 4))
        with suppress(Conflict):  # it may have been merged
            change_ticket(
                chance.choice([desk.agent, desk.admin]), ticket.id, fields={name: whole[name]() for name in names}
            )
        return f"{ticket.number} {names}"

    def comment(self) -> str:
        if ticket := self._ticket():
            is_internal = self.chance.random() < 0.5
            add_comment(self.desk.agent, ticket.id, content="Said.", is_internal=is_internal)
            return f"{ticket.number} internal={is_internal}"
        return ""

    def uncomment(self) -> None:
        if comment := Comment.objects.order_by("id").first():
            delete_comment(self.desk.admin, comment.id)

    def delete(self) -> None:
        if ticket := self._ticket():
            delete_ticket(self.desk.admin, ticket.id)

    def bulk(self) -> str:
        ids = list(Ticket.objects.values_list("id", flat=True))
        some = [str(id_) for id_ in self.chance.sample(ids, min(len(ids), self.chance.randrange(2, 12)))]
        if not some:
            return ""
        ways: list[dict[str, Any]] = [
            {"set": {"status": self.chance.choice(list(TicketStatus))}},
            {"set": {"assignedToId": str(self.desk.agent.id), "priority": "high"}},
            {"addTags": ["vpn"], "comment": {"content": "All of you."}},
            {"removeTags": ["vpn"]},
            {"delete": True},
        ]
        [way] = self.chance.choices(ways, [3, 3, 3, 2, 1])
        change_tickets(self.desk.admin, BulkChange.model_validate({"ids": some, **way}))
        return str(way)

    def merge(self) -> str:
        some = list(Ticket.objects.filter(merged_into=None).order_by("id"))
        if len(some) < 2:
            return ""
        some = self.chance.sample(some, 2)
        merge_ticket(self.desk.ada, some[0].id, into_id=some[1].id, is_confirmed=True)
        return f"{some[0].number} into {some[1].number}"

    def unmerge(self) -> str:
        merged = Ticket.objects.filter(merged_into__isnull=False, merged_into__merged_into=None).order_by("id").first()
        if merged:
            unmerge_ticket(self.desk.agent, merged.id)
        return str(merged and merged.number)

    def split(self) -> str:
        if comment := Comment.objects.order_by("-id").first():
            return str(
                split_ticket(self.desk.agent, comment.ticket_id, comment_ids=[comment.id], title="vpn, too").number
            )
        return ""

    def relate(self) -> str:
        ids = list(Ticket.objects.order_by("id").values_list("id", flat=True))
        if len(ids) < 2:
            return ""
        one, other = self.chance.sample(ids, 2)
        with suppress(Conflict):
            relate(self.desk.ada, one, relation=self.chance.choice(list(RelationWord)), other_id=other)
        return f"{one} {other}"

    def rename(self) -> str:
        person = self.chance.choice([self.desk.user, self.desk.agent, self.desk.ada])
        name = self.chance.choice(["Ada", "Grace", "Zoë"])
        if self.chance.random() < 0.5:
            change_person(
                self.desk.admin, person.id, fields={"email": f"{name.lower()}.{self.chance.random()}@a.example"}
            )
        else:
            change_profile(person, fields={"first_name": name})
        return name

    def change_teams(self) -> str:
        team = self.chance.choice(list(Team.objects.order_by("id")))
        person = self.chance.choice([self.desk.agent, self.desk.ada])
        if self.chance.random() < 0.3:
            change_team(self.desk.admin, team.id, fields={"name": f"T{self.chance.random()}"})
            return "name"
        if TeamMember.objects.filter(team=team, person=person).exists():
            remove_member(self.desk.admin, team.id, person.id)
            return "remove"
        add_member(self.desk.admin, team.id, person.id)
        return "add"

    def change_views(self) -> str:
        view = TicketView.objects.filter(id=self.chance.choice(self.views)).first()
        if view is None:
            return ""
        if self.chance.random() < 0.1:
            delete_view(self.desk.admin, view.id)
            return "delete"
        filters: list[dict[str, Any]] = [{"status": ["open"]}, {"tag": ["vpn"]}, {}, {"q": "assignee:me,none"}]
        body = {"filter": self.chance.choice(filters), "sortBy": self.chance.choice(["title", "number", "updatedAt"])}
        change_view(self.desk.admin, view.id, fields=ChangeView.model_validate(body).given())
        return str(body)

    def _ticket(self) -> Ticket | None:
        tickets = list(Ticket.objects.order_by("id"))
        return self.chance.choice(tickets) if tickets else None

    def _assignee(self) -> UUID | None:
        person = self.chance.choice([self.desk.agent, self.desk.ada, None])
        return person.id if person else None

    def _team(self) -> UUID | None:
        return self.chance.choice([*Team.objects.order_by("id").values_list("id", flat=True), None])

    def _tags(self) -> list[str]:
        return self.chance.sample(TAGS, self.chance.randrange(3))
