"""Redis as REDIS_URL names it: one server, or the one that Sentinel says is the master now.

`redis+sentinel://[[user]:password@]host[:port][,host[:port] …]/service[/database][?sentinel_password=…]`. The user and
the password are the master's; Sentinel's own stand behind the question mark.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, quote, unquote

import redis.asyncio
import redis.asyncio.sentinel
import redis.sentinel
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

SCHEME = "redis+sentinel"
SENTINEL_PORT = 26379
SENTINEL_TIMEOUT_S = 0.5
"""For one Sentinel to answer, where the caller is not in more of a hurry; then the next one is asked."""


# redis-py leaves these without types.
Sentinel: Any = redis.sentinel.Sentinel
SentinelConnectionPool: Any = redis.sentinel.SentinelConnectionPool
AsyncSentinel: Any = redis.asyncio.sentinel.Sentinel
AsyncSentinelPool: Any = redis.asyncio.sentinel.SentinelConnectionPool


@dataclass(frozen=True, slots=True)
class RedisServer:
    """Made by `redis_server`. `sentinels` is empty where the URL is a server's own."""

    url: str
    sentinels: tuple[tuple[str, int], ...] = ()
    service: str = ""
    known: dict[str, Any] = field(default_factory=dict)
    """What a connection to the master needs: user, password, database."""
    sentinel_known: dict[str, Any] = field(default_factory=dict)

    def pool(self, **options: Any) -> redis.ConnectionPool:
        """Of connections; `options` are redis-py's. Behind Sentinel each new one asks who the master is."""
        if not self.sentinels:
            return redis.ConnectionPool.from_url(self.url, **options)
        asking = self._asking(options, Retry(NoBackoff(), 0))
        sentinel = Sentinel(self.sentinels, sentinel_kwargs=asking)
        pool: redis.ConnectionPool = SentinelConnectionPool(self.service, sentinel, **self.known, **options)
        return pool

    def client(self, **options: Any) -> redis.Redis:
        """Closes its pool when it is closed."""
        return redis.Redis.from_pool(self.pool(**options))

    def async_client(self, **options: Any) -> Any:
        """As `client`, for the loop."""
        if not self.sentinels:
            return redis.asyncio.Redis.from_url(self.url, **options)
        asking = self._asking(options, AsyncRetry(NoBackoff(), 0))
        sentinel = AsyncSentinel(self.sentinels, sentinel_kwargs=asking)
        return redis.asyncio.Redis.from_pool(AsyncSentinelPool(self.service, sentinel, **self.known, **options))

    def layer_host(self) -> str | dict[str, Any]:
        """For channels_redis's `hosts`."""
        if not self.sentinels:
            return self.url
        asking = self._asking({}, AsyncRetry(NoBackoff(), 0))
        found = {"master_name": self.service, "sentinels": list(self.sentinels), "sentinel_kwargs": asking}
        return found | self.known

    def broker_url(self) -> str:
        """For Celery."""
        if not self.sentinels:
            return self.url
        name, password = (quote(self.known.get(one, ""), safe="") for one in ("username", "password"))
        credentials = f"{name}:{password}@" if name or password else ""
        return ";".join(f"sentinel://{credentials}{host}:{port}/{self.known['db']}" for host, port in self.sentinels)

    def broker_options(self) -> dict[str, Any]:
        """For Celery's transport."""
        if not self.sentinels:
            return {}
        asking = {"socket_timeout": SENTINEL_TIMEOUT_S, "socket_connect_timeout": SENTINEL_TIMEOUT_S}
        return {"master_name": self.service, "sentinel_kwargs": asking | self.sentinel_known}

    def _asking(self, options: dict[str, Any], retry: Any) -> dict[str, Any]:
        """How a Sentinel is asked: in as much of a hurry as the master would be, and once."""
        timeout = min(SENTINEL_TIMEOUT_S, options.get("socket_timeout") or SENTINEL_TIMEOUT_S)
        times = {"socket_timeout": timeout, "socket_connect_timeout": timeout}
        return times | {"retry": retry} | self.sentinel_known


@cache
def redis_server(url: str) -> RedisServer:
    """What the URL names. Raises ValueError, in words for whoever set it."""
    scheme, _, rest = url.partition("://")
    if scheme != SCHEME:
        return RedisServer(url)
    rest, _, query = rest.partition("?")
    place, _, path = rest.partition("/")
    credentials, _, hosts = place.rpartition("@")
    service, _, database = path.partition("/")
    if not service or not hosts or not (database or "0").isdigit():
        raise ValueError("With Sentinel it is redis+sentinel://:password@host:26379,host:26379/service/0")
    name, _, password = credentials.partition(":")
    said = {key: unquote(value) for key, value in (("username", name), ("password", password)) if value}
    return RedisServer(
        url,
        tuple(_node(one) for one in hosts.split(",")),
        unquote(service),
        {**said, "db": int(database or 0)},
        _of_sentinel(query),
    )


def _node(text: str) -> tuple[str, int]:
    host, colon, port = text.strip().rpartition(":")
    if not colon or text.endswith("]"):
        return text.strip().strip("[]"), SENTINEL_PORT
    if not host or not port.isdigit():
        raise ValueError("Each Sentinel is host or host:port, with commas between them")
    return host.strip("[]"), int(port)


def _of_sentinel(query: str) -> dict[str, Any]:
    asked = parse_qs(query)
    names = {"sentinel_username": "username", "sentinel_password": "password"}
    if unknown := sorted(asked.keys() - names.keys()):
        raise ValueError(f"Sentinel's URL takes sentinel_username and sentinel_password, not {', '.join(unknown)}")
    return {names[key]: values[-1] for key, values in asked.items()}
