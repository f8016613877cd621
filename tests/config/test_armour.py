"""What browsers are told with every answer, whoever makes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.edge import Policy, edge
from config.edge.headers import ALWAYS
from tests.config.talk import Echo, Pairs, Talk, answering, ask, http_scope, post
from tests.config.test_edge_servers import Served, request, served

__all__ = ["served"]
NAMES = [name.decode() for name, _ in ALWAYS]
SECURE = Policy(https_only=True)


class TestEveryAnswer:
    async def test_of_the_application_carries_them_once(self) -> None:
        answer = await ask(edge(Echo()))
        assert {name: len(answer.all(name)) for name in NAMES} == dict.fromkeys(NAMES, 1)
        assert answer.header("content-security-policy") == "default-src 'none'; frame-ancestors 'none'"
        assert answer.header("cache-control") == "no-store"

    async def test_that_the_edge_refuses_carries_them_too(self) -> None:
        answer = await post(edge(Echo()), b"{}", content_type="text/plain")
        assert answer.status == 415
        assert {name: len(answer.all(name)) for name in NAMES} == dict.fromkeys(NAMES, 1)

    async def test_whose_page_was_swallowed_carries_them_too(self) -> None:
        answer = await ask(edge(answering(404, ("content-type", "text/html"))))
        assert answer.json["code"] == "NOT_FOUND"
        assert answer.header("x-frame-options") == "DENY"

    async def test_that_says_something_else_itself_keeps_it(self) -> None:
        own: Pairs = [("Content-Security-Policy", "script-src 'self'"), ("Cache-Control", "max-age=60")]
        answer = await ask(edge(answering(200, ("content-type", "text/html"), *own)))
        assert answer.all("content-security-policy") == ["script-src 'self'"]
        assert answer.all("cache-control") == ["max-age=60"]

    async def test_names_no_server(self) -> None:
        answer = await ask(edge(answering(200, ("Server", "hub/1.0"))))
        assert answer.all("server") == []

    @pytest.mark.parametrize(
        ("scheme", "policy", "told"), [("https", SECURE, 1), ("http", SECURE, 0), ("https", Policy(), 0)]
    )
    async def test_says_stay_with_https_only_to_who_came_so_in_production(
        self, scheme: str, policy: Policy, told: int
    ) -> None:
        answer = await Talk(http_scope() | {"scheme": scheme}).run(edge(Echo(), policy))
        assert len(answer.all("strict-transport-security")) == told


class TestARealServer:
    def test_adds_no_banner(self, served: Served) -> None:
        status, headers, _ = served.ask(request("GET", "/api/only-get"))
        assert (status, headers["x-content-type-options"]) == (200, "nosniff")
        assert "server" not in headers

    def test_says_it_with_what_it_refuses_itself(self, served: Served) -> None:
        status, headers, body = served.ask(request("GET", "/api/a b c"))
        assert status == 400
        if headers:  # Twisted itself closes on such a line with nothing but the status.
            assert set(NAMES) <= set(headers)
            assert json.loads(body)["code"] == "BAD_REQUEST"


def test_what_is_written_of_it_names_each_header() -> None:
    text = (Path(__file__).parents[2] / "docs" / "security.md").read_text().lower()
    assert [name for name in NAMES if name not in text] == []
