"""What leaves compressed, what does not, and what stays true of it."""

from __future__ import annotations

import gzip
from typing import Any

import orjson
import pytest
from django.test import Client

from config.compression import accepts_gzip
from tests.api import Api
from tests.conftest import PASSWORD, Desk, token_for

LONG = "The printer on the second floor is on fire again. " * 60


def get(path: str, token: str = "", accepted: str | None = "gzip, deflate, br", **more: str) -> Any:
    headers = {"Host": "acme.localhost", "Authorization": f"Bearer {token}", **more}
    if accepted is not None:
        headers["Accept-Encoding"] = accepted
    return Client(raise_request_exception=False).get(path, headers=headers)


@pytest.fixture
def token(acme: Desk, db: None) -> str:
    return token_for(acme, acme.agent)


@pytest.fixture
def ticket(api: Api, acme: Desk, token: str) -> str:
    answer = api.as_token(token).post("/tickets", {"title": "Fire", "description": LONG})
    return str(answer["id"])


class TestAList:
    def test_is_small_and_the_same(self, ticket: str, token: str) -> None:
        packed, plain = get("/api/v1/tickets", token), get("/api/v1/tickets", token, None)
        assert packed["Content-Encoding"] == "gzip"
        assert int(packed["Content-Length"]) == len(packed.content) < len(plain.content) / 4
        assert orjson.loads(gzip.decompress(packed.content)) == orjson.loads(plain.content)
        for answer in (packed, plain):
            assert "accept-encoding" in answer["Vary"].lower()
        assert "Content-Encoding" not in plain

    def test_has_no_length_that_tells_of_its_content(self, ticket: str, token: str) -> None:
        assert len({len(get("/api/v1/tickets", token).content) for _ in range(20)}) > 3


class TestAVersion:
    def test_is_weak_when_compressed_and_still_holds(self, api: Api, ticket: str, token: str) -> None:
        answer = get(f"/api/v1/tickets/{ticket}", token)
        assert (answer["Content-Encoding"], answer["ETag"]) == ("gzip", 'W/"1"')
        assert get(f"/api/v1/tickets/{ticket}", token, None)["ETag"] == '"1"'
        change = api.as_token(token).with_(If_Match=answer["ETag"])
        assert change.patch(f"/tickets/{ticket}", {"title": "Smoke"}).status == 200
        assert change.patch(f"/tickets/{ticket}", {"title": "Ash"}).status == 412


class TestWhatIsLeftAlone:
    def test_small_answers(self, token: str) -> None:
        assert "Content-Encoding" not in get("/api/v1/health/live", token)

    def test_what_tells_secrets(self, api: Api, acme: Desk, token: str) -> None:
        signed_in = api.with_(Accept_Encoding="gzip").post(
            "/auth/login", {"email": "agent@acme.example", "password": PASSWORD}
        )
        assert "Content-Encoding" not in signed_in.headers
        assert "Content-Encoding" not in get("/api/v1/auth/me", token)
        long_post = api.as_token(token).with_(Accept_Encoding="gzip")
        answer = long_post.post("/tickets", {"title": "Fire", "description": LONG})
        assert (answer.status, "Content-Encoding" in answer.headers) == (201, False)


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("*", True),
        ("x-gzip", True),
        ("", False),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000, *", False),
        ("*;q=0", False),
        ("notgzip", False),
    ],
)
def test_who_takes_gzip(accepted: str, takes: bool) -> None:
    assert accepts_gzip(accepted) is takes
