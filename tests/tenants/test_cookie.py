"""The cookie signs in what our own page sends, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings

from helpdesk.people.credentials import cookie_name
from tests.api import Api
from tests.conftest import PASSWORD, Desk, token_for
from tests.contracts.errors import assert_refused

HOST = "acme.localhost"
OWN = [{"Sec_Fetch_Site": "same-origin"}, {"Origin": f"http://{HOST}"}, {"Origin": f"https://{HOST.upper()}"}]
FOREIGN = [
    {"Sec_Fetch_Site": "cross-site"},
    {"Sec_Fetch_Site": "same-site"},
    {"Sec_Fetch_Site": "none"},
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://globex.localhost"},
    {"Origin": f"http://{HOST}:8001"},
    {"Origin": f"http://{HOST}.evil.example"},
    {"Origin": f"http://{HOST}", "Sec_Fetch_Site": "cross-site"},
]
LOGIN = {"email": "user@acme.example", "password": PASSWORD}


@pytest.fixture
def by_cookie(api: Api, acme: Desk) -> Api:
    return api.at(HOST).with_(Cookie=f"other=1; {cookie_name()}={token_for(acme, acme.user)}; x=y")


class TestSettingIt:
    def test_login_and_registration_and_refresh_set_it(self, api: Api, acme: Desk) -> None:
        new = LOGIN | {"email": "n@x.example", "firstName": "N", "lastName": "P"}
        login = api.at(HOST).post("/auth/login", LOGIN)
        for answer in (
            login,
            api.at(HOST).post("/auth/register", new),
            api.at(HOST).post("/auth/refresh", {"refreshToken": login["refreshToken"]}),
        ):
            cookie = answer.cookies[cookie_name()]
            assert cookie.value == answer["token"]
            assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
            assert cookie["domain"] == ""
            assert cookie["max-age"] == answer["expiresIn"]

    def test_its_name_ends_in_the_port_in_development(self) -> None:
        with override_settings(HUB_ENV="development", HUB_PORT=8123):
            assert cookie_name().endswith("8123")

    def test_it_is_secure_in_production(self, api: Api, acme: Desk) -> None:
        with override_settings(HUB_ENV="production"):
            answer = api.at(HOST).post("/auth/login", LOGIN)
            assert answer.cookies[cookie_name()]["secure"] is True


class TestUsingIt:
    def test_reading_needs_nothing_more(self, by_cookie: Api) -> None:
        assert by_cookie.get("/auth/me")["email"] == "user@acme.example"
        assert by_cookie.get("/tickets").status == 200

    @pytest.mark.parametrize("told", OWN)
    def test_writing_from_our_own_page(self, by_cookie: Api, told: dict[str, str]) -> None:
        assert by_cookie.with_(**told).post("/tickets", {"title": "x"}).status == 201

    @pytest.mark.parametrize("told", [{}, *FOREIGN])
    def test_writing_from_elsewhere_is_refused(self, by_cookie: Api, told: dict[str, str]) -> None:
        caller = by_cookie.with_(**told)
        assert_refused(caller.post("/tickets", {"title": "x"}), "FORBIDDEN", reason="foreign_origin")
        assert_refused(caller.post("/auth/logout"), "FORBIDDEN", reason="foreign_origin")
        assert by_cookie.get("/tickets")["data"] == []

    def test_a_token_needs_no_origin(self, api: Api, acme: Desk) -> None:
        caller = api.as_(acme, acme.user).with_(Origin="http://evil.example")
        assert caller.post("/tickets", {"title": "x"}).status == 201

    def test_beside_an_authorization_it_is_ignored(self, by_cookie: Api, acme: Desk) -> None:
        assert by_cookie.as_(acme, acme.agent).get("/auth/me")["email"] == "agent@acme.example"
        for value in ("Bearer nonsense", "Basic x", ""):
            assert_refused(by_cookie.with_(Authorization=value).get("/auth/me"), "UNAUTHORIZED")

    @pytest.mark.parametrize("value", ["", "x", "a.b.c", '"', "x; x; x", "\\"])
    def test_a_bad_one_counts_as_none(self, api: Api, acme: Desk, value: str) -> None:
        caller = api.at(HOST).with_(Cookie=f"{cookie_name()}={value}")
        assert_refused(caller.get("/tickets"), "UNAUTHORIZED")
        assert caller.post("/auth/login", LOGIN).status == 200
        assert caller.get("/openapi.json").status == 200

    def test_another_copys_is_not_ours(self, api: Api, acme: Desk) -> None:
        caller = api.at(HOST).with_(Cookie=f"{cookie_name()}1={token_for(acme, acme.user)}")
        assert_refused(caller.get("/tickets"), "UNAUTHORIZED")


class TestSigningInFromAPage:
    @pytest.mark.parametrize("told", FOREIGN)
    def test_of_another_site_is_refused(self, api: Api, acme: Desk, told: dict[str, str]) -> None:
        caller = api.at(HOST).with_(**told)
        new = LOGIN | {"email": "n@x.example", "firstName": "N", "lastName": "P"}
        for path, body in (("login", LOGIN), ("register", new), ("refresh", {"refreshToken": "x"})):
            answer = caller.post(f"/auth/{path}", body)
            assert_refused(answer, "FORBIDDEN", reason="foreign_origin")
            assert cookie_name() not in answer.cookies

    @pytest.mark.parametrize("told", [{}, *OWN])
    def test_of_our_own_or_no_page_is_fine(self, api: Api, acme: Desk, told: dict[str, str]) -> None:
        assert api.at(HOST).with_(**told).post("/auth/login", LOGIN).status == 200


class TestAListedOrigin:
    APP = "https://app.localhost"

    def test_counts_as_our_own_page(self, by_cookie: Api, settings: Any) -> None:
        settings.HUB_CORS_ORIGINS = frozenset({self.APP})
        theirs = by_cookie.with_(Origin=self.APP, Sec_Fetch_Site="same-site")
        assert theirs.post("/tickets", {"title": "From the app"}).status == 201
        assert_refused(theirs.with_(Origin="https://other.localhost").post("/tickets", {}), "FORBIDDEN")

    def test_may_sign_in(self, api: Api, acme: Desk, settings: Any) -> None:
        theirs = api.at(HOST).with_(Origin=self.APP, Sec_Fetch_Site="cross-site")
        assert_refused(theirs.post("/auth/login", LOGIN), "FORBIDDEN", reason="foreign_origin")
        settings.HUB_CORS_ORIGINS = frozenset({self.APP})
        assert theirs.post("/auth/login", LOGIN).status == 200
