"""`/tags`: which there are, and what they are called."""

from __future__ import annotations

from django.http import HttpResponse
from ninja import Body, Query, Router

from helpdesk.answers import answer
from helpdesk.people.requests import PersonRequest
from helpdesk.tags import actions, queries
from helpdesk.tags.schemas import RenameTags, TagList, TagListQuery, TagsRenamedAnswer

router = Router()


@router.get("", operation_id="listTags", response=TagList, summary="List tags")
def list_tags(request: PersonRequest, query: Query[TagListQuery]) -> HttpResponse:
    """With how many tickets have each."""
    return answer(queries.list_tags(query))


@router.post("/rename", operation_id="renameTags", response=TagsRenamedAnswer, summary="Rename or merge tags")
def rename_tags(request: PersonRequest, body: Body[RenameTags]) -> HttpResponse:
    """On every ticket: the first 1,000 at once, the others soon after. Saved views that name them follow."""
    swept = actions.rename_tags(request.auth, tags=body.tags, to=body.to)
    return answer(TagsRenamedAnswer(changed=swept.changed, is_done=swept.is_done))
