"""The hub's ear: bells that other processes rang, heard through the channel layer.

What is missed costs a second, because the log is looked at anyway. So nothing here may fail for good:
the ear rings itself now and then, and when it does not hear that, or Redis is away, it begins anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID, uuid4

import structlog
from channels.layers import get_channel_layer

from realtime.protocol import DraftFrame

GROUP = "hub.bell"
PRESENCE_CHANGED, DRAFT_CHANGED = "presence.changed", "draft.changed"
"""Messages that carry `from`: who sent one has heard it before."""
PROOF_EVERY_S = 15.0
PROOF_WITHIN_S = 5.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 5.0

_NAME = uuid4().hex
_log = structlog.get_logger(__name__)


class Hearer(Protocol):
    """Who is told what was heard. Must not wait."""

    def wake(self, tenant_id: UUID, seq: int, packs: Sequence[bytes] = ()) -> None:
        """The tenant's log may have rows up to `seq`; some of them are offered, packed."""
        ...

    def look(self, tenant_id: UUID) -> None:
        """Somebody of the tenant may have lost their place."""
        ...

    def hear_presence(self, tenant_id: UUID, ticket_ids: list[UUID]) -> None:
        """Another process knows more of who is at these tickets."""
        ...

    def hear_draft(self, tenant_id: UUID, person_id: UUID, frame: DraftFrame) -> None:
        """A draft of this person was saved or removed in another process."""
        ...


def this_process() -> str:
    """A name that no other process has, nor a forked child."""
    return f"{_NAME}.{os.getpid()}"


async def listen_for_bells(hearer: Hearer) -> None:
    """Hear bells for ever and tell of them. One line in the log per break, one when it is over."""
    # Its receiver writes a traceback every second while Redis is away.
    logging.getLogger("channels_redis.pubsub").setLevel(logging.CRITICAL)
    pause, broken = FIRST_PAUSE_S, False
    while True:
        ear = _Ear(hearer, announce=broken)
        try:
            await ear.listen()
        except Exception as error:
            if ear.has_heard or not broken:
                pause = FIRST_PAUSE_S
                _log.warning("bells_not_heard", error=f"{type(error).__name__}: {error}"[:200])
            broken = True
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_S)


class _Ear:
    """One try: from the subscription until it breaks."""

    def __init__(self, hearer: Hearer, *, announce: bool) -> None:
        self.has_heard = False
        self._hearer, self._announce = hearer, announce
        self._layer: Any = get_channel_layer()
        self._proof = ""
        self._proven = asyncio.Event()

    async def listen(self) -> None:
        """Raises whatever breaks it; never returns otherwise."""
        try:
            async with asyncio.timeout(PROOF_WITHIN_S):
                channel = await self._layer.new_channel()
                await self._layer.group_add(GROUP, channel)
            create = asyncio.get_running_loop().create_task
            # Two tasks, because a cancelled receive() gives its channel up.
            tasks = [create(self._hear(channel)), create(self._prove())]
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                done.pop().result()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            await self._drop_connections()

    async def _hear(self, channel: str) -> None:
        while True:
            message = await self._layer.receive(channel)
            with contextlib.suppress(KeyError, ValueError, TypeError):
                self._tell(message)

    def _tell(self, message: dict[str, Any]) -> None:
        if message.get("from") == this_process():
            return
        match message.get("type"):
            case "bell.rung":
                self._hearer.wake(UUID(message["tenant"]), int(message["seq"]), message.get("offers", ()))
            case "bell.knocked":
                self._hearer.look(UUID(message["tenant"]))
            case "presence.changed":
                self._hearer.hear_presence(UUID(message["tenant"]), [UUID(one) for one in message["tickets"]])
            case "draft.changed":
                frame = DraftFrame.model_validate(message["frame"])
                self._hearer.hear_draft(UUID(message["tenant"]), UUID(message["person"]), frame)
            case "bell.proof" if message["proof"] == self._proof:
                self._proven.set()

    async def _prove(self) -> None:
        """Ring ourselves now and then. Raises where that is not heard."""
        while True:
            self._proof = uuid4().hex
            self._proven.clear()
            async with asyncio.timeout(PROOF_WITHIN_S):
                await self._layer.group_send(GROUP, {"type": "bell.proof", "proof": self._proof})
                await self._proven.wait()
            if self._announce and not self.has_heard:
                _log.info("bells_heard_again")
            self.has_heard = True
            await asyncio.sleep(PROOF_EVERY_S)

    async def _drop_connections(self) -> None:
        """So that the next try makes new ones."""
        with contextlib.suppress(Exception):
            async with asyncio.timeout(PROOF_WITHIN_S):
                await self._layer.flush()
