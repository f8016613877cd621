"""`/analytics`: figures about the tickets, for agents and admins."""

from __future__ import annotations

from django.http import HttpResponse
from ninja import Query, Router

from helpdesk.analytics import queries
from helpdesk.analytics.schemas import (
    Backlog,
    Groups,
    GroupsQuery,
    Overview,
    PickQuery,
    RangeQuery,
    Series,
    SeriesQuery,
)
from helpdesk.answers import answer
from helpdesk.people.requests import PersonRequest

router = Router()


@router.get("/overview", operation_id="getAnalyticsOverview", response=Overview, summary="A range, and the one before")
def get_overview(request: PersonRequest, query: Query[RangeQuery]) -> HttpResponse:
    """What was created, resolved and open, and how long it took; the same for as many days before."""
    return answer(queries.get_overview(request.auth, query))


@router.get("/series", operation_id="getAnalyticsSeries", response=Series, summary="A range step by step")
def get_series(request: PersonRequest, query: Query[SeriesQuery]) -> HttpResponse:
    """By hour, day, week or month of a time zone's clock."""
    return answer(queries.get_series(request.auth, query))


@router.get("/backlog", operation_id="getAnalyticsBacklog", response=Backlog, summary="What waits now")
def get_backlog(request: PersonRequest, query: Query[PickQuery]) -> HttpResponse:
    """By age and status, and how much of it has had no response."""
    return answer(queries.get_backlog(request.auth, query))


@router.get("/groups", operation_id="listAnalyticsGroups", response=Groups, summary="A range by agent, team, tag …")
def list_groups(request: PersonRequest, query: Query[GroupsQuery]) -> HttpResponse:
    """A ticket counts for the assignee, team, tags and priority that it has now, and for each of its tags."""
    return answer(queries.list_groups(request.auth, query))
