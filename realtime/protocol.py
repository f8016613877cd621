"""The frames of `/ws/v1`, both ways, as typed classes; docs/realtime.md and docs/asyncapi.json tell the same.

What a client sends is read strictly: nothing unknown, at most 64 KiB, no NUL. A frame that cannot be
used is answered by an `error` frame and changes nothing.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from helpdesk.events.payloads import TicketPayload
from helpdesk.tickets.schemas import FilterInBody, SortBy

LARGEST_FRAME = 64 * 1024
"""Of a client's frame, in bytes of UTF-8."""
LARGEST_SEQ = 2**63 - 1

QUEUE = "queue"
ME = "me"
PRESENCE = "presence"
DESK = "desk"
_VIEW = re.compile(r"view:[A-Za-z0-9_-]{1,64}")
_TICKET = re.compile(r"ticket:([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})")

FrameId = Annotated[str, Field(strict=True, max_length=64)] | Annotated[int, Field(strict=True, ge=-(2**53), le=2**53)]
"""What a client may put into a frame so as to know its answer again."""
Seq = Annotated[int, Field(strict=True, ge=0, le=LARGEST_SEQ)]


class ErrorCode(StrEnum):
    BAD_REQUEST = "BAD_REQUEST"
    """Not a JSON object in a text frame."""
    VALIDATION_ERROR = "VALIDATION_ERROR"
    """A wrong type, field or stream name."""
    NOT_FOUND = "NOT_FOUND"
    """No such ticket, or you may not see it."""
    UNAUTHORIZED = "UNAUTHORIZED"
    """Sign in first, or the token is not good."""
    FORBIDDEN = "FORBIDDEN"
    """Signed in, but not for this; a close follows where nothing else may be done either."""
    TOO_MANY_SUBSCRIPTIONS = "TOO_MANY_SUBSCRIPTIONS"
    """A connection holds at most 200 streams."""
    TOO_MANY_CONNECTIONS = "TOO_MANY_CONNECTIONS"
    """A person has at most 100 sockets; the socket closes."""
    TOO_MANY_VIEWS = "TOO_MANY_VIEWS"
    """Too many different live views are open."""
    TOO_MANY_TICKETS = "TOO_MANY_TICKETS"
    """A connection is at 20 tickets at most."""


class _Frame(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)


class _ClientFrame(_Frame):
    id: FrameId | None = None


class Since(_Frame):
    """The place a client has on a stream: all it needs to remember."""

    epoch: UUID
    seq: Seq


class Auth(_ClientFrame):
    """Sign in, or renew the token of a signed-in socket."""

    type: Literal["auth"]
    token: Annotated[str, Field(min_length=1, max_length=16_384)]


class Subscribe(_ClientFrame):
    """Follow a stream from now on, or from `since` on. Following it already: begin anew at that place.

    `filter` (the fields of `GET /tickets`) and what follows it make a live view; `queue` and `view:<label>` take them.
    """

    type: Literal["subscribe"]
    stream: Annotated[str, Field(max_length=100)]
    since: Since | None = None
    filter: FilterInBody | None = None
    view_id: UUID | None = None
    """A saved view, whose filter holds too."""
    sort_by: SortBy | None = None
    sort_order: Literal["asc", "desc"] | None = None
    window: Annotated[int, Field(strict=True, ge=0, le=100)] | None = None
    """How many of the first rows are told; 0: only how many there are. 100 where it is not given."""

    @property
    def asks_for_a_view(self) -> bool:
        """Is it a live view, or the events of a stream?"""
        asked = (self.filter, self.view_id, self.sort_by, self.sort_order, self.window)
        return _VIEW.fullmatch(self.stream) is not None or any(one is not None for one in asked)


class Unsubscribe(_ClientFrame):
    type: Literal["unsubscribe"]
    stream: Annotated[str, Field(max_length=100)]


class Ping(_ClientFrame):
    type: Literal["ping"]


class Presence(_ClientFrame):
    """This socket is at a ticket, or (`away`) no more. Typing becomes viewing after 8 s; the rest needs no renewal."""

    type: Literal["presence"]
    ticket_id: UUID
    state: Literal["viewing", "typing", "away"]
    kind: Literal["reply", "note"] | None = None


class Claim(_ClientFrame):
    """This person answers the ticket: the first has it, for 5 minutes; again renews it. `take`: from whoever has it."""

    type: Literal["claim"]
    ticket_id: UUID
    take: Annotated[bool, Field(strict=True)] = False


class Release(_ClientFrame):
    """This person does not answer the ticket after all."""

    type: Literal["release"]
    ticket_id: UUID


ClientFrame = Auth | Subscribe | Unsubscribe | Ping | Presence | Claim | Release
CLIENT_FRAMES: TypeAdapter[ClientFrame] = TypeAdapter(Annotated[ClientFrame, Field(discriminator="type")])


class ServerFrame(_Frame):
    model_config = ConfigDict(populate_by_name=True)

    def text(self) -> bytes:
        """The frame as JSON in UTF-8."""
        return orjson.dumps(self.model_dump(mode="json", by_alias=True, exclude_none=True))


class _Answer(ServerFrame):
    id: FrameId | None = None
    """What the client's frame carried."""


class _Placed(_Answer):
    stream: str
    epoch: UUID
    seq: int


class PersonShape(_Frame):
    id: UUID
    name: str
    role: str


class Authenticated(_Answer):
    """The answer to `auth`. The socket ends with 4401 at `expiresAt` (RFC 3339, if it has an end) unless renewed."""

    type: Literal["authenticated"] = "authenticated"
    person: PersonShape
    expires_at: str | None = None


class Subscribed(_Placed):
    """The stream is followed, and (epoch, seq) is the client's place on it: now, or the `since` that it gave."""

    type: Literal["subscribed"] = "subscribed"


class Unsubscribed(_Answer):
    """The stream is no longer followed: asked for, or the ticket is gone for this person."""

    type: Literal["unsubscribed"] = "unsubscribed"
    stream: str


class Synced(ServerFrame):
    """Everything up to `seq` has been sent: after a replay, and about every 25 seconds."""

    type: Literal["synced"] = "synced"
    stream: str
    epoch: UUID
    seq: int


class Reset(ServerFrame):
    """What lies between the client's place and (epoch, seq) cannot be told: read the state anew, go on from here."""

    type: Literal["reset"] = "reset"
    stream: str
    epoch: UUID
    seq: int


class ActorShape(_Frame):
    id: UUID
    name: str


class EventShape(_Frame):
    """What happened. `data` is what a webhook's `data` is; `{"redacted": true}` where it was taken back."""

    id: UUID
    type: str
    occurred_at: str
    actor: ActorShape | None
    data: dict[str, Any]
    changes: dict[str, tuple[Any, Any]] | None = None


class EventFrame(ServerFrame):
    """An event of a stream. The client has missed something iff `prev` is greater than its place."""

    type: Literal["event"] = "event"
    stream: str
    seq: int
    prev: int
    event: EventShape


class Window(ServerFrame):
    """A live view as it is at `seq`: its first rows in their order, and how many tickets stand in it.

    `isPartial`: the rows of the next frame, a `window` too, come after these; then it is whole.
    """

    type: Literal["window"] = "window"
    stream: str
    epoch: UUID
    seq: int
    rows: list[TicketPayload]
    count: int
    is_capped: bool
    is_partial: bool | None = None


class PlacedTicket(_Frame):
    """A ticket that belongs at this place of the window, counted from 0."""

    at: int
    ticket: TicketPayload


class ViewChange(ServerFrame):
    """What is different in a live view since `prev`.

    To apply it take away what `left`, and the tickets of `entered` and `changed` where they stand; then insert these
    in the order of their places. The result is the window at `seq`.
    """

    type: Literal["view"] = "view"
    stream: str
    seq: int
    prev: int
    entered: list[PlacedTicket]
    changed: list[PlacedTicket]
    left: list[UUID]
    count: int
    is_capped: bool


class PersonHere(_Frame):
    """Somebody at a ticket, over all their sockets: `kind` is what they type, `claimedUntil` that they answer it."""

    id: UUID
    name: str
    state: Literal["viewing", "typing"]
    kind: Literal["reply", "note"] | None = None
    claimed_until: str | None = None


class PresenceFrame(_Answer):
    """Everybody who is at a ticket now; no seq, no replay. `agentIsTyping`: for requesters, instead of people."""

    type: Literal["presence"] = "presence"
    ticket_id: UUID
    people: list[PersonHere]
    agent_is_typing: bool | None = None


class ClaimFrame(_Answer):
    """The answer to `claim` and `release`: who has the ticket now, until when, and whether it is you."""

    type: Literal["claimed"] = "claimed"
    ticket_id: UUID
    mine: bool
    by: ActorShape | None = None
    until: str | None = None


class DraftFrame(ServerFrame):
    """On `me`: a draft of this person was saved (`version`, `updatedAt`) or is gone (`removed`)."""

    type: Literal["draft"] = "draft"
    ticket_id: UUID
    kind: Literal["reply", "note"]
    version: int | None = None
    updated_at: str | None = None
    removed: Literal[True] | None = None


class Pong(_Answer):
    type: Literal["pong"] = "pong"


class Goodbye(ServerFrame):
    """The socket is about to close with this code: come back in so many milliseconds, and resume."""

    type: Literal["goodbye"] = "goodbye"
    code: int
    reason: str
    come_back_in_ms: int


class ErrorFrame(_Answer):
    """A frame was refused. The connection stays, unless a close follows."""

    type: Literal["error"] = "error"
    code: ErrorCode
    message: str


class BadFrame(Exception):
    """A client's frame that cannot be used."""

    def __init__(self, code: ErrorCode, message: str, frame_id: FrameId | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.frame_id = code, message, frame_id

    def answer(self) -> ErrorFrame:
        return ErrorFrame(code=self.code, message=self.message, id=self.frame_id)


def parse(text: str) -> ClientFrame:
    """A client's frame. Raises BadFrame; the caller has looked at the size."""
    try:
        document = orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        raise BadFrame(ErrorCode.BAD_REQUEST, "A frame is a JSON object.") from None
    if not isinstance(document, dict):
        raise BadFrame(ErrorCode.BAD_REQUEST, "A frame is a JSON object.")
    frame_id = _id_of(document)
    if "\\u0000" in text:
        raise BadFrame(ErrorCode.BAD_REQUEST, "A frame holds no NUL.", frame_id)
    try:
        return CLIENT_FRAMES.validate_python(document)
    except ValidationError as error:
        raise BadFrame(ErrorCode.VALIDATION_ERROR, _what_is_wrong(error), frame_id) from None


def stream_name(given: str) -> str:
    """The stream as the server spells it (ids in lower case). Raises BadFrame for what is no stream."""
    if given in (QUEUE, ME, PRESENCE, DESK) or _VIEW.fullmatch(given):
        return given
    if _TICKET.fullmatch(given):
        return given.lower()
    raise BadFrame(ErrorCode.VALIDATION_ERROR, "The streams are queue, me, desk, presence, ticket:<id>, view:<label>.")


def ticket_of(stream: str) -> UUID | None:
    """The ticket of a `ticket:<id>` stream; None for the others."""
    match = _TICKET.fullmatch(stream)
    return UUID(match[1]) if match else None


def ticket_stream(ticket_id: UUID) -> str:
    return f"ticket:{ticket_id}"


def _id_of(document: dict[str, Any]) -> FrameId | None:
    frame_id = document.get("id")
    if isinstance(frame_id, str) and len(frame_id) <= 64 and "\0" not in frame_id:
        return frame_id
    if isinstance(frame_id, int) and not isinstance(frame_id, bool) and abs(frame_id) <= 2**53:
        return frame_id
    return None


def _what_is_wrong(error: ValidationError) -> str:
    """Names the first wrong field and why; what was sent is never echoed."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if first["type"].startswith("union_tag"):
        return "The types are auth, subscribe, unsubscribe, ping, presence, claim, release."
    where = ".".join(str(part) for part in first["loc"][1:])
    if first["type"] == "extra_forbidden":
        return "There is a field that this frame does not have."
    return f"{where}: {first['msg'].removeprefix('Value error, ')}"
