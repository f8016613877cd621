"""The live views of one tenant in this process: which there are, who follows them, and the log that moves them.

Each distinct view is one, however many follow it. The feed hands every row over once; a task of its own applies it
to view after view and lets the loop go on in between, so that many views delay nobody else's frames.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import structlog

from helpdesk.events.queries import LogRow
from helpdesk.ticket_views.models import TicketView
from realtime import encoding
from realtime.encoding import EncodedRow
from realtime.feed import Feed
from realtime.live_views.deliveries import Deliveries
from realtime.live_views.facts import Facts, Names
from realtime.live_views.follower import Follower
from realtime.live_views.live_view import SPARE_ROWS, LiveView
from realtime.live_views.question import Question
from realtime.live_views.reading import Reader
from realtime.live_views.readings import Readings
from realtime.live_views.saved import Shelf, ShelfWatch
from realtime.live_views.selection import Selection
from realtime.protocol import BadFrame, ErrorCode, FrameId, Since, Unsubscribed
from realtime.streams import Subscription

MOST_VIEWS = 500
"""Different ones of staff; all of them are asked about every row."""
MOST_VIEWS_OF_REQUESTERS = 2_000
"""A requester's is asked about their own tickets alone."""
MOST_OF_AN_AGENT, MOST_OF_A_REQUESTER = 200, 20
MOST_WAITING = 2_000
"""Rows that wait to be applied; beyond, the database is read instead."""
A_TURN_S = 0.002
"""So long rows are applied before the loop gets its turn."""
KEEP_EVERY_S = 5.0
IDLE_S = 30.0
"""A view that nobody follows stays so long, for those who come back."""
REREAD_EVERY_S = 30.0
"""A view that changes while time passes is read so often."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Choice:
    """A question and its view. `shelf_changes`: how often saved views had changed before it was looked at."""

    question: Question
    view: LiveView
    shelf_changes: int


class Gallery:
    """See the module. All of it belongs to the feed's loop."""

    def __init__(
        self,
        feed: Feed,
        reader: Reader,
        shelf: Shelf,
        *,
        on_ended: Callable[[Subscription], None] = lambda _: None,
        reread_after_s: float | None = None,
        spare_rows: int = SPARE_ROWS,
    ) -> None:
        """`on_ended` hears of subscriptions that ended here: a saved view has gone."""
        self.views: dict[bytes, LiveView] = {}
        self.followers: dict[Subscription, Follower] = {}
        self._feed, self._on_ended, self._spare_rows = feed, on_ended, spare_rows
        self._readings = Readings(feed, reader, reread_after_s)
        self._saved = ShelfWatch(shelf, self._readings, followers=self.followers.values, on_look=self._reconsider)
        self._deliveries = Deliveries()
        self._names = Names()
        self._queue: deque[EncodedRow] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._applying = self._keeping = False
        self._idle_since: dict[LiveView, float] = {}
        feed.audiences.append(self)

    async def select(self, question: Question, *, frame_id: FrameId | None) -> Choice:
        """The view that answers the question. Raises BadFrame, and django.db.Error; nothing is followed yet."""
        changes, saved = self._saved.changes, None
        if question.view_id is not None:
            [saved] = await self._saved.shelf.look([(question.person, question.view_id)])
            if saved is None:
                raise BadFrame(ErrorCode.NOT_FOUND, "There is no such view, or you may not see it.", frame_id)
        try:
            return Choice(question, self._view_of(question.selection(saved)), changes)
        except BadFrame as bad:
            raise BadFrame(bad.code, bad.message, frame_id) from None

    async def follow(
        self,
        subscription: Subscription,
        choice: Choice,
        since: Since | None,
        *,
        frame_id: FrameId | None,
        turn: asyncio.Lock,
    ) -> None:
        """Answer `subscribed`, then what was missed: nothing, or a whole window."""
        view, stream = choice.view, subscription.key[0]
        follower = self.followers[subscription] = Follower(subscription, choice.question, turn)
        self._lead(follower, view)
        if since and since.epoch == view.epoch and since.seq > self._feed.cursor:
            await self._feed.catch_up()
        place = since or Since(epoch=view.epoch, seq=0)
        subscription.outbox.push(encoding.subscribed(stream, place.epoch, place.seq, frame_id=frame_id))
        if since and view.has_told_since(since.epoch, since.seq):
            view.outgoing.attach(subscription)
            subscription.outbox.push(encoding.synced(stream, view.epoch, view.place))
        else:
            is_ahead = since is not None and since.epoch == view.epoch and since.seq <= self._feed.cursor
            follower.show(view, at_least=since.seq if since and is_ahead else 0)
        if choice.shelf_changes != self._saved.changes:
            self._saved.look()

    def detach(self, subscription: Subscription) -> None:
        """It is followed no longer."""
        follower = self.followers.pop(subscription, None)
        if follower is not None:
            subscription.stop()
            self._leave(follower)

    def see(self, encoded: EncodedRow) -> None:
        """The feed has come to this row."""
        if not self.views and not encoded.row.type.startswith(("user.", "team.", "view.")):
            return
        if len(self._queue) >= MOST_WAITING:
            self._queue.clear()
            for view in self.views.values():
                self._fall_behind(view, encoded.row.seq)
            return
        self._queue.append(encoded)
        if not self._applying:
            self._applying = True
            self._start(self._apply())

    def begin_anew(self) -> None:
        """The log is another one, or rows of it are lost: every view is read anew, under another epoch."""
        self._queue.clear()
        for view in self.views.values():
            view.forget()
            self._readings.want(view)
        for follower in self.followers.values():
            if follower.view is not None:
                follower.show(follower.view)

    async def sync(self) -> None:
        """The beat."""
        for view in list(self.views.values()):
            await view.outgoing.sync(view.here)

    def close(self) -> None:
        """The room ends."""
        self._readings.close()
        self._deliveries.close()
        self._saved.close()
        for task in self._tasks:
            task.cancel()

    def _view_of(self, selection: Selection) -> LiveView:
        """The one for this selection. Raises BadFrame where there are too many."""
        view = self.views.get(selection.key)
        if view is None:
            self._require_room(selection)
            view = self.views[selection.key] = LiveView(
                selection,
                show_anew=self._show_again,
                on_news=self._deliveries.soon,
                spare_rows=self._spare_rows,
            )
            self._idle_since[view] = time.monotonic()
            self._readings.want(view)
            if not self._keeping:
                self._keeping = True
                self._start(self._keep())
        return view

    def _require_room(self, selection: Selection) -> None:
        is_staff = selection.person.is_staff
        peers = [view for view in self.views.values() if view.selection.person.is_staff == is_staff]
        if len(peers) >= (MOST_VIEWS if is_staff else MOST_VIEWS_OF_REQUESTERS):
            idle = [view for view in peers if view in self._idle_since]
            if not idle:
                raise BadFrame(ErrorCode.TOO_MANY_VIEWS, "So many different live views are open here: close one.")
            self._drop(min(idle, key=self._idle_since.__getitem__))
        own = [view for view in peers if view.selection.me == selection.me and view not in self._idle_since]
        most = MOST_OF_AN_AGENT if is_staff else MOST_OF_A_REQUESTER
        if len(own) >= most:
            raise BadFrame(ErrorCode.TOO_MANY_VIEWS, f"You hold {most} different live views: close one.")

    def _lead(self, follower: Follower, view: LiveView) -> None:
        follower.view = view
        view.followers += 1
        self._idle_since.pop(view, None)

    def _leave(self, follower: Follower) -> None:
        view, follower.view = follower.view, None
        if view is None:
            return
        view.outgoing.detach(follower.subscription)
        view.followers -= 1
        if not view.followers:
            self._idle_since[view] = time.monotonic()

    def _drop(self, view: LiveView) -> None:
        self.views.pop(view.selection.key, None)
        self._idle_since.pop(view, None)
        self._readings.forget(view)

    def _show_again(self, subscription: Subscription) -> None:
        follower = self.followers.get(subscription)
        if follower is not None and follower.view is not None:
            follower.show(follower.view)

    async def _apply(self) -> None:
        """Row after row, view after view."""
        began = time.monotonic()
        try:
            while self._queue:
                facts = self._facts_of(self._queue.popleft().row)
                if facts is None:
                    continue
                for view in list(self.views.values()):
                    self._apply_to(view, facts)
                    if time.monotonic() - began > A_TURN_S:
                        await asyncio.sleep(0)
                        began = time.monotonic()
                await self._deliveries.room()
                self._saved.see(facts)
        finally:
            self._applying = False

    def _facts_of(self, row: LogRow) -> Facts | None:
        try:
            return Facts(row, self._names)
        except Exception:
            _log.exception("live_views_cannot_read", type=row.type, seq=row.seq)
            for view in self.views.values():
                self._fall_behind(view, row.seq)
            return None

    def _apply_to(self, view: LiveView, facts: Facts) -> None:
        try:
            view.see(facts)
        except Exception:
            _log.exception("live_view_failed", type=facts.type, seq=facts.seq)
            view.fall_behind(facts.seq)
        # It may have been dropped while others had their turn.
        if view.is_behind and self.views.get(view.selection.key) is view:
            self._readings.want(view)

    def _fall_behind(self, view: LiveView, seq: int) -> None:
        view.fall_behind(seq)
        self._readings.want(view)

    def _reconsider(self, follower: Follower, saved: TicketView | None) -> None:
        if follower.subscription not in self.followers:
            return
        if saved is None:
            self._end(follower)
            return
        try:
            selection = follower.question.selection(saved)
            if follower.view is not None and selection.key == follower.view.selection.key:
                return
            view = self._view_of(selection)
        except BadFrame:
            self._end(follower)
            return
        self._leave(follower)
        self._lead(follower, view)
        follower.show(view)

    def _end(self, follower: Follower) -> None:
        subscription = follower.subscription
        self.detach(subscription)
        subscription.outbox.push(encoding.frame_of(Unsubscribed(stream=subscription.key[0])))
        self._on_ended(subscription)

    async def _keep(self) -> None:
        """While there are views: those that nobody follows go, those about time are read now and then."""
        while self.views:
            await asyncio.sleep(KEEP_EVERY_S)
            now = time.monotonic()
            for view in list(self.views.values()):
                if now - self._idle_since.get(view, now) > IDLE_S:
                    self._drop(view)
                elif view.selection.is_about_time and now - self._readings.read_at(view) > REREAD_EVERY_S:
                    self._fall_behind(view, view.place)
        self._keeping = False

    def _start(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
