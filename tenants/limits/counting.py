"""Taking a place in buckets, and making a guess: in Redis, else in this process, which is said once in the log."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

import structlog
from django.conf import settings

from helpdesk.errors import RateLimited
from tenants.limits.memory import Memory
from tenants.limits.rules import Bucket, Patience, Verdict, network_of, verdict_of
from tenants.limits.scripts import ATTEMPT, FORGIVE, TAKE, Away, Script, Scripts

_log = structlog.get_logger(__name__)
PREFIX = "hub:limit:"
FROM_HERE, FROM_EVERYWHERE = Patience(free=5, longest_s=900), Patience(free=20, longest_s=60)
"""Guesses at one thing from one network; and from all of them, which slows those that it does not know."""
OTHER_GUESSES = {"refresh": (Patience(free=30, longest_s=300), Patience(free=30, longest_s=300))}
"""Counted by network alone, where many devices may come with a token that has expired."""
FROM_A_KNOWN_NETWORK_S = 60
"""The longest wait where this has been right before: somebody who mistypes is not sent away for long."""
KNOWN_S = int(timedelta(days=90).total_seconds())
FORGOTTEN_AFTER_S = int(timedelta(days=1).total_seconds())


class Counting:
    """`is_alone`: Redis is away, and this process counts by itself."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts, self._memory = scripts, Memory()
        self.is_alone = False

    def take(self, buckets: Sequence[Bucket]) -> list[Verdict]:
        """What each bucket says to one more request; it is counted in all, or where one refuses in none."""
        given = [number for one in buckets for number in (one.limit.count, one.limit.seconds)]
        told = self._run(TAKE, [PREFIX + one.key for one in buckets], given)
        if told is None:
            return self._memory.take(buckets)
        return [
            verdict_of(one, used=told[3 * at], reset_ms=told[3 * at + 1], wait_ms=told[3 * at + 2])
            for at, one in enumerate(buckets)
        ]

    def attempt(self, what: str, keys: Sequence[str], network: str) -> int:
        """Seconds until a guess may be made; 0: now, and it is counted."""
        here, all_ = OTHER_GUESSES.get(what, (FROM_HERE, FROM_EVERYWHERE))
        given: list[str | int] = [
            network,
            KNOWN_S,
            here.free,
            here.longest_s,
            all_.free,
            all_.longest_s,
            FROM_A_KNOWN_NETWORK_S,
        ]
        told = self._run(ATTEMPT, keys, [*given, FORGOTTEN_AFTER_S])
        if told is None:
            strict = Patience(max(1, here.free // 2), here.longest_s), Patience(all_.free // 2, all_.longest_s)
            return self._memory.attempt([(keys[0], strict[0]), (keys[1], strict[1])])
        return ceil(told[0] / 1000)

    def forgive(self, keys: Sequence[str], network: str, *, was_right: bool) -> None:
        """It was right, or no guess at all; where it was right the network is known from now on."""
        if self._run(FORGIVE, keys, [network, int(was_right), KNOWN_S]) is None:
            self._memory.forgive(keys, was_right=was_right)

    def _run(self, script: Script, keys: Sequence[str], given: Sequence[str | int]) -> list[int] | None:
        try:
            told = self._scripts.run(script, keys, given)
        except Away as away:
            if not self.is_alone:
                self.is_alone = True
                _log.warning("limits_counted_alone", error=type(away.__cause__).__name__)
            return None
        if self.is_alone:
            self.is_alone = False
            _log.info("limits_counted_together")
        return told


counting = Counting(Scripts(lambda: settings.REDIS_URL))


class TooManyGuesses(RateLimited):
    """Too many wrong tries. Wait before the next one."""

    reason = "too_many_guesses"


@dataclass(slots=True)
class Guess:
    """`proves`: being right tells that the wrong ones before were the same person's. False takes back this one alone,
    for where the same subject stands for several secrets, of which somebody may know one and guess at another."""

    proves: bool = True


@contextmanager
def guessing(what: str, subject: str, address: str, *, wrong: tuple[type[Exception], ...]) -> Iterator[Guess]:
    """Around the look at a secret: a wrong one raises one of `wrong` and counts; too many raise TooManyGuesses before.

    The same for what exists and what does not: it is counted by the digest of what was named.
    """
    guess = Guess()
    if not settings.HUB_RATE_LIMITING:
        yield guess
        return
    network = network_of(address)
    keys = _guess_keys(what, subject, network)
    if wait_s := counting.attempt(what, keys, network):
        raise TooManyGuesses(headers={"Retry-After": str(wait_s)})
    try:
        yield guess
    except wrong:
        raise
    except BaseException:
        counting.forgive(keys, network, was_right=False)
        raise
    counting.forgive(keys, network, was_right=guess.proves)


def _guess_keys(what: str, subject: str, network: str) -> list[str]:
    digest = hashlib.sha256(f"{what}\0{subject.lower()}".encode()).hexdigest()[:32]
    # The braces keep them in one slot of a cluster.
    stem = f"{PREFIX}guess:{{{digest}}}:"
    return [f"{stem}from:{network}", f"{stem}all", f"{stem}known"]
