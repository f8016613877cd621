"""Signing up, in, on and out, with and without naming a tenant; by token and by cookie."""

from __future__ import annotations

import base64
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from helpdesk.people.actions import create_person
from helpdesk.people.credentials import cookie_name
from helpdesk.people.models import Person, Session
from helpdesk.people.passwords import hash_password
from helpdesk.vocabulary import Role
from helpdesk.work import unit_of_work
from tenants import context, resolve
from tenants.models import Tenant
from tests.api import Answer, Api
from tests.conftest import PASSWORD, Desk
from tests.contracts.errors import assert_refused
from tests.contracts.scene import make_platform_admin

SIGNED_IN = {"token", "accessToken", "refreshToken", "tokenType", "expiresIn", "user"}
USER = {
    "id", "email", "firstName", "lastName", "name", "role", "roles", "scopes", "tenantId", "enabled", "isActive",
    "emailConfirmed", "invitedAt", "awaySince", "createdAt", "updatedAt",
}  # fmt: skip
NEW = {"email": "New.Person@acme.example", "password": "long-enough", "firstName": "New", "lastName": "Person"}


def add_person(desk: Desk, email: str, password: str) -> None:
    with context.tenant(desk.ref), unit_of_work():
        create_person(
            None,
            email=email,
            first_name="Same",
            last_name="Somebody",
            password_hash=hash_password(password),
            role=Role.AGENT,
        )


def suspend(desk: Desk) -> None:
    with context.platform(), transaction.atomic():
        Tenant.objects.filter(id=desk.ref.id).update(is_active=False)
    resolve.forget()


def log_in(api: Api, email: str = "user@acme.example", password: str = PASSWORD, **more: Any) -> Answer:
    return api.post("/auth/login", {"email": email, "password": password} | more)


def claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.b64decode(payload + "=" * (-len(payload) % 4)))
    return found


NOBODYS = "01999999-9999-7999-8999-999999999999"


class TestRegistering:
    def test_makes_a_requester_who_is_signed_in(self, api: Api, acme: Desk) -> None:
        answer = api.at("acme.localhost").post("/auth/register", NEW)
        assert (answer.status, set(answer.body), set(answer["user"])) == (201, SIGNED_IN, USER)
        assert answer["token"] == answer["accessToken"]
        assert answer["user"]["email"] == "new.person@acme.example"
        assert (answer["user"]["role"], answer["user"]["roles"]) == ("USER", ["ROLE_USER"])
        with context.tenant(acme.ref), transaction.atomic():
            assert Person.objects.get(email="new.person@acme.example").role == "USER"
        assert api.as_token(answer["token"]).get("/auth/me").body == answer["user"]

    @pytest.mark.parametrize(
        "role", [{"role": "ADMIN"}, {"roles": ["ROLE_ADMIN"]}, {"scopes": ["x"]}, {"isAdmin": True}]
    )
    def test_as_more_is_refused(self, api: Api, acme: Desk, role: dict[str, Any]) -> None:
        answer = api.at("acme.localhost").post("/auth/register", NEW | role)
        assert_refused(answer, "VALIDATION_ERROR", field=next(iter(role)), reason="extra_forbidden")

    def test_a_taken_address_is_told_in_any_case(self, api: Api, acme: Desk) -> None:
        answer = api.at("acme.localhost").post("/auth/register", NEW | {"email": "USER@ACME.example"})
        assert_refused(answer, "CONFLICT", reason="email_taken")

    def test_the_tenant_is_the_bodys_where_the_host_is_the_platforms(self, api: Api, acme: Desk, globex: Desk) -> None:
        for named in ({"tenantSlug": "globex"}, {"tenantId": str(globex.ref.id)}):
            body = NEW | named | {"email": f"{uuid4().hex}@x.example"}
            assert api.post("/auth/register", body)["user"]["tenantId"] == str(globex.ref.id)

    def test_where_it_is_closed_is_refused(self, api: Api, acme: Desk) -> None:
        with context.platform(), transaction.atomic():
            Tenant.objects.filter(id=acme.ref.id).update(settings={"openRegistration": False})
        resolve.forget()
        assert_refused(
            api.post("/auth/register", NEW | {"tenantSlug": "acme"}), "FORBIDDEN", reason="registration_closed"
        )

    def test_signup_divides_the_name(self, api: Api, acme: Desk) -> None:
        body = {
            "email": "g@x.example",
            "password": "long-enough",
            "name": "Grace Brewster Hopper",
            "tenantSlug": "acme",
        }
        user = api.post("/auth/signup", body)["user"]
        assert (user["firstName"], user["lastName"], user["role"]) == ("Grace", "Brewster Hopper", "USER")


class TestLoggingIn:
    @pytest.mark.parametrize("way", ["host", "slug", "id", "directory", "capitals"])
    def test_finds_the_person_however_the_tenant_is_named(self, api: Api, acme: Desk, way: str) -> None:
        more: dict[str, dict[str, str]] = {"slug": {"tenantSlug": "ACME"}, "id": {"tenantId": str(acme.ref.id)}}
        caller = api.at("acme.localhost") if way == "host" else api
        email = "  USER@Acme.Example " if way == "capitals" else "user@acme.example"
        answer = log_in(caller, email, **more.get(way, {}))
        assert (answer.status, set(answer.body)) == (200, SIGNED_IN)
        assert (answer["tokenType"], answer["user"]["id"]) == ("Bearer", str(acme.user.id))
        UUID(answer["refreshToken"])

    def test_a_wrong_password_and_an_unknown_address_look_alike(self, api: Api, acme: Desk) -> None:
        answers = []
        for more in ({}, {"tenantSlug": "acme"}):
            for email in ("user@acme.example", "nobody@acme.example"):
                answer = log_in(api, email, "not-the-password", **more)
                assert_refused(answer, "UNAUTHORIZED", reason="wrong_credentials")
                assert cookie_name() not in answer.cookies
                answers.append({name: answer[name] for name in ("code", "message", "details")})
        assert answers[1:] == answers[:-1]

    def test_somebody_deactivated_is_nobody(self, api: Api, acme: Desk) -> None:
        with context.tenant(acme.ref), transaction.atomic():
            Person.objects.filter(id=acme.user.id).update(is_active=False)
        assert_refused(log_in(api), "UNAUTHORIZED", reason="wrong_credentials")

    def test_an_address_in_two_tenants_asks_which_only_of_those_that_match(
        self, api: Api, acme: Desk, globex: Desk
    ) -> None:
        for desk, password in ((acme, "the-same-one"), (globex, "the-same-one")):
            add_person(desk, "both@x.example", password)
        answer = log_in(api, "both@x.example", "the-same-one")
        assert_refused(answer, "CONFLICT", reason="choose_tenant")
        assert sorted(answer["data"]["tenants"]) == ["acme", "globex"]
        assert set(answer["data"]) == {"tenants"}
        assert log_in(api, "both@x.example", "the-same-one", tenantSlug="globex").status == 200
        wrong = log_in(api, "both@x.example", "another-one")
        assert_refused(wrong, "UNAUTHORIZED", reason="wrong_credentials")
        assert "globex" not in str(wrong.body)

    def test_one_match_of_two_signs_in(self, api: Api, acme: Desk, globex: Desk) -> None:
        add_person(acme, "both@x.example", "one-of-acme")
        add_person(globex, "both@x.example", "one-of-globex")
        assert log_in(api, "both@x.example", "one-of-globex")["user"]["tenantId"] == str(globex.ref.id)

    def test_a_suspended_tenant_is_forbidden(self, api: Api, acme: Desk) -> None:
        suspend(acme)
        for answer in (log_in(api), log_in(api, tenantSlug="acme"), log_in(api.at("acme.localhost"))):
            assert_refused(answer, "FORBIDDEN", reason="tenant_suspended")
        assert_refused(log_in(api, password="not-the-password"), "UNAUTHORIZED", reason="wrong_credentials")
        assert_refused(api.post("/auth/register", NEW | {"tenantSlug": "acme"}), "FORBIDDEN", reason="tenant_suspended")

    def test_a_platform_admin_signs_in_on_the_platforms_host_alone(self, api: Api, acme: Desk) -> None:
        make_platform_admin()
        answer = log_in(api, "root@platform.example")
        assert (answer["user"]["role"], answer["user"]["tenantId"]) == ("PLATFORM_ADMIN", None)
        assert "tenantId" not in claims_of(answer["token"])
        assert_refused(log_in(api.at("acme.localhost"), "root@platform.example"), "UNAUTHORIZED")


class TestTheToken:
    def test_tells_the_contracts_claims(self, api: Api, acme: Desk) -> None:
        answer = log_in(api, "agent@acme.example")
        claims = claims_of(answer["token"])
        names = {"sub", "uid", "sid", "iat", "exp", "jti", "tenantId", "tenant_id", "roles", "scopes"}
        assert set(claims) == names
        assert (claims["sub"], claims["uid"], claims["roles"]) == (
            "agent@acme.example",
            str(acme.agent.id),
            ["ROLE_AGENT"],
        )
        assert claims["exp"] - claims["iat"] == answer["expiresIn"] == 24 * 3600

    @pytest.mark.parametrize("address", ["~?>", "????", ">>>>", "~~~~", "a~b?c>d", "~", "??", ">"])
    def test_is_read_by_plain_atob(self, api: Api, acme: Desk, address: str) -> None:
        """Neither `-` nor `_` in header and payload, whatever the address holds."""
        for number in range(3):
            name = f"{address}{'x' * number}"
            with context.tenant(acme.ref), transaction.atomic():
                Person.objects.filter(id=acme.user.id).update(email=f"{name}@acme.example")
            header, payload, _ = _token_of(api, acme, f"{name}@acme.example").split(".")
            assert not set("-_") & set(header + payload)
            assert claims_of(f"{header}.{payload}.")["sub"] == f"{name}@acme.example"


class TestRefreshing:
    def test_gives_a_new_token_and_the_same_refresh_token_again_and_again(self, api: Api, acme: Desk) -> None:
        first = log_in(api)
        for caller in (api, api.at("acme.localhost"), api):
            answer = caller.post("/auth/refresh", {"refreshToken": first["refreshToken"]})
            assert (answer.status, answer["refreshToken"]) == (200, first["refreshToken"])
            assert answer["token"] != first["token"]
            assert api.as_token(answer["token"]).get("/auth/me").status == 200
        assert api.as_token(first["token"]).get("/auth/me").status == 200

    @pytest.mark.parametrize("token", ["x", "", NOBODYS, "x" * 300])
    def test_with_what_we_did_not_give_is_refused(self, api: Api, acme: Desk, token: str) -> None:
        answer = api.post("/auth/refresh", {"refreshToken": token})
        assert answer.status in (400, 401), answer
        assert_refused(answer, answer["code"])

    def test_is_over_when_signed_out_expired_deactivated_or_suspended(self, api: Api, acme: Desk) -> None:
        body = {"refreshToken": log_in(api)["refreshToken"]}
        ends = {
            "expired": lambda: Session.objects.update(expires_at="2020-01-01T00:00:00Z"),
            "deactivated": lambda: Person.objects.filter(id=acme.user.id).update(is_active=False),
        }
        for end in ends.values():
            with transaction.atomic():
                with context.tenant(acme.ref):
                    end()
                assert_refused(api.post("/auth/refresh", body), "UNAUTHORIZED")
                transaction.set_rollback(True)
        suspend(acme)
        assert_refused(api.post("/auth/refresh", body), "FORBIDDEN", reason="tenant_suspended")

    def test_is_stored_as_a_digest_alone(self, api: Api, acme: Desk) -> None:
        token = log_in(api)["refreshToken"]
        with context.tenant(acme.ref), transaction.atomic():
            stored = [bytes(found) for found in Session.objects.values_list("refresh_sha256", flat=True)]
        assert all(len(found) == 32 for found in stored)
        assert token.encode() not in b"".join(stored)


class TestLoggingOut:
    def test_ends_access_and_refresh_of_that_session_alone(self, api: Api, acme: Desk) -> None:
        mine, elsewhere = log_in(api), log_in(api)
        answer = api.as_token(mine["token"]).post("/auth/logout")
        assert (answer.status, answer.body) == (204, None)
        assert answer.cookies[cookie_name()].value == ""
        assert_refused(api.as_token(mine["token"]).get("/auth/me"), "UNAUTHORIZED")
        assert_refused(api.post("/auth/refresh", {"refreshToken": mine["refreshToken"]}), "UNAUTHORIZED")
        assert api.as_token(elsewhere["token"]).get("/auth/me").status == 200
        assert api.post("/auth/refresh", {"refreshToken": elsewhere["refreshToken"]}).status == 200


def _token_of(api: Api, acme: Desk, email: str) -> str:
    return str(log_in(api, email, tenantSlug="acme")["token"])


class TestAWrongPassword:
    def test_without_a_tenant_takes_as_long_for_one_tenant_as_for_many(
        self, api: Api, acme: Desk, globex: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        waits: list[float] = []
        monkeypatch.setattr("tenants.signin.steady.time.sleep", waits.append)
        login = {"email": "twice@x.example", "password": "wrong-password"}
        for known_in in ([], [acme], [acme, globex]):
            for desk in known_in:
                body = {"email": login["email"], "password": PASSWORD, "firstName": "T", "lastName": "W"}
                api.post("/auth/register", body | {"tenantSlug": desk.ref.slug})
            assert api.post("/auth/login", login).status == 401
        assert len(waits) == 3
        assert api.post("/auth/login", login | {"tenantSlug": "acme"}).status == 401
        assert api.post("/auth/login", {"email": acme.user.email, "password": PASSWORD}).status == 200
        assert len(waits) == 3, "what is right, or names its tenant, is answered at once"
