"""How requests and guesses are counted, in Redis and in one process: the same questions to both."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import structlog
from django.conf import settings

from helpdesk.errors import Unauthorized
from tenants.limits import counting as module
from tenants.limits.counting import Counting, TooManyGuesses, guessing
from tenants.limits.rules import Bucket, Limit, Patience, Window, network_of, read_limit
from tenants.limits.scripts import Scripts

NOBODY_THERE = "redis://127.0.0.1:1/0"
OFFICE, HOTEL, BOTNET = "192.0.2.1", "198.51.100.1", "203.0.113.{}"


@pytest.fixture
def together() -> Counting:
    return Counting(Scripts(lambda: settings.REDIS_URL))


@pytest.fixture
def alone() -> Counting:
    return Counting(Scripts(lambda: NOBODY_THERE))


@pytest.fixture(params=["together", "alone"])
def counting(request: pytest.FixtureRequest) -> Counting:
    found: Counting = request.getfixturevalue(request.param)
    return found


def bucket(count: int, seconds: int = 3600, key: str | None = None) -> Bucket:
    return Bucket("test", key or f"test:{uuid4()}", Limit(count, seconds))


class TestRequests:
    def test_as_many_as_the_limit_come_in_and_the_next_is_told_when(self, together: Counting) -> None:
        one = bucket(5)
        told = [together.take([one])[0] for _ in range(6)]
        assert [verdict.remaining for verdict in told] == [4, 3, 2, 1, 0, 0]
        assert [bool(verdict.wait_s) for verdict in told] == [False] * 5 + [True]
        assert 0 < told[5].wait_s <= 2 * 3600

    def test_a_process_alone_lets_in_half(self, alone: Counting) -> None:
        one = bucket(10)
        told = [alone.take([one])[0] for _ in range(6)]
        assert [bool(verdict.wait_s) for verdict in told] == [False] * 5 + [True]
        assert told[0].bucket.limit.count == 5

    def test_one_refused_bucket_leaves_the_others_uncounted(self, counting: Counting) -> None:
        full, free = bucket(2), bucket(100)
        counting.take([full])
        counting.take([full])
        before = counting.take([free])[0].remaining
        assert counting.take([full, free])[0].wait_s
        assert counting.take([free])[0].remaining == before - 1

    def test_whoever_waits_as_long_as_was_said_comes_in(self, counting: Counting) -> None:
        one = bucket(2, seconds=1)
        while not (wait := counting.take([one])[0].wait_s):
            pass
        time.sleep(wait)
        assert not counting.take([one])[0].wait_s

    def test_many_at_once_get_no_more_than_the_limit(self, together: Counting) -> None:
        one, let_in = bucket(20), list[bool]()

        def ask() -> None:
            let_in.extend(not together.take([one])[0].wait_s for _ in range(10))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(let_in), sum(let_in)) == (80, 20)


class TestTheWindow:
    @pytest.mark.parametrize(("past_ms", "used"), [(0, 10), (2500, 7.5), (10_000, 0)])
    def test_counts_the_part_of_the_one_before_that_still_lies_in_it(self, past_ms: int, used: float) -> None:
        window = Window(number=7, count=0, before=10)
        assert window.weigh(Limit(10, 10), 70_000 + past_ms)[0] == used

    def test_a_whole_window_later_nothing_is_left(self) -> None:
        window = Window(number=7, count=10, before=10)
        window.move_to(9)
        assert window == Window(number=9)

    @pytest.mark.parametrize("held", [Window(7, 2, 10), Window(7, 4, 10), Window(7, 10, 0), Window(7, 10, 10)])
    def test_there_is_room_after_the_wait_and_not_before(self, held: Window) -> None:
        limit, at = Limit(10, 10), 72_000
        wait = held.weigh(limit, at)[2]
        for later, room in ((at + wait, True), (at + wait - 20, False)):
            window = Window(held.number, held.count, held.before)
            window.move_to(later // 10_000)
            assert (window.weigh(limit, later)[2] == 0) is room


class TestRedisGoingAway:
    def test_is_said_once_and_costs_no_request_its_timeout(self, alone: Counting) -> None:
        with structlog.testing.capture_logs() as lines:
            for _ in range(200):
                alone.take([bucket(10)])
        assert [line["event"] for line in lines] == ["limits_counted_alone"]
        assert alone.is_alone

    def test_a_connection_that_was_closed_meanwhile_is_made_anew(self, together: Counting) -> None:
        one = bucket(10)
        together.take([one])
        for connection in together._scripts._idle:
            connection._sock.close()
        assert together._scripts._idle
        assert together.take([one])[0].remaining == 8
        assert not together.is_alone

    def test_coming_back_is_noticed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        url = NOBODY_THERE
        counting = Counting(Scripts(lambda: url))
        counting.take([bucket(10)])
        assert counting.is_alone
        url = settings.REDIS_URL
        end = time.monotonic() + 20
        while counting.is_alone and time.monotonic() < end:
            counting.take([bucket(10)])
            time.sleep(0.05)
        assert not counting.is_alone


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::7", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::8", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testserver", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_household_is_one_network(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize("text", ["", "100", "100/15", "-1/1m", "100/0m", "1e3/1m", "100 / 15m", "0/1m"])
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="A limit is written"):
        read_limit(text)


def guess(who: str, network: str, *, right: bool) -> str:
    """What becomes of a guess."""
    try:
        with guessing("login", who, network, wrong=(Unauthorized,)):
            look(right=right)
    except TooManyGuesses as told:
        return "wait" if int(told.headers["Retry-After"]) > 0 else "nothing was said"
    except Unauthorized:
        return "wrong"
    return "right"


def look(*, right: bool) -> None:
    if not right:
        raise Unauthorized


class TestGuesses:
    @pytest.fixture(autouse=True, params=["together", "alone"])
    def _counted(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        settings.HUB_RATE_LIMITING = True
        counting: Counting = request.getfixturevalue(request.param)
        self.free = 5 if request.param == "together" else 2
        monkeypatch.setattr(module, "counting", counting)
        self.who = f"{uuid4()}@x.example"
        yield
        settings.HUB_RATE_LIMITING = False

    def guess(self, network: str, *, right: bool = False) -> str:
        return guess(self.who, network, right=right)

    def test_a_few_are_free_and_then_one_waits(self) -> None:
        assert [self.guess(OFFICE) for _ in range(self.free + 2)] == ["wrong"] * self.free + ["wait", "wait"]

    def test_waiting_does_not_make_it_longer_and_then_one_may(self) -> None:
        while self.guess(OFFICE) == "wrong":
            pass
        for _ in range(20):
            self.guess(OFFICE)
        time.sleep(2)
        assert self.guess(OFFICE) == "wrong"

    def test_elsewhere_nobody_waits_for_it(self) -> None:
        while self.guess(OFFICE) == "wrong":
            pass
        assert self.guess(HOTEL, right=True) == "right"

    def test_being_right_takes_them_back(self) -> None:
        for _ in range(self.free - 1):
            self.guess(OFFICE)
        assert self.guess(OFFICE, right=True) == "right"
        assert [self.guess(OFFICE) for _ in range(self.free)] == ["wrong"] * self.free

    def test_what_was_no_guess_does_not_count(self) -> None:
        for _ in range(3 * self.free):
            with pytest.raises(RuntimeError), guessing("login", self.who, OFFICE, wrong=(Unauthorized,)):
                raise RuntimeError
        assert self.guess(OFFICE) == "wrong"

    def test_off_is_off(self, settings: Any) -> None:
        settings.HUB_RATE_LIMITING = False
        assert {self.guess(OFFICE) for _ in range(50)} == {"wrong"}


class TestAnAttackFromManyNetworks:
    @pytest.fixture(autouse=True)
    def _on(self, together: Counting, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        settings.HUB_RATE_LIMITING = True
        monkeypatch.setattr(module, "counting", together)
        self.who = f"{uuid4()}@x.example"
        yield
        settings.HUB_RATE_LIMITING = False

    guess = TestGuesses.guess

    def attack(self) -> list[str]:
        return [self.guess(BOTNET.format(number)) for number in range(1, 60)]

    def test_is_slowed_though_each_network_guesses_once(self) -> None:
        told = self.attack()
        assert told[:20] == ["wrong"] * 20
        assert "wait" in told[20:]

    def test_does_not_slow_the_owner_where_they_have_been(self) -> None:
        assert self.guess(OFFICE, right=True) == "right"
        self.attack()
        assert self.guess(HOTEL, right=True) == "wait"
        assert self.guess(OFFICE, right=True) == "right"
        assert self.guess(OFFICE) == "wrong"


def test_the_wait_doubles_up_to_its_longest() -> None:
    patience = Patience(free=5, longest_s=60)
    assert [patience.wait_s(number) for number in (1, 4, 5, 6, 7, 10, 11, 10_000)] == [0, 0, 1, 2, 4, 32, 60, 60]
