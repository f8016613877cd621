"""How requests and guesses are counted. Pure; the scripts in `scripts.py` count the same way in Redis.

Requests: a sliding window made of two fixed ones. Of the window before counts the part that still lies within the
last `seconds`, so nobody gets twice the limit around the change of a window, and a bucket is three numbers.

Guesses: the first few are free; each further one doubles the wait before the next, up to a longest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address, ip_network
from math import ceil, floor

_LIMIT = re.compile(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,4})([smh])")
_UNIT = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True, slots=True)
class Limit:
    """So many in so many seconds."""

    count: int
    seconds: int

    def stricter(self) -> Limit:
        """For one process that counts alone: the others may be counting too."""
        return Limit(max(1, self.count // 2), self.seconds)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Whose requests are counted, by which limit. `policy` is its public name."""

    policy: str
    key: str
    limit: Limit


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a bucket says: how many are left, in how many seconds its window ends, how long to wait (0: come in)."""

    bucket: Bucket
    remaining: int
    reset_s: int
    wait_s: int


@dataclass(frozen=True, slots=True)
class Patience:
    """How guesses are slowed: `free` of them cost nothing, then 1, 2, 4… seconds, at most `longest_s`."""

    free: int
    longest_s: int

    def wait_s(self, failures: int) -> int:
        """Until the next, after so many."""
        over = failures - self.free
        return min(2 ** min(over, 30), self.longest_s) if over >= 0 else 0


@lru_cache(maxsize=64)
def read_limit(text: str) -> Limit | None:
    """`100/15m` is a hundred in fifteen minutes (s, m, h); `0` is none. Raises ValueError for anything else."""
    if text.strip() == "0":
        return None
    found = _LIMIT.fullmatch(text.strip())
    if found is None:
        raise ValueError("A limit is written as 100/15m (s, m or h), or 0 for none.")
    return Limit(int(found[1]), int(found[2]) * _UNIT[found[3]])


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """Who shares a bucket: an IPv4 address, the /64 of an IPv6 one (one household has as many as it likes)."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if ip.version == 4:
        return str(ip)
    return str(ip.ipv4_mapped) if ip.ipv4_mapped else str(ip_network((int(ip), 64), strict=False))


@dataclass(slots=True)
class Window:
    """A bucket as it stands: which window, what was counted in it, and in the one before."""

    number: int = 0
    count: int = 0
    before: int = 0

    def move_to(self, number: int) -> None:
        """Come to a later window; the one just left becomes the one before."""
        if number != self.number:
            self.before = self.count if number == self.number + 1 else 0
            self.number, self.count = number, 0

    def weigh(self, limit: Limit, at_ms: int) -> tuple[float, int, int]:
        """(how many count now, ms until the window ends, ms until there is room for one more)."""
        span = limit.seconds * 1000
        past = at_ms - self.number * span
        used = self.count + self.before * (span - past) / span
        return used, span - past, self._wait_ms(limit, used, past, span)

    def _wait_ms(self, limit: Limit, used: float, past: int, span: int) -> int:
        if used + 1 <= limit.count:
            return 0
        if self.count + 1 <= limit.count:
            return ceil(span * (1 - (limit.count - 1 - self.count) / self.before)) - past
        return span - past + max(0, ceil(span * (1 - (limit.count - 1) / self.count)))


def verdict_of(bucket: Bucket, *, used: float, reset_ms: int, wait_ms: int) -> Verdict:
    """In whole seconds, never too few of them."""
    remaining = max(0, floor(bucket.limit.count - used))
    return Verdict(bucket, remaining, ceil(reset_ms / 1000), ceil(wait_ms / 1000))
