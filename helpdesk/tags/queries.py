"""Reading which tags there are: they stand on tickets alone."""

from __future__ import annotations

from django.db import connection

from helpdesk.tags.schemas import TagCount, TagList, TagListMeta, TagListQuery


def list_tags(query: TagListQuery) -> TagList:
    """The most used first; reads every ticket."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tag, count(*) FROM ticket CROSS JOIN LATERAL unnest(tags) tag"
            " WHERE starts_with(lower(tag), lower(%s))"
            ' GROUP BY tag ORDER BY count(*) DESC, tag COLLATE "C" LIMIT %s',
            [query.q, query.limit + 1],
        )
        found = [TagCount(tag=tag, count=count) for tag, count in cursor.fetchall()]
    return TagList(data=found[: query.limit], meta=TagListMeta(limit=query.limit, has_more=len(found) > query.limit))
