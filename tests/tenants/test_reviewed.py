"""What once went wrong at the doors: stale cookies, odd cookies and origins, crowded directories, lost commands."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from helpdesk.people.credentials import cookie_name, cookie_token, is_same_origin
from helpdesk.people.queries import get_person_by_email
from tenants import actions, context, resolve
from tenants.models import Tenant
from tests.api import Api
from tests.conftest import PASSWORD, Desk, token_for


class TestTheCommand:
    def test_create_tenant_is_ours(self, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HUB_ADMIN_PASSWORD", "a-good-password")
        call_command("create_tenant", "initech", "Initech", admin="boss@initech.example", verbosity=0)
        tenant = Tenant.objects.get(slug="initech")
        with context.tenant(tenant.ref()):
            person = get_person_by_email("boss@initech.example")
        assert person is not None
        assert person.role == "ADMIN"

    def test_create_tenant_says_what_is_wrong(self, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HUB_ADMIN_PASSWORD", "short")
        with pytest.raises(CommandError, match="at least 8"):
            call_command("create_tenant", "initech", "Initech", admin="boss@initech.example")

    def test_create_platform_admin_signs_in(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HUB_ADMIN_PASSWORD", "a-good-password")
        call_command("create_platform_admin", "root@desk.example", verbosity=0)
        answer = api.post("/auth/login", {"email": "root@desk.example", "password": "a-good-password"})
        assert (answer.status, answer["user"]["role"]) == (200, "PLATFORM_ADMIN")


class TestAStaleCookie:
    @pytest.fixture
    def stale(self, api: Api, acme: Desk) -> Api:
        """A browser whose tenant was suspended since."""
        token = token_for(acme, acme.user)
        Tenant.objects.filter(id=acme.ref.id).update(is_active=False)
        resolve.forget()
        return api.with_(Cookie=f"{cookie_name()}={token}")

    def test_counts_as_none_and_is_taken_away(self, stale: Api) -> None:
        answer = stale.get("/auth/me")
        assert answer.status == 401
        assert answer.cookies[cookie_name()]["max-age"] == 0

    def test_does_not_stand_in_the_way_of_signing_in_elsewhere(self, stale: Api, globex: Desk) -> None:
        answer = stale.post("/auth/login", {"email": globex.user.email, "password": PASSWORD})
        assert answer.status == 200
        assert answer.cookies[cookie_name()].value == answer["token"]

    def test_of_another_tenant_than_the_hosts_is_refused_and_taken_away(
        self, api: Api, acme: Desk, globex: Desk
    ) -> None:
        cookie = f"{cookie_name()}={token_for(acme, acme.user)}"
        answer = api.at("globex.localhost").with_(Cookie=cookie).get("/auth/me")
        assert answer.status == 403
        assert answer.cookies[cookie_name()]["max-age"] == 0

    def test_a_header_token_is_still_told(self, api: Api, acme: Desk, globex: Desk) -> None:
        assert api.as_(acme, acme.user).at("globex.localhost").get("/auth/me").status == 403


class TestOddCookies:
    @pytest.mark.parametrize(
        "other", ['prefs={"a":1,"b":"x"}', "a b=c", "a[b]=c", "foo", "path=/", "expires=abc", "x=é"]
    )
    def test_of_other_programs_do_not_sign_out(self, acme: Desk, transactional_access: None, other: str) -> None:
        token = token_for(acme, acme.user)
        assert cookie_token(f"{other}; {cookie_name()}={token}") == token
        assert cookie_token(f"{cookie_name()}=garbage; {other}; {cookie_name()}={token}") == token

    @pytest.mark.parametrize("origin", ["http://[::", "null", "ftp://localhost", "http://localhost.evil.example", ""])
    def test_odd_origins_are_foreign(self, origin: str) -> None:
        assert not is_same_origin({"Origin": origin, "Host": "localhost"})


class TestACrowdedDirectory:
    def test_asks_for_the_tenant_instead_of_locking_out(self, api: Api, db: None) -> None:
        """Strangers may register somebody's address in more tenants than are tried."""
        everybody: dict[str, Any] = {"email": "victim@mail.example", "firstName": "A", "lastName": "B"}
        slugs = [f"crowd-{number}" for number in range(6)]
        for slug in slugs:
            actions.create_tenant(name=slug, slug=slug)
            password = "the-real-password" if slug == slugs[-1] else "a-strangers-password"
            answer = api.post("/auth/register", everybody | {"password": password, "tenantSlug": slug})
            assert answer.status == 201
        known = {"email": "victim@mail.example", "password": "the-real-password"}
        asked = api.post("/auth/login", known)
        assert (asked.status, asked["details"][0]["code"]) == (409, "choose_tenant")
        assert asked["data"] == {"tenants": []}
        assert api.post("/auth/login", known | {"tenantSlug": slugs[-1]}).status == 200
