"""One subscription to a live view, and how it gets a window."""

from __future__ import annotations

import asyncio

import structlog

from realtime.closing import BROKEN
from realtime.live_views.live_view import LiveView
from realtime.live_views.question import Question
from realtime.outbox import OutboxClosed
from realtime.streams import Subscription

_log = structlog.get_logger(__name__)


class Follower:
    """`view`: what it is shown now; another one when the saved view that it asked for is changed."""

    def __init__(self, subscription: Subscription, question: Question, turn: asyncio.Lock) -> None:
        """`turn` is the connection's: one stream at a time is brought up to now."""
        self.subscription, self.question, self.turn = subscription, question, turn
        self.view: LiveView | None = None
        self._is_between_parts = False
        self._next: LiveView | None = None

    def show(self, view: LiveView, *, at_least: int = 0) -> None:
        """The whole window, from that place on, at the pace of the peer; then live.

        A window of which a part has been sent is sent to its end before another begins.
        """
        if self._is_between_parts:
            self._next = view
            return
        self.subscription.stop()
        self.subscription.replay = asyncio.get_running_loop().create_task(self._show(view, at_least))

    async def _show(self, view: LiveView, at_least: int) -> None:
        try:
            while not await self._has_shown(view, at_least):
                at_least = self.subscription.target if self._next is None else 0
                view, self._next = self._next or view, None
        except OutboxClosed:
            pass
        except Exception:
            _log.exception("live_view_not_shown", stream=self.subscription.key[0])
            self.subscription.outbox.close(BROKEN)

    async def _has_shown(self, view: LiveView, at_least: int) -> bool:
        """Frames of the view are held meanwhile. False: too many to be held, or another window is to be shown."""
        subscription = self.subscription
        await view.reaches(at_least)
        async with self.turn:
            await subscription.outbox.room()
            target = view.place
            *others, last = view.window(subscription.key[0])
            subscription.hold(target)
            view.outgoing.attach(subscription)
            self._is_between_parts = bool(others)
            for frame in others:
                subscription.outbox.push(frame)
                await subscription.outbox.room()
            self._is_between_parts = False
            subscription.outbox.push(last)
            if subscription.target != target or self._next is not None:
                view.outgoing.detach(subscription)
                return False
            subscription.go_live(epoch=view.epoch)
            return True
