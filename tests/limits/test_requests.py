"""How often somebody may ask: before the database, by address, person, key and tenant."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
import redis
from django.conf import settings

from helpdesk.people.tokens import Bearer, issue_token
from helpdesk.permissions import OPERATIONS
from helpdesk.vocabulary import Role
from tenants import resolve
from tenants.limits import counting as module
from tenants.limits.counting import Counting
from tenants.limits.operations import BY_NETWORK
from tenants.limits.scripts import Scripts
from tenants.signin.actions import guessed_at
from tests.api import Answer
from tests.conftest import PASSWORD, Desk, token_for
from tests.limits.conftest import Ask, some_address


def unknown_token(tenant_id: Any = None) -> str:
    """Signed by us, of somebody whom no database knows."""
    return issue_token(Bearer(uuid4(), "a@b.example", Role.AGENT, tenant_id), session_id=uuid4())[0]


def assert_told_to_wait(answer: Answer) -> None:
    assert (answer.status, answer["code"]) == (429, "RATE_LIMITED"), answer
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["RateLimit-Remaining"] == "0"
    assert answer.headers["RateLimit-Reset"] == answer.headers["Retry-After"]


class TestBeforeTheDatabase:
    """No database is there in these tests: whoever asked it would get a 500."""

    @pytest.fixture(autouse=True)
    def _small(self, settings: Any) -> None:
        settings.HUB_LIMITS = settings.HUB_LIMITS | {"anonymous": "3/15m", "person": "3/1m", "tenant": "5/1m"}

    def fill(self, ask: Ask, count: int, **more: Any) -> list[int]:
        return [ask("/api/v1/nowhere", **more).status for _ in range(count)]

    def test_an_address_is_refused_after_its_limit(self, ask: Ask) -> None:
        assert 429 not in self.fill(ask, 3)
        assert_told_to_wait(ask("/api/v1/tickets"))

    def test_its_neighbour_is_not_but_its_household_is(self, ask: Ask, address: str) -> None:
        self.fill(ask, 3)
        assert ask("/api/v1/nowhere", address=some_address()).status != 429
        assert_told_to_wait(ask("/api/v1/tickets", address=address.removesuffix("1") + "abcd:1"))

    def test_a_made_up_token_counts_for_the_address(self, ask: Ask) -> None:
        for token in ("x", "a.b.c", f"{unknown_token()}x"):
            ask("/api/v1/nowhere", token=token)
        assert_told_to_wait(ask("/api/v1/tickets"))

    def test_a_person_counts_from_wherever_and_not_for_the_address(self, ask: Ask) -> None:
        token = unknown_token()
        for _ in range(3):
            assert ask("/api/v1/nowhere", token=token, address=some_address()).status != 429
        answer = ask("/api/v1/tickets", token=token)
        assert_told_to_wait(answer)
        assert answer.headers["RateLimit-Policy"] == '"person";q=3;w=60'
        assert answer.headers["RateLimit"].startswith('"person";r=0;t=')
        assert ask("/api/v1/nowhere").status != 429

    def test_a_tenant_has_a_ceiling_that_its_people_share(self, ask: Ask) -> None:
        tenant_id = uuid4()
        for _ in range(5):
            ask("/api/v1/nowhere", token=unknown_token(tenant_id))
        assert_told_to_wait(ask("/api/v1/tickets", token=unknown_token(tenant_id)))
        assert ask("/api/v1/nowhere", token=unknown_token(uuid4())).status != 429

    def test_pages_documents_and_health_are_free(self, ask: Ask) -> None:
        self.fill(ask, 3)
        for path in ("/api/v1/health/live", "/api/v1/openapi.json", "/health/live", "/dev/nothing"):
            answer = ask(path)
            assert answer.response.status_code != 429
            assert "RateLimit-Limit" not in answer.headers

    def test_zero_is_no_limit(self, ask: Ask, settings: Any) -> None:
        settings.HUB_LIMITS = settings.HUB_LIMITS | {"anonymous": "0"}
        assert 429 not in self.fill(ask, 20)
        assert "RateLimit-Limit" not in ask("/api/v1/nowhere").headers

    def test_with_redis_away_it_is_half(self, ask: Ask, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        settings.HUB_LIMITS = settings.HUB_LIMITS | {"anonymous": "10/15m"}
        alone = Counting(Scripts(lambda: "redis://127.0.0.1:1/0"))
        monkeypatch.setattr("tenants.limits.middleware.counting", alone)
        assert 429 not in self.fill(ask, 5)
        assert_told_to_wait(ask("/api/v1/tickets"))


class TestAnswers:
    def test_say_what_is_left(self, ask: Ask, acme: Desk, db: None) -> None:
        token = token_for(acme, acme.agent)
        answer = ask("/api/v1/tickets", token=token)
        assert answer.status == 200
        assert answer.headers["RateLimit-Limit"] == "600"
        assert int(answer.headers["RateLimit-Remaining"]) < 600
        assert "Retry-After" not in answer.headers


class TestSigningIn:
    @pytest.fixture(autouse=True)
    def _rolled_back(self, db: None, acme: Desk) -> None:
        resolve.forget()
        with redis.Redis.from_url(settings.REDIS_URL) as client:
            for email in ("agent@acme.example", "ada@acme.example"):
                client.delete(*module._guess_keys("login", guessed_at(None, email), "anywhere"))

    def log_in(self, ask: Ask, email: str, password: str = "wrong-password", **more: Any) -> Answer:
        return ask("/api/v1/auth/login", body={"email": email, "password": password}, **more)

    @pytest.mark.parametrize("email", ["agent@acme.example", "nobody@acme.example"])
    def test_is_slowed_alike_for_who_exists_and_who_does_not(self, ask: Ask, email: str) -> None:
        email = email if email.startswith("agent") else f"{uuid4().hex}@acme.example"
        told = [self.log_in(ask, email) for _ in range(7)]
        assert [answer.status for answer in told] == [401] * 5 + [429, 429]
        assert_refused_as_guess(told[-1])

    def test_the_right_password_waits_too_where_it_was_guessed_and_not_elsewhere(self, ask: Ask) -> None:
        for _ in range(6):
            self.log_in(ask, "ada@acme.example")
        assert self.log_in(ask, "ada@acme.example", PASSWORD).status == 429
        assert self.log_in(ask, "ADA@acme.example ", PASSWORD, address="2001:db8:9::9").status == 200

    @pytest.mark.parametrize("named", [{"tenantSlug": "acme"}, {}], ids=["tenant named", "no tenant named"])
    def test_ones_own_password_in_another_tenant_takes_back_no_guess_at_somebody_elses(
        self, ask: Ask, globex: Desk, named: dict[str, str]
    ) -> None:
        """Whoever registers the owner's address elsewhere is right there as often as they like."""
        email = f"{uuid4().hex}@x.example"
        elsewhere = {"email": email, "password": "their-own-password", "tenantSlug": "globex"}
        for slug, password in (("acme", "the-owners-password"), ("globex", "their-own-password")):
            person = {"email": email, "firstName": "A", "lastName": "B", "tenantSlug": slug, "password": password}
            assert ask("/api/v1/auth/register", body=person, address=some_address()).status == 201
        guess = {"email": email, "password": "wrong-password"} | named
        told = []
        for _ in range(3):
            told += [ask("/api/v1/auth/login", body=guess).status for _ in range(4)]
            assert ask("/api/v1/auth/login", body=elsewhere).status == 200
            told.append(ask("/api/v1/auth/login", body=elsewhere | {"tenantSlug": None}).status)
        assert 429 in told
        assert told.count(401) <= 6

    def test_a_wrong_current_password_is_a_guess_too(self, ask: Ask, acme: Desk) -> None:
        token = token_for(acme, acme.user)
        body = {"currentPassword": "wrong-password", "newPassword": "another-password"}
        told = [ask("/api/v1/auth/password", token=token, body=body) for _ in range(6)]
        assert [answer.status for answer in told] == [400] * 5 + [429]
        assert_refused_as_guess(told[-1])

    def test_a_made_up_refresh_token_is_a_guess_too(self, ask: Ask) -> None:
        told = [ask("/api/v1/auth/refresh", body={"refreshToken": str(uuid4())}).status for _ in range(32)]
        assert (told[:30], told[-1]) == ([401] * 30, 429)

    def test_an_operation_may_have_a_limit_of_its_own(self, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(BY_NETWORK, "login", "2/1m")
        for _ in range(2):
            assert self.log_in(ask, f"{uuid4().hex}@x.example").status == 401
        answer = self.log_in(ask, f"{uuid4().hex}@x.example")
        assert answer.headers["RateLimit-Policy"] == '"login";q=2;w=60'
        assert_told_to_wait(answer)


def assert_refused_as_guess(answer: Answer) -> None:
    assert (answer["code"], answer["details"][0]["code"]) == ("RATE_LIMITED", "too_many_guesses")
    assert int(answer.headers["Retry-After"]) > 0


def test_limits_are_named_after_operations_that_exist() -> None:
    assert set(BY_NETWORK) <= set(OPERATIONS)
