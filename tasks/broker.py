"""Celery's way to Redis, which survives that Redis goes away while jobs are under way.

kombu gives a connection up before its channels. A channel that has jobs to put back, or to acknowledge, then asks for
an address that is no longer there, and Celery takes that AttributeError for its own end: the worker exits. Here it is
what it is, a lost connection, which Celery and kombu know how to bear. The jobs themselves stand in `public.wakeup`.
"""

from __future__ import annotations

from typing import Any

import redis
from kombu.transport.redis import Channel as RedisChannel
from kombu.transport.redis import SentinelChannel as RedisSentinelChannel
from kombu.transport.redis import SentinelTransport as RedisSentinelTransport
from kombu.transport.redis import Transport as RedisTransport


class _GivenUp:
    """A channel whose connection may be gone."""

    connection: Any

    def _connparams(self, *given: Any, **named: Any) -> dict[str, Any]:
        if self.connection is None or self.connection.client is None:
            raise redis.ConnectionError("the connection of this channel was given up")
        found: dict[str, Any] = super()._connparams(*given, **named)
        return found


class Channel(_GivenUp, RedisChannel):
    """To one server."""


class SentinelChannel(_GivenUp, RedisSentinelChannel):
    """To whichever server is the master."""


class Transport(RedisTransport):
    """For redis:// and rediss://; `tasks.app` names it to kombu."""

    Channel = Channel


class SentinelTransport(RedisSentinelTransport):
    """For sentinel://."""

    Channel = SentinelChannel
