"""Pages of listed origins may read the API, refusals too; others learn nothing."""

from __future__ import annotations

import pytest

from config.edge import Policy, edge
from config.edge.body import LARGEST_BODY
from config.env import Env
from tests.config.talk import Answer, Echo, Pairs, answering, ask, post

APP = "https://app.example.com"
POLICY = Policy.of(trusted_proxies=[], origins=[APP], https_only=False)
PREFLIGHT: Pairs = [("Origin", APP), ("Access-Control-Request-Method", "PATCH")]
OPENING = ("access-control-allow-origin", "access-control-allow-credentials", "access-control-expose-headers")


def is_open(answer: Answer) -> bool:
    found = [answer.all(name) for name in OPENING]
    assert all(len(values) < 2 for values in found)
    assert answer.header("access-control-allow-origin") in (None, APP)
    return all(found)


class TestAListedOrigin:
    async def test_may_read_answers(self) -> None:
        answer = await ask(edge(Echo(), POLICY), target="/api/v1/tickets", headers=[("Origin", APP)])
        assert is_open(answer)
        assert answer.header("access-control-allow-credentials") == "true"
        assert {"ETag", "Retry-After", "RateLimit-Reset"} <= set(
            (answer.header("access-control-expose-headers") or "").split(", ")
        )

    @pytest.mark.parametrize("kind", ["type", "size", "page"])
    async def test_may_read_refusals(self, kind: str) -> None:
        headers: Pairs = [("Origin", APP), ("Content-Type", "text/plain" if kind == "type" else "application/json")]
        app = edge(answering(404, ("content-type", "text/html"), ("Vary", "Accept")), POLICY)
        body = {"type": b"{}", "size": b"x" * (LARGEST_BODY + 1), "page": b""}[kind]
        answer = await ask(app, "POST", "/api/v1/tickets", headers=headers, body=body)
        assert answer.status == {"type": 415, "size": 413, "page": 404}[kind]
        assert is_open(answer)
        assert (answer.header("vary") or "").lower().endswith("origin")

    async def test_gets_its_preflight_answered_before_anybody_is_asked(self) -> None:
        echo = Echo()
        answer = await ask(edge(echo, POLICY), "OPTIONS", "/api/v1/tickets", headers=PREFLIGHT)
        assert (answer.status, answer.body, echo.reached) == (204, b"", False)
        assert is_open(answer)
        assert "PATCH" in (answer.header("access-control-allow-methods") or "")
        assert "If-Match" in (answer.header("access-control-allow-headers") or "")

    async def test_reads_nothing_but_the_api(self) -> None:
        answer = await ask(edge(Echo(), POLICY), target="/dev/mail.json", headers=[("Origin", APP)])
        assert not is_open(answer)


class TestAnotherOrigin:
    @pytest.mark.parametrize(
        "origin",
        ["https://evil.example", "http://app.example.com", f"{APP}.evil.example", f"{APP}:8443", "null", "", f"{APP}/"],
    )
    async def test_reads_nothing(self, origin: str) -> None:
        answer = await ask(edge(Echo(), POLICY), target="/api/v1/tickets", headers=[("Origin", origin)])
        assert not is_open(answer)
        assert answer.header("vary") == "origin"

    async def test_that_comes_twice_is_none(self) -> None:
        twice: Pairs = [("Origin", APP), ("Origin", "https://evil.example")]
        assert not is_open(await ask(edge(Echo(), POLICY), target="/api/v1/x", headers=twice))

    async def test_gets_no_preflight(self) -> None:
        echo = Echo()
        headers = [("Origin", "https://evil.example"), PREFLIGHT[1]]
        answer = await ask(edge(echo, POLICY), "OPTIONS", "/api/v1/tickets", headers=headers)
        assert echo.reached
        assert not is_open(answer)


async def test_without_a_list_nothing_is_said_at_all() -> None:
    answer = await ask(edge(Echo()), target="/api/v1/tickets", headers=[("Origin", APP)])
    assert not is_open(answer)
    assert answer.header("vary") is None
    assert (await post(edge(Echo()), b"{}", content_type="text/plain")).header("vary") is None


@pytest.mark.parametrize("listed", ["*", "app.example.com", "https://app.example.com/", "https://a b", "null"])
def test_what_is_no_origin_is_no_setting(listed: str) -> None:
    with pytest.raises(ValueError, match="hub_cors_origins"):
        Env(hub_cors_origins=listed)
