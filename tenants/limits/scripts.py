"""What Redis does for us, each in one round trip, with its own clock: all web processes count alike."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tenants.redis_server import redis_server

TIMEOUT_S = 0.05
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 10.0
MOST_IDLE = 32


class Script:
    """A Lua script and its name in Redis."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.sha1 = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()


TAKE = Script("""
local at = redis.call('TIME')
local now = at[1] * 1000 + math.floor(at[2] / 1000)
local told, held, free = {}, {}, true
for i, key in ipairs(KEYS) do
  local most, span = tonumber(ARGV[2 * i - 1]), ARGV[2 * i] * 1000
  local number = math.floor(now / span)
  local past = now - number * span
  local was = redis.call('HMGET', key, 'n', 'c', 'b')
  local count, before = tonumber(was[2] or 0), tonumber(was[3] or 0)
  local left = number - tonumber(was[1] or 0)
  if left == 1 then before, count = count, 0 elseif left ~= 0 then before, count = 0, 0 end
  local used, wait = count + before * (span - past) / span, 0
  if used + 1 > most then
    if count + 1 <= most then
      wait = math.ceil(span * (1 - (most - 1 - count) / before)) - past
    else
      wait = span - past + math.max(0, math.ceil(span * (1 - (most - 1) / count)))
    end
    free = false
  end
  held[i] = {number, count, before, span}
  told[#told + 1] = math.ceil(used)
  told[#told + 1] = span - past
  told[#told + 1] = wait
end
if free then
  for i, key in ipairs(KEYS) do
    local one = held[i]
    redis.call('HSET', key, 'n', one[1], 'c', one[2] + 1, 'b', one[3])
    redis.call('PEXPIRE', key, 2 * one[4])
    told[3 * i - 2] = told[3 * i - 2] + 1
  end
end
return told
""")
"""KEYS: buckets. ARGV: count and seconds of each. Counts one in all of them, or in none where one has no room.
Returns for each: used, ms to the window's end, ms to wait."""

ATTEMPT = Script("""
local at = redis.call('TIME')
local now = at[1] * 1000 + math.floor(at[2] / 1000)
local seen = redis.call('ZSCORE', KEYS[3], ARGV[1])
local known = seen and now - seen < ARGV[2] * 1000
local function patience(free, longest, failures)
  local over = failures - free
  if over < 0 then return 0 end
  return math.min(2 ^ math.min(over, 30), longest) * 1000
end
local wait = 0
local looked = known and {KEYS[1]} or {KEYS[1], KEYS[2]}
for _, key in ipairs(looked) do
  wait = math.max(wait, tonumber(redis.call('HGET', key, 'until') or 0) - now)
end
if wait > 0 then return {wait} end
for i = 1, 2 do
  local failures = redis.call('HINCRBY', KEYS[i], 'failures', 1)
  local longest = (i == 1 and known) and ARGV[7] or ARGV[2 + 2 * i]
  local pause = patience(tonumber(ARGV[1 + 2 * i]), tonumber(longest), failures)
  redis.call('HSET', KEYS[i], 'until', string.format('%d', now + pause))
  redis.call('PEXPIRE', KEYS[i], ARGV[8] * 1000)
end
return {0}
""")
"""KEYS: guesses from this network, from everywhere, networks that are known. ARGV: network, seconds it stays known,
free and longest from here, free and longest from everywhere, longest of a known network, seconds until forgotten.
Counts a guess before it is looked at, so that many at once gain nothing. Returns ms to wait; 0: it may be made."""

FORGIVE = Script("""
local at = redis.call('TIME')
local now = at[1] * 1000 + math.floor(at[2] / 1000)
if ARGV[2] == '1' then
  local mine = tonumber(redis.call('HGET', KEYS[1], 'failures') or 0)
  redis.call('DEL', KEYS[1])
  if redis.call('HINCRBY', KEYS[2], 'failures', -mine) <= 0 then redis.call('DEL', KEYS[2]) end
  redis.call('ZADD', KEYS[3], now, ARGV[1])
  redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -65)
  redis.call('PEXPIRE', KEYS[3], ARGV[3] * 1000)
else
  for i = 1, 2 do
    local failures = tonumber(redis.call('HGET', KEYS[i], 'failures') or 0)
    if failures > 1 then redis.call('HINCRBY', KEYS[i], 'failures', -1) else redis.call('DEL', KEYS[i]) end
  end
end
return {0}
""")
"""KEYS as ATTEMPT. ARGV: network, 1 where it was right (else it was no guess at all), seconds it stays known."""


class Away(Exception):
    """Redis did not answer in time, or has not lately."""


class Scripts:
    """Runs scripts on connections of its own. A Redis that is away costs one caller 50 ms every few seconds."""

    def __init__(self, url: Callable[[], str]) -> None:
        self._url = url
        self._idle: deque[Any] = deque(maxlen=MOST_IDLE)
        self._lock = threading.Lock()
        self._rests_until, self._pause = 0.0, SHORTEST_PAUSE_S

    def run(self, script: Script, keys: Sequence[str], given: Sequence[str | int]) -> list[int]:
        """The script's numbers. Raises Away."""
        self._require_a_turn()
        try:
            answer = self._run(script, keys, given)
        except (redis.RedisError, OSError) as error:
            self._rest()
            raise Away from error
        if self._rests_until:
            self._rests_until, self._pause = 0.0, SHORTEST_PAUSE_S
        return answer

    def _require_a_turn(self) -> None:
        if not self._rests_until:
            return
        with self._lock:
            at = time.monotonic()
            if at < self._rests_until:
                raise Away
            self._rests_until = at + self._pause  # One tries, the others need not wait for it.

    def _rest(self) -> None:
        with self._lock:
            self._idle.clear()
            self._rests_until = time.monotonic() + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE_S)

    def _run(self, script: Script, keys: Sequence[str], given: Sequence[str | int]) -> list[int]:
        try:
            connection = self._idle.pop()
        except IndexError:
            return self._ask(self._connect(), script, keys, given)
        try:
            return self._ask(connection, script, keys, given)
        except (redis.ConnectionError, OSError):
            # It may have been closed while nobody needed it: a new one tells.
            return self._ask(self._connect(), script, keys, given)

    def _ask(self, connection: Any, script: Script, keys: Sequence[str], given: Sequence[str | int]) -> list[int]:
        try:
            answer = self._call(connection, "EVALSHA", script.sha1, keys, given)
        except redis.exceptions.NoScriptError:
            answer = self._call(connection, "EVAL", script.source, keys, given)
        except BaseException:
            connection.disconnect()
            raise
        self._idle.append(connection)
        return answer

    def _call(self, connection: Any, how: str, what: str, keys: Sequence[str], given: Sequence[str | int]) -> list[int]:
        words = [how, what, str(len(keys)), *keys, *map(str, given)]
        packed = b"*%d\r\n" % len(words) + b"".join(map(_bulk, words))
        # Packed here and sent straight: the client's own way there takes three times as long.
        connection.send_packed_command([packed], check_health=False)
        answer: list[int] = connection.read_response()
        return answer

    def _connect(self) -> Any:
        pool = redis_server(self._url()).pool(
            socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, retry=Retry(NoBackoff(), 0)
        )
        connection: Any = pool.make_connection()
        connection.connect()
        return connection


def _bulk(word: str) -> bytes:
    sent = word.encode()
    return b"$%d\r\n%b\r\n" % (len(sent), sent)
