"""One signed-in socket: its person, its streams, and what its frames ask for."""

from __future__ import annotations

import asyncio
import time
from typing import assert_never
from uuid import UUID

from helpdesk.people.queries import viewer_of
from helpdesk.tickets.queries import tickets_visible_to
from realtime.audience import class_of
from realtime.auth import BE_TOLD, FOLLOW_DESK, Login, Refused, Rights, sign_in
from realtime.closing import OTHER_PERSON, RIGHTS_CHANGED, TOKEN_EXPIRED, Ending
from realtime.encoding import frame_of
from realtime.feed import Feed
from realtime.live_views.gallery import Gallery
from realtime.live_views.question import Question
from realtime.outbox import Outbox
from realtime.presence.keeper import Keeper
from realtime.protocol import (
    DESK,
    ME,
    PRESENCE,
    QUEUE,
    Auth,
    BadFrame,
    Claim,
    ClientFrame,
    ErrorCode,
    ErrorFrame,
    FrameId,
    Ping,
    Pong,
    Presence,
    Release,
    ServerFrame,
    Subscribe,
    Unsubscribe,
    Unsubscribed,
    stream_name,
    ticket_of,
)
from realtime.replay import subscribe
from realtime.streams import Subscription
from realtime.wire import Frame
from tenants.context import run_in_tenant

MOST_SUBSCRIPTIONS = 200
LONGEST_TIMER_S = 24 * 3600.0
FOR_STAFF_IN_PERSON = "Presence is for agents and admins who have signed in themselves."


class Connection:
    """Lives from the login to the end of the socket. `feed`, `live_views` and `presence` are its tenant's."""

    def __init__(self, login: Login, outbox: Outbox, feed: Feed, live_views: Gallery, presence: Keeper) -> None:
        self.login = login
        self.outbox = outbox
        self.feed = feed
        self.live_views = live_views
        self.presence = presence
        self.viewer = viewer_of(login.person)
        self._subscriptions: dict[str, Subscription] = {}
        self._turn = asyncio.Lock()
        self._expiry: asyncio.TimerHandle | None = None
        self._wait_for_expiry()

    @property
    def proof_id(self) -> UUID:
        return self.login.proof_id

    @property
    def rights(self) -> Rights:
        return self.login.rights

    @property
    def person_id(self) -> UUID:
        return self.viewer.id

    @property
    def person_name(self) -> str:
        return self.login.person.name

    @property
    def takes_part(self) -> bool:
        """Is this somebody whom others see, and who sees them: staff, in person? A program is at no ticket."""
        return self.viewer.role.is_staff and self.is_in_person

    @property
    def is_in_person(self) -> bool:
        """Did they sign in themselves, not by an API key?"""
        return self.rights.scopes is None

    def push(self, frame: Frame) -> None:
        """Send it, after what was sent before."""
        self.outbox.push(frame)

    def follows(self, stream: str) -> bool:
        return stream in self._subscriptions

    async def handle(self, frame: ClientFrame) -> None:
        """Do what it asks and answer it. Raises BadFrame, which the caller answers."""
        match frame:
            case Ping(id=frame_id):
                self.outbox.push(frame_of(Pong(id=frame_id)))
            case Subscribe():
                await self._subscribe(frame)
            case Unsubscribe(stream=stream, id=frame_id):
                name = stream_name(stream)
                self._drop(name)
                self.outbox.push(frame_of(Unsubscribed(stream=name, id=frame_id)))
            case Auth():
                await self._renew(frame)
            case Presence() | Claim() | Release():
                await self._take_part(frame)
            case _:
                assert_never(frame)

    def end(self, ending: Ending, code: ErrorCode | None = None, message: str = "") -> None:
        """Close the socket; where a code is given, an `error` frame tells why first."""
        self.presence.leave(self)
        self.outbox.close(ending, frame_of(ErrorFrame(code=code, message=message)) if code else None)

    def forget(self, subscription: Subscription) -> None:
        """The feed ended it."""
        if self._subscriptions.get(subscription.key[0]) is subscription:
            del self._subscriptions[subscription.key[0]]
            self._unfollow(subscription.key[0])

    def leave(self) -> None:
        """It is no longer there: nothing of it stays behind. The outbox is its owner's to end."""
        if self._expiry:
            self._expiry.cancel()
        for stream in list(self._subscriptions):
            self._drop(stream)
        self.presence.leave(self)

    async def _subscribe(self, frame: Subscribe) -> None:
        stream = _named(frame.stream, frame.id)
        if stream not in self._subscriptions and len(self._subscriptions) >= MOST_SUBSCRIPTIONS:
            raise BadFrame(
                ErrorCode.TOO_MANY_SUBSCRIPTIONS, f"A connection holds {MOST_SUBSCRIPTIONS} streams.", frame.id
            )
        if frame.asks_for_a_view:
            await self._subscribe_to_view(stream, frame)
            return
        ticket_id, farewells = ticket_of(stream), self.feed.farewells
        if ticket_id and not await self._sees(ticket_id):
            raise BadFrame(ErrorCode.NOT_FOUND, "There is no such ticket, or you may not see it.", frame.id)
        if stream == ME and not self.rights.reach(BE_TOLD):
            raise BadFrame(ErrorCode.FORBIDDEN, "This API key has no scope to read notifications.", frame.id)
        if stream == PRESENCE and not self.takes_part:
            raise BadFrame(ErrorCode.FORBIDDEN, FOR_STAFF_IN_PERSON, frame.id)
        if stream == DESK and not all(self.rights.reach(operation) for operation in FOLLOW_DESK):
            raise BadFrame(
                ErrorCode.FORBIDDEN, "Only staff follow this, with a key by its scopes for teams and views.", frame.id
            )
        subscription = self._begin(stream)
        since = None if stream == PRESENCE else frame.since
        await subscribe(self.feed, subscription, since, frame_id=frame.id, turn=self._turn)
        if ticket_id and farewells != self.feed.farewells and not await self._sees(ticket_id):
            self._part(stream)
        self._follow(stream)

    async def _subscribe_to_view(self, stream: str, frame: Subscribe) -> None:
        if stream != QUEUE and not stream.startswith("view:"):
            raise BadFrame(ErrorCode.VALIDATION_ERROR, "Only queue and view:<label> can be live views.", frame.id)
        question = Question.of(frame, self.login.person)
        choice = await self.live_views.select(question, frame_id=frame.id)
        subscription = self._begin(stream)
        await self.live_views.follow(subscription, choice, frame.since, frame_id=frame.id, turn=self._turn)

    def _part(self, stream: str) -> None:
        """The ticket was gone before the stream began, so the feed does not end it."""
        if self.follows(stream):
            self._drop(stream)
            self.outbox.push(frame_of(Unsubscribed(stream=stream)))

    def _begin(self, stream: str) -> Subscription:
        """A subscription in the place of what there was of this name."""
        self._drop(stream)
        subscription = Subscription((stream, class_of(self.viewer, stream)), self.outbox, owner=self)
        self._subscriptions[stream] = subscription
        return subscription

    async def _take_part(self, frame: Presence | Claim | Release) -> None:
        """Be at a ticket. Whether it is there is asked once."""
        if not self.takes_part:
            raise BadFrame(ErrorCode.FORBIDDEN, FOR_STAFF_IN_PERSON, frame.id)
        if not self.presence.knows(self, frame.ticket_id) and not await self._sees(frame.ticket_id):
            raise BadFrame(ErrorCode.NOT_FOUND, "There is no such ticket, or you may not see it.", frame.id)
        if self.outbox.closed:
            return
        try:
            answer = await self._at_ticket(frame)
        except BadFrame as bad:
            raise BadFrame(bad.code, bad.message, frame.id) from None
        self.outbox.push(frame_of(answer.model_copy(update={"id": frame.id})))

    async def _at_ticket(self, frame: Presence | Claim | Release) -> ServerFrame:
        match frame:
            case Claim(ticket_id=ticket_id, take=take):
                return await self.presence.claim(self, ticket_id, take=take)
            case Release(ticket_id=ticket_id):
                return await self.presence.release(self, ticket_id)
            case Presence(ticket_id=ticket_id, state="away"):
                return self.presence.rise(self, ticket_id)
            case Presence(ticket_id=ticket_id, state="typing" | "viewing" as state, kind=kind):
                return self.presence.sit(self, ticket_id, state, kind)
            case _:
                raise AssertionError(frame)

    def _follow(self, stream: str) -> None:
        """Who else is there is told beside the events, unless the stream has ended already."""
        ticket_id = ticket_of(stream)
        if self.outbox.closed or not self.follows(stream):
            return
        if stream == PRESENCE:
            self.presence.watch(self)
        elif ticket_id and self.is_in_person:
            self.presence.follow(self, ticket_id, is_staff=self.viewer.role.is_staff)

    def _unfollow(self, stream: str) -> None:
        ticket_id = ticket_of(stream)
        if stream == PRESENCE:
            self.presence.unwatch(self)
        elif ticket_id:
            self.presence.unfollow(self, ticket_id)

    async def _sees(self, ticket_id: UUID) -> bool:
        person = self.login.person
        return await run_in_tenant(self.login.tenant, lambda: tickets_visible_to(person).filter(id=ticket_id).exists())

    async def _renew(self, frame: Auth) -> None:
        """A newer token of the same person. A bad one changes nothing; another person's ends the socket."""
        try:
            login = await sign_in(frame.token, self.login.tenant)
        except Refused as refused:
            if refused.ending.code != OTHER_PERSON.code:
                self.end(refused.ending, refused.code, refused.message)
                return
            raise BadFrame(refused.code, refused.message, frame.id) from None
        if login.person.id != self.login.person.id:
            self.end(OTHER_PERSON, ErrorCode.UNAUTHORIZED, "This token is another person's.")
            return
        if login.rights != self.rights:
            # Its streams are told by the rights of before, and nobody would look at those again.
            self.end(RIGHTS_CHANGED)
            return
        self.login = login
        if not self.is_in_person:
            self.presence.leave(self)
        self._wait_for_expiry()
        self.outbox.push(frame_of(login.shape(frame.id)))

    def _drop(self, stream: str) -> None:
        subscription = self._subscriptions.pop(stream, None)
        if subscription is not None:
            self.feed.detach(subscription)
            self.live_views.detach(subscription)
            self._unfollow(stream)

    def _wait_for_expiry(self) -> None:
        if self._expiry:
            self._expiry.cancel()
        if self.login.expires_at is None:
            return
        left = self.login.expires_at - time.time()
        loop = asyncio.get_running_loop()
        if left > LONGEST_TIMER_S:
            self._expiry = loop.call_later(LONGEST_TIMER_S, self._wait_for_expiry)
        else:
            self._expiry = loop.call_later(max(0.0, left), self._expire)

    def _expire(self) -> None:
        self.end(TOKEN_EXPIRED, ErrorCode.UNAUTHORIZED, "The token has expired.")


def _named(stream: str, frame_id: FrameId | None) -> str:
    try:
        return stream_name(stream)
    except BadFrame as bad:
        raise BadFrame(bad.code, bad.message, frame_id) from None
