"""What the processes share of presence: in Redis, a hash per ticket with a field for each process, and expiry.

A field begins with the moment at which it counts no more, by Redis's clock: the people of a process that was
killed are gone then. A claim holds as long as its holder is at the ticket, and each step is one script: so
of twenty who claim at once one wins. Keys carry the tenant's id. Nothing here is truth: Redis may forget it all.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID
from weakref import WeakKeyDictionary

import orjson
import structlog
from django.conf import settings
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError

from realtime.presence.people import Claim, Seen, unpack
from tenants.redis_server import redis_server

LASTS_S = 30.0
"""How long people stay whose process does not say that they are still there."""
CLAIM_LASTS_S = 300.0
LONGEST_ASK_S = 1.0
"""Generous: nobody waits for it but who claims, and to be alone for a while costs more than a slow moment."""
BREAK_S = 3.0
"""After a failure Redis is left alone so long."""
MOST_TICKETS = 1000
"""Of a desk that are told at once."""
MOST_A_TURN = 200

_log = structlog.get_logger(__name__)

_STEP = """
local at = redis.call('TIME')
local now = at[1] * 1000 + math.floor(at[2] / 1000)
local what, own, ticket, lasts = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
if what ~= 'read' then
  if ARGV[5] == '' then
    redis.call('HDEL', KEYS[1], own)
  else
    redis.call('HSET', KEYS[1], own, string.format('%d', now + lasts) .. ' ' .. ARGV[5])
  end
end
local fields = redis.call('HGETALL', KEYS[1])
local told, newest, claim = {}, 0, nil
for i = 1, #fields, 2 do
  local name, value = fields[i], fields[i + 1]
  if name == 'claim' then
    claim = value
  else
    local ends = tonumber(string.match(value, '^(%d+) ')) or 0
    if ends <= now then
      redis.call('HDEL', KEYS[1], name)
    else
      told[#told + 1], told[#told + 2] = name, value
      newest = math.max(newest, ends)
    end
  end
end
local holder
if claim then
  local ends
  ends, holder = string.match(claim, '^(%d+) (%S+) ')
  local here = false
  for i = 2, #told, 2 do
    here = here or string.find(told[i], '"id":"' .. (holder or '') .. '"', 1, true) ~= nil
  end
  if not here or tonumber(ends) <= now or (what == 'release' and holder == ARGV[6]) then
    claim, holder = nil, nil
    redis.call('HDEL', KEYS[1], 'claim')
  end
end
if what == 'claim' and (not holder or holder == ARGV[6] or ARGV[9] == '1') then
  claim = string.format('%d', now + ARGV[8]) .. ' ' .. ARGV[6] .. ' ' .. ARGV[7]
  redis.call('HSET', KEYS[1], 'claim', claim)
end
if #told == 0 then
  redis.call('DEL', KEYS[1])
  redis.call('ZREM', KEYS[2], ticket)
  claim = nil
elseif what ~= 'read' then
  redis.call('PEXPIRE', KEYS[1], newest - now)
  redis.call('ZADD', KEYS[2], newest, ticket)
  redis.call('PEXPIRE', KEYS[2], lasts)
end
return {string.format('%d', now), claim or '', unpack(told)}
"""
"""KEYS: the ticket's hash, the desk's tickets. ARGV: read, put, release or claim; our field; the ticket; ms that a
field lasts; our people, empty for none; and for claims the person, their name as JSON, ms that it lasts, 1 to take it
over. Returns the moment, the claim, and the fields that count."""

_LIST = """
local at = redis.call('TIME')
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', at[1] * 1000 + math.floor(at[2] / 1000))
return redis.call('ZRANGE', KEYS[1], 0, ARGV[1] - 1)
"""
"""KEYS: the desk's tickets. ARGV: how many at most."""


class Away(Exception):
    """Redis does not answer, or did not lately."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do at one ticket; our people there are written with it, but for `read`."""

    what: Literal["read", "put", "release", "claim"]
    ticket: UUID
    people: str = ""
    person: UUID | None = None
    name: str = ""
    take: bool = False


@dataclass(frozen=True, slots=True)
class Others:
    """The people of another process, until `ends_at` by this one's monotonic clock."""

    people: list[Seen]
    ends_at: float


@dataclass(frozen=True, slots=True)
class Standing:
    """A ticket as Redis has it now. `claim_ends_at` is monotonic."""

    others: dict[str, Others] = field(default_factory=dict)
    claim: Claim | None = None
    claim_ends_at: float = 0.0


class Store:
    """One per event loop. While Redis is away every call raises Away, at once for most of them."""

    def __init__(self, url: str) -> None:
        self._redis: Any = redis_server(url).async_client(
            decode_responses=True,
            socket_timeout=LONGEST_ASK_S,
            socket_connect_timeout=LONGEST_ASK_S,
            retry=Retry(NoBackoff(), 0),
        )
        self._silent_until = 0.0
        self._broken = False

    @property
    def retry_at(self) -> float:
        """When it is asked again, if it is away; monotonic."""
        return self._silent_until if self._broken else 0.0

    async def take_steps(self, tenant: UUID, own: str, steps: Sequence[Step]) -> list[Standing]:
        """Do them, `own` being our field in every hash. Raises Away."""
        found: list[Standing] = []
        for begin in range(0, len(steps), MOST_A_TURN):
            asked = [_words(tenant, own, step) for step in steps[begin : begin + MOST_A_TURN]]
            at = time.monotonic()
            found += [_standing(own, answer, at) for answer in await self._ask(_STEP, asked)]
        return found

    async def list_tickets(self, tenant: UUID) -> list[UUID]:
        """Some that somebody is at. Raises Away."""
        [found] = await self._ask(_LIST, [([_index(tenant)], [str(MOST_TICKETS)])])
        return [UUID(ticket) for ticket in found]

    async def close(self) -> None:
        with contextlib.suppress(Exception):
            await self._redis.aclose()

    async def _ask(self, script: str, asked: Sequence[tuple[list[str], list[str]]]) -> list[Any]:
        if time.monotonic() < self._silent_until:
            raise Away
        try:
            async with asyncio.timeout(LONGEST_ASK_S):
                answers = await self._run(script, asked)
        except (RedisError, OSError, TimeoutError) as error:
            await self._rest(error)
            raise Away from error
        if self._broken:
            self._broken = False
            _log.info("presence_shared_again")
        return answers

    async def _run(self, script: str, asked: Sequence[tuple[list[str], list[str]]]) -> list[Any]:
        sha1 = hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest()
        try:
            return await self._send(sha1, asked)
        except NoScriptError:
            await self._redis.script_load(script)
            return await self._send(sha1, asked)

    async def _send(self, sha1: str, asked: Sequence[tuple[list[str], list[str]]]) -> list[Any]:
        async with self._redis.pipeline(transaction=False) as pipeline:
            for keys, given in asked:
                pipeline.evalsha(sha1, len(keys), *keys, *given)
            answers: list[Any] = await pipeline.execute()
            return answers

    async def _rest(self, error: Exception) -> None:
        self._silent_until = time.monotonic() + BREAK_S
        if not self._broken:
            _log.warning("presence_alone", error=f"{type(error).__name__}: {error}"[:200])
        self._broken = True
        with contextlib.suppress(Exception):
            await self._redis.connection_pool.disconnect()


_stores: WeakKeyDictionary[asyncio.AbstractEventLoop, Store] = WeakKeyDictionary()


def current_store() -> Store:
    """The store of the running loop."""
    loop = asyncio.get_running_loop()
    store = _stores.get(loop)
    if store is None:
        store = _stores[loop] = Store(settings.REDIS_URL)
    return store


def _index(tenant: UUID) -> str:
    # The braces keep a desk's keys in one slot of a cluster.
    return f"hub:presence:{{{tenant}}}"


def _words(tenant: UUID, own: str, step: Step) -> tuple[list[str], list[str]]:
    keys = [f"{_index(tenant)}:{step.ticket}", _index(tenant)]
    given = [step.what, own, str(step.ticket), str(int(LASTS_S * 1000)), step.people]
    name = orjson.dumps(step.name).decode()
    return keys, [*given, str(step.person or ""), name, str(int(CLAIM_LASTS_S * 1000)), str(int(step.take))]


def _standing(own: str, answer: list[str], at: float) -> Standing:
    now, claim_text, *fields = answer
    others: dict[str, Others] = {}
    for name, value in zip(fields[::2], fields[1::2], strict=True):
        if name != own:
            with contextlib.suppress(ValueError, KeyError, TypeError):
                ends, _, text = value.partition(" ")
                others[name] = Others(unpack(text), at + (int(ends) - int(now)) / 1000)
    if not claim_text:
        return Standing(others)
    until, person, name = claim_text.split(" ", 2)
    claim = Claim(UUID(person), orjson.loads(name), int(until))
    return Standing(others, claim, at + (claim.until - int(now)) / 1000)
