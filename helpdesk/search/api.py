"""`/search`: tickets, what is said on them, and people, by words."""

from __future__ import annotations

from django.http import HttpResponse
from ninja import Query, Router

from helpdesk.answers import answer
from helpdesk.people.requests import PersonRequest
from helpdesk.search import queries
from helpdesk.search.schemas import SearchQuery, SearchResults

router = Router()


@router.get("", operation_id="search", response=SearchResults, summary="Search")
def search(request: PersonRequest, query: Query[SearchQuery]) -> HttpResponse:
    """The best first: tickets by their texts and by what was said on them, comments, and for staff people."""
    return answer(queries.search(request.auth, query))
