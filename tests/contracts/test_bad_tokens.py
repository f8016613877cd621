"""Tokens that are no good: forged, expired, unsigned, of elsewhere, signed out. Never a 500, and nothing changed."""

from __future__ import annotations

import base64
import json
import warnings
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import jwt
import pytest
from django.conf import settings
from django.db import transaction

from helpdesk.people.credentials import cookie_name
from helpdesk.people.models import Person, Session
from tenants import context, resolve
from tenants.actions import delete_tenant
from tenants.models import Tenant
from tests.conftest import Desk, token_for
from tests.contracts.conftest import Web
from tests.contracts.edge import EdgeApi
from tests.contracts.errors import assert_refused


def segment(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def retold(token: str, *, key: str | None = None, algorithm: str = "HS256", without: str = "", **claims: Any) -> str:
    """The token's claims with these changes, signed anew."""
    told = jwt.decode(token, options={"verify_signature": False}) | claims
    told.pop(without, None)
    with warnings.catch_warnings(action="ignore"):  # our key is short for HS512
        return jwt.encode(told, settings.SECRET_KEY if key is None else key, algorithm=algorithm)


def bad_tokens(good: str) -> Iterator[tuple[str, str]]:
    """Name and token."""
    header, payload, signature = good.split(".")
    told = jwt.decode(good, options={"verify_signature": False})
    yield "signed with another key", retold(good, key="another-secret-another-secret-another")
    yield "expired", retold(good, exp=told["iat"] - 1)
    yield "without exp", retold(good, without="exp")
    yield "without uid", retold(good, without="uid")
    yield "without sid", retold(good, without="sid")
    for none in ("none", "None", "NONE", ""):
        yield f"alg {none!r}", f"{segment({'alg': none, 'typ': 'JWT'})}.{payload}."
        yield f"alg {none!r} with a signature", f"{segment({'alg': none})}.{payload}.{signature}"
    yield "another algorithm of ours", retold(good, algorithm="HS512")
    yield "alg a number", f"{segment({'alg': 5})}.{payload}.{signature}"
    yield "alg a list", f"{segment({'alg': ['HS256']})}.{payload}.{signature}"
    yield "no alg", f"{segment({})}.{payload}.{signature}"
    yield "a critical header", f"{segment({'alg': 'HS256', 'crit': ['x'], 'x': 1})}.{payload}.{signature}"
    yield "another payload", f"{header}.{segment(told | {'roles': ['ROLE_ADMIN']})}.{signature}"
    yield "a payload that is a list", jwt.api_jws.encode(b"[]", settings.SECRET_KEY)
    yield "a payload that is no JSON", jwt.api_jws.encode(b"nothing", settings.SECRET_KEY)
    yield "a signature cut", good[:-2]
    yield "no signature", f"{header}.{payload}"
    yield "four parts", f"{good}.{signature}"
    yield "a header 5,000 deep", f"{base64.urlsafe_b64encode(b'[' * 5000).decode()}.{payload}.{signature}"
    yield "no base64", "!!!.???.~~~"
    yield "not ASCII", "ü.ü.ü"
    yield "dots", ".."
    yield "a word", "sekret"
    yield "long", "x" * 20_000
    claims: dict[str, list[Any]] = {
        "uid": ["x", 5, None, [], {}],
        "sid": ["x", 5, None, [], {}],
        "exp": ["x", None, [], {}, 1e300, -1, 10**30],
        "tenantId": ["x", 5, [1], {"a": 1}],
        "iat": ["x", 10**30],
        "nbf": [10**12, "x"],
    }
    for claim, values in claims.items():
        for value in values:
            yield f"{claim} {value!r:.20}", retold(good, **{claim: value})
    yield "a person who is nobody", retold(good, uid=str(uuid4()))
    yield "a session that is none", retold(good, sid=str(uuid4()))
    yield "a tenant that is none", retold(good, tenantId=str(uuid4()))


@pytest.fixture(scope="module")
def tokens(web: Web) -> dict[str, str]:
    assert web.agent.token
    return dict(bad_tokens(web.agent.token))


@pytest.mark.usefixtures("nothing_changes")
class TestBadTokens:
    def test_are_refused(self, web: Web, tokens: dict[str, str]) -> None:
        # A far exp is not wrong in itself: we signed it.
        fine = {name for name in tokens if name.startswith("exp 1")}
        for name, token in tokens.items():
            for method, path in (("GET", "/tickets"), ("POST", "/tickets"), ("GET", "/auth/me"), ("GET", "/tenants")):
                if name in fine and method == "POST":
                    continue
                answer = web.nobody.as_token(token).call(
                    method, path, {"title": "sekret"} if method == "POST" else None
                )
                if name in fine and answer.status != 500:
                    continue
                assert answer.status == 401, (name, method, path, answer)
                assert_refused(answer, "UNAUTHORIZED")
                assert answer.headers["WWW-Authenticate"] == "Bearer"
                assert "sekret" not in answer.response.content.decode()

    def test_as_a_cookie_count_as_none(self, web: Web, tokens: dict[str, str]) -> None:
        for name in ("signed with another key", "expired", "alg 'none'", "a word"):
            api = web.nobody.with_(Cookie=f"{cookie_name()}={tokens[name]}")
            assert_refused(api.get("/tickets"), "UNAUTHORIZED")
            body = {"email": "x@y.example", "password": "not-the-password"}
            assert_refused(api.post("/auth/login", body), "UNAUTHORIZED", reason="wrong_credentials")

    @pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "Basic YTpi", "Token x", "Bearer x y", "bearer"])
    def test_other_authorization_is_refused(self, web: Web, value: str) -> None:
        assert_refused(web.nobody.with_(Authorization=value).get("/tickets"), "UNAUTHORIZED")

    def test_of_another_tenant_on_this_host_is_forbidden(self, web: Web) -> None:
        at_home = web.foreign.at(f"{web.desk.ref.slug}.localhost")
        for method, path in (("GET", "/tickets"), ("POST", "/tickets"), ("GET", "/auth/me"), ("GET", "/nothing")):
            assert_refused(at_home.call(method, path, {"title": "x"}), "FORBIDDEN", reason="tenants_differ")

    def test_the_role_in_a_token_is_worth_nothing(self, web: Web) -> None:
        assert web.user.token
        roles = ["ROLE_ADMIN", "ROLE_PLATFORM_ADMIN"]
        raised = web.nobody.as_token(retold(web.user.token, roles=roles, scopes=["tickets:delete:any"], role="ADMIN"))
        assert_refused(raised.delete(f"/tickets/{web.scene.ticket_id}"), "FORBIDDEN", reason="role")
        assert_refused(raised.get("/tenants"), "FORBIDDEN", reason="role")

    def test_a_tenants_token_without_its_tenant_is_nobodys(self, web: Web) -> None:
        assert web.admin.token
        bare = web.nobody.as_token(retold(retold(web.admin.token, without="tenantId"), without="tenant_id"))
        assert_refused(bare.get("/tenants"), "UNAUTHORIZED")
        assert_refused(bare.get("/tickets"), "FORBIDDEN", reason="no_tenant")


class TestTokensThatWereGood:
    """Each on a desk of its own, which it changes."""

    @pytest.fixture
    def desk(self, own_desk: Callable[..., Desk]) -> Desk:
        return own_desk()

    @pytest.fixture
    def agent(self, desk: Desk) -> EdgeApi:
        api = EdgeApi(token_for(desk, desk.agent))
        assert api.get("/tickets").status == 200
        return api

    def test_of_somebody_deactivated(self, desk: Desk, agent: EdgeApi) -> None:
        with context.tenant(desk.ref), transaction.atomic():
            Person.objects.filter(id=desk.agent.id).update(is_active=False)
        assert_refused(agent.get("/tickets"), "UNAUTHORIZED")
        assert_refused(agent.post("/tickets", {"title": "x"}), "UNAUTHORIZED")

    def test_of_somebody_who_is_less_now(self, desk: Desk, agent: EdgeApi) -> None:
        note = agent.post("/tickets", {"title": "x", "tags": ["a"]})
        assert note.status == 201
        with context.tenant(desk.ref), transaction.atomic():
            Person.objects.filter(id=desk.agent.id).update(role="USER")
        assert_refused(agent.post("/tickets", {"title": "x", "tags": ["a"]}), "FORBIDDEN", field="tags")

    def test_after_logout(self, desk: Desk, agent: EdgeApi) -> None:
        other_session = EdgeApi(token_for(desk, desk.agent))
        assert agent.post("/auth/logout").status == 204
        assert_refused(agent.get("/tickets"), "UNAUTHORIZED")
        assert_refused(agent.post("/auth/logout"), "UNAUTHORIZED")
        assert other_session.get("/tickets").status == 200

    def test_of_an_expired_session(self, desk: Desk, agent: EdgeApi) -> None:
        with context.tenant(desk.ref), transaction.atomic():
            Session.objects.update(expires_at="2020-01-01T00:00:00Z")
        assert_refused(agent.get("/tickets"), "UNAUTHORIZED")

    def test_of_a_suspended_tenant(self, desk: Desk, agent: EdgeApi) -> None:
        with context.platform(), transaction.atomic():
            Tenant.objects.filter(id=desk.ref.id).update(is_active=False)
        resolve.forget()
        for answer in (agent.get("/tickets"), agent.get("/auth/me"), agent.at(f"{desk.ref.slug}.localhost").get("/x")):
            assert_refused(answer, "FORBIDDEN", reason="tenant_suspended")

    def test_of_a_deleted_tenant(self, desk: Desk, agent: EdgeApi) -> None:
        delete_tenant(desk.ref.id, confirm=desk.ref.slug)
        assert_refused(agent.get("/tickets"), "UNAUTHORIZED")
        assert_refused(agent.get("/auth/me"), "UNAUTHORIZED")
        assert_refused(agent.at(f"{desk.ref.slug}.localhost").get("/tickets"), "NOT_FOUND")
