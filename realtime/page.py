"""One page of a stream, for those who ask now and then: the same events in the same frames as on the socket."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from helpdesk.errors import NotFound, ValidationFailed
from helpdesk.events.queries import Head, event_shape, get_head
from helpdesk.people.models import Person
from helpdesk.people.queries import viewer_of
from helpdesk.permissions import require
from helpdesk.shapes import Input, Shape
from helpdesk.tickets.queries import tickets_visible_to
from realtime.audience import class_of
from realtime.auth import BE_TOLD
from realtime.log_reader import list_carried
from realtime.protocol import LARGEST_SEQ, ME, QUEUE, EventFrame, Reset, Since, stream_name, ticket_of

_UUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
MOST_EVENTS = 500


class EventsQuery(Input):
    """`since`: the place that the last answer gave, as `<epoch>.<seq>`; without it you learn the present one."""

    stream: Annotated[str, Field(pattern=f"^(queue|me|ticket:{_UUID})$")] = QUEUE
    since: Annotated[str, Field(pattern=f"^{_UUID}[.][0-9]{{1,19}}$")] | None = None
    limit: Annotated[int, Field(ge=1, le=MOST_EVENTS)] = 100


class EventPage(Shape):
    """`epoch` and `seq` are the next `since`. A `reset` says: read your state anew, go on from here."""

    events: list[EventFrame | Reset]
    epoch: UUID
    seq: int
    has_more: bool


def read_page(person: Person, query: EventsQuery) -> dict[str, Any]:
    """EventPage as JSON. Raises NotFound for a ticket that they may not see."""
    stream, since = stream_name(query.stream), _place(query.since)
    _require_right(person, stream)
    head = get_head()
    if since is None:
        return _page([], head, head.last_seq)
    if not _holds(head, since):
        return _reset(stream, head)
    viewer = class_of(viewer_of(person), stream)
    page = list_carried((stream, viewer), after=since.seq, upto=head.last_seq, limit=query.limit)
    if not _holds(page.head, since):
        return _reset(stream, page.head)
    frames, prev = [], since.seq
    for row in page.rows:
        frame = {"type": "event", "stream": stream, "seq": row.seq, "prev": prev}
        frames.append(frame | {"event": event_shape(row, viewer)})
        prev = row.seq
    return _page(frames, head, page.scanned_to)


def _require_right(person: Person, stream: str) -> None:
    if stream == ME:
        require(person, BE_TOLD)
    ticket_id = ticket_of(stream)
    if ticket_id and not tickets_visible_to(person).filter(id=ticket_id).exists():
        raise NotFound("There is no such ticket, or you may not see it.")


def _place(given: str | None) -> Since | None:
    if given is None:
        return None
    epoch, _, seq = given.rpartition(".")
    if int(seq) > LARGEST_SEQ:
        raise ValidationFailed.of("since", "There is no such place.")
    return Since(epoch=UUID(epoch), seq=int(seq))


def _holds(head: Head, since: Since) -> bool:
    """Can everything after this place still be told?"""
    return since.epoch == head.epoch and head.anchor_seq <= since.seq <= head.last_seq


def _reset(stream: str, head: Head) -> dict[str, Any]:
    frame = {"type": "reset", "stream": stream, "epoch": str(head.epoch), "seq": head.last_seq}
    return _page([frame], head, head.last_seq)


def _page(frames: list[dict[str, Any]], head: Head, upto: int) -> dict[str, Any]:
    return {"events": frames, "epoch": str(head.epoch), "seq": upto, "hasMore": upto < head.last_seq}
