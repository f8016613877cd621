"""The one typed filter of tickets, with two compilers: SQL for lists, Python for live views.

A property test holds the two against each other; a condition is added to both or to neither.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import Q
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from helpdesk.shapes import Moment, Shape, lower_word, priority_word
from helpdesk.teams.queries import list_teams_of
from helpdesk.tickets.asked_fields import LONGEST, TAKES, AskedField, read_asked
from helpdesk.tickets.conditions import asked_holds, asked_sql, is_sla, moment_of, sla_sql
from helpdesk.tickets.field_sql import field_sql
from helpdesk.tickets.syntax import LONGEST_QUESTION, Asked, NotUnderstood, understand
from helpdesk.vocabulary import TicketPriority, TicketStatus
from helpdesk.words.documents import Document


def split(value: Any) -> Any:
    """Several values in one, between commas, are several values."""
    if isinstance(value, str):
        value = [value]
    if isinstance(value, (list, tuple)):
        return [part for item in value for part in (item.split(",") if isinstance(item, str) else [item])]
    return value


MOST_VALUES = 100
"""Of one field of a filter."""
AnyStatus = Annotated[TicketStatus, BeforeValidator(lower_word)]
AnyPriority = Annotated[TicketPriority, BeforeValidator(priority_word)]
Somebody = UUID | Annotated[Literal["me"], BeforeValidator(lower_word)]
SomebodyOrNobody = UUID | Annotated[Literal["me", "none"], BeforeValidator(lower_word)]
SlaWord = Annotated[
    Literal["due", "running", "warned", "breached", "paused", "done", "none"], BeforeValidator(lower_word)
]
SomeTeam = UUID | Annotated[Literal["mine", "none"], BeforeValidator(lower_word)]


def _understood(question: str) -> str:
    if "comments" in understand(question).scopes:
        raise NotUnderstood("A list looks into tickets; `in:comments` is for the search.")
    return question


Question = Annotated[str, StringConstraints(max_length=LONGEST_QUESTION), AfterValidator(_understood)]


def _field_understood(text: str) -> str:
    if read_asked(text) is None:
        raise ValueError(f"A field's condition is {TAKES}.")
    return text


FieldCondition = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=LONGEST), AfterValidator(_field_understood)
]
MOST_FIELDS = 20


class TicketFilter(Shape):
    """Which tickets. Several values of one field mean any of them; several fields mean all of them.

    `me` stands for whoever asks, `mine` for the teams they are in; `none` for no assignee, no team. From is
    inclusive, to is exclusive.
    """

    status: Annotated[list[AnyStatus], BeforeValidator(split)] = Field(default_factory=list, max_length=MOST_VALUES)
    priority: Annotated[list[AnyPriority], BeforeValidator(split)] = Field(default_factory=list, max_length=MOST_VALUES)
    assigned_to_id: SomebodyOrNobody | None = None
    team_id: SomeTeam | None = None
    requester_id: Somebody | None = None
    created_by_id: Somebody | None = None
    tag: Annotated[list[str], BeforeValidator(split)] = Field(default_factory=list, max_length=MOST_VALUES)
    field: list[FieldCondition] = Field(default_factory=list, max_length=MOST_FIELDS)
    """Of custom fields, all of them: `region:emea,apac`, `seats:>=5`, `due:..2026-03-31`, `vip:yes`, `site:none`."""
    sla: Annotated[list[SlaWord], BeforeValidator(split)] = Field(default_factory=list, max_length=MOST_VALUES)
    """How it stands with what is promised next (docs/sla.md); `due`: there is a deadline; `none`: under no policy."""
    q: Question | None = None
    """What is typed into a search box (docs/search.md): words, `"exact words"`, `status:open`, `-tag:vpn` …"""
    created_from: Moment | None = None
    created_to: Moment | None = None
    updated_from: Moment | None = None
    updated_to: Moment | None = None
    sla_due_from: Moment | None = None
    sla_due_to: Moment | None = None

    def to_sql(self, me: UUID, *, is_staff: bool = False) -> Q:
        """The condition for a queryset of tickets, asked by `me`; staff find words in custom fields, too."""
        where = Q()
        if self.status:
            where &= Q(status__in=[status.value for status in self.status])
        if self.priority:
            where &= Q(priority__in=[priority.rank for priority in self.priority])
        for field in ("assigned_to_id", "requester_id", "created_by_id"):
            if (value := getattr(self, field)) is not None:
                where &= Q(**({f"{field}__isnull": True} if value == "none" else {field: _person(value, me)}))
        where &= self._team_sql(me)
        if self.tag:
            where &= Q(tags__overlap=self.tag)
        where &= sla_sql(self.sla)
        for column in ("created", "updated", "sla_due"):
            if (start := getattr(self, f"{column}_from")) is not None:
                where &= Q(**{f"{column}_at__gte": start})
            if (end := getattr(self, f"{column}_to")) is not None:
                where &= Q(**{f"{column}_at__lt": end})
        for one in self.asked_fields():
            where &= field_sql(one, me)
        return where & asked_sql(self.asked(), me, is_staff=is_staff)

    def matches(
        self,
        ticket: Mapping[str, Any],
        me: UUID,
        *,
        my_teams: Collection[UUID] = (),
        is_staff: bool = False,
        document: Callable[[], Document] | None = None,
    ) -> bool:
        """The same decision for a ticket's JSON shape, without a database.

        `my_teams`: those that `me` is in. `document`: gives the ticket's words, where many filters ask for them.
        """
        if self.status and ticket["status"] not in self.status:
            return False
        if self.priority and ticket["priority"] not in self.priority:
            return False
        for field, key in _PEOPLE.items():
            if (value := getattr(self, field)) is not None:
                wanted = None if value == "none" else str(_person(value, me))
                if ticket[key] != wanted:
                    return False
        if not self._is_with_team(ticket, my_teams):
            return False
        if self.tag and not set(self.tag) & set(ticket["tags"]):
            return False
        if not all(one.holds(ticket["customFields"], me) for one in self.asked_fields()):
            return False
        if self.sla and not is_sla(self.sla, ticket):
            return False
        return self._in_time(ticket) and asked_holds(self.asked(), ticket, me, is_staff=is_staff, document=document)

    def _team_sql(self, me: UUID) -> Q:
        match self.team_id:
            case None:
                return Q()
            case "none":
                return Q(team_id__isnull=True)
            case "mine":
                return Q(team_id__in=list_teams_of(me))
            case team_id:
                return Q(team_id=team_id)

    def _is_with_team(self, ticket: Mapping[str, Any], my_teams: Collection[UUID]) -> bool:
        match self.team_id:
            case None:
                return True
            case "none":
                return ticket["teamId"] is None
            case "mine":
                return ticket["teamId"] in {str(team) for team in my_teams}
            case team_id:
                return bool(ticket["teamId"] == str(team_id))

    def is_about_me(self) -> bool:
        """Does the answer depend on who asks?"""
        words = (self.assigned_to_id, self.team_id, self.requester_id, self.created_by_id)
        fields = any(one.is_about_me for one in self.asked_fields())
        return "me" in words or "mine" in words or fields or self.asked().is_about_me()

    def is_about_time(self) -> bool:
        """Does the answer change while time passes and nothing else happens?"""
        return self.asked().is_about_time()

    def asked_fields(self) -> list[AskedField]:
        """`field`, understood."""
        return [one for one in map(read_asked, self.field) if one is not None]

    def asked(self) -> Asked:
        """`q`, understood."""
        return understand(self.q or "")

    def _in_time(self, ticket: Mapping[str, Any]) -> bool:
        for column in ("created", "updated", "sla_due"):
            start, end = getattr(self, f"{column}_from"), getattr(self, f"{column}_to")
            if start is None and end is None:
                continue
            at = moment_of(ticket, column)
            if at is None or (start is not None and at < start) or (end is not None and at >= end):
                return False
        return True


_PEOPLE = {"assigned_to_id": "assignedToId", "requester_id": "requesterId", "created_by_id": "createdById"}


def _person(value: UUID | str, me: UUID) -> UUID:
    return value if isinstance(value, UUID) else me
