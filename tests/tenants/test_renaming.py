"""A tenant gets another name, slug or domain, is suspended and resumed: everything stays that is kept by its id."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from contextlib import closing
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from helpdesk.tickets.models import Ticket
from tenants import context
from tenants.models import Domain
from tests.api import Api
from tests.conftest import PASSWORD, Desk, token_for
from tests.contracts.errors import assert_refused
from tests.contracts.scene import make_platform_admin, platform_token
from tests.realtime.live import HANG_S, Server, in_thread, new_ticket, serving, signed_in

OWN = "help.acme.example"


@pytest.fixture
def root(api: Api) -> Api:
    """A platform admin."""
    return api.as_token(platform_token(make_platform_admin()))


@pytest.fixture
def tenant(acme: Desk) -> str:
    return f"/tenants/{acme.ref.id}"


class TestAnotherSlug:
    def test_moves_the_desk_to_another_host(self, api: Api, root: Api, acme: Desk, tenant: str) -> None:
        token = token_for(acme, acme.agent)
        assert root.patch(tenant, {"slug": "apex"})["slug"] == "apex"
        assert api.at("apex.localhost").as_token(token).get("/auth/me")["email"] == "agent@acme.example"
        assert_refused(api.at("acme.localhost").as_token(token).get("/auth/me"), "NOT_FOUND")
        assert_refused(api.with_(X_Tenant="acme").get("/auth/me"), "NOT_FOUND")

    def test_keeps_schema_tokens_and_the_sign_in_directory(
        self, api: Api, root: Api, acme: Desk, desk: Desk, tenant: str
    ) -> None:
        made = api.as_(acme, acme.user).post("/tickets", {"title": "Before"})
        root.patch(tenant, {"slug": "apex", "name": "Apex"})
        assert Ticket.objects.get(id=made["id"]).title == "Before"
        signed_in = api.post("/auth/login", {"email": "user@acme.example", "password": PASSWORD})
        assert root.get(tenant)["slug"] == "apex"
        assert api.as_token(signed_in["token"]).get(f"/tickets/{made['id']}").status == 200

    def test_that_another_tenant_has_is_refused(self, root: Api, globex: Desk, tenant: str) -> None:
        assert_refused(root.patch(tenant, {"slug": "globex", "name": "X"}), "CONFLICT", reason="slug_taken")
        assert root.get(tenant)["name"] == "Acme"

    def test_of_a_tenant_that_was_renamed_is_free(
        self, api: Api, root: Api, acme: Desk, globex: Desk, tenant: str
    ) -> None:
        """Whoever held the old address in mind finds the other desk, and nothing of the first."""
        token = token_for(acme, acme.agent)
        root.patch(tenant, {"slug": "apex"})
        root.patch(f"/tenants/{globex.ref.id}", {"slug": "acme"})
        answer = api.at("acme.localhost").as_token(token).get("/tickets")
        assert_refused(answer, "FORBIDDEN", reason="tenants_differ")

    def test_is_for_platform_admins(self, api: Api, acme: Desk, tenant: str) -> None:
        for field, value in (("slug", "apex"), ("domains", [OWN]), ("isActive", False)):
            assert_refused(api.as_(acme, acme.admin).patch(tenant, {field: value}), "FORBIDDEN")
        assert_refused(api.as_(acme, acme.agent).patch(tenant, {"name": "Mine"}), "FORBIDDEN")
        assert api.as_(acme, acme.admin).patch(tenant, {"name": "Ours"})["name"] == "Ours"


class TestDomains:
    def test_lead_to_the_desk_until_they_are_taken_away(self, api: Api, root: Api, acme: Desk, tenant: str) -> None:
        at_home = api.at(OWN).as_token(token_for(acme, acme.agent))
        assert_refused(at_home.get("/auth/me"), "NOT_FOUND")
        assert root.patch(tenant, {"domains": ["b.acme.example", OWN.upper()]})["domains"] == ["b.acme.example", OWN]
        assert at_home.get("/auth/me").status == 200
        assert root.patch(tenant, {"domains": ["b.acme.example"]})["domains"] == ["b.acme.example"]
        assert_refused(at_home.get("/auth/me"), "NOT_FOUND")
        with context.platform(), transaction.atomic():
            assert list(Domain.objects.filter(tenant_id=acme.ref.id).values_list("domain", flat=True)) == [
                "b.acme.example"
            ]

    def test_come_with_a_new_tenant_and_stand_in_the_list(self, root: Api) -> None:
        made = root.post("/tenants", {"name": "Initech", "slug": "initech", "domains": ["help.initech.example"]})
        assert made["domains"] == ["help.initech.example"]
        listed = {one["slug"]: one["domains"] for one in root.get("/tenants?limit=100")["data"]}
        assert listed["initech"] == ["help.initech.example"]

    def test_are_seen_by_the_desks_own_admin(self, api: Api, root: Api, acme: Desk, tenant: str) -> None:
        root.patch(tenant, {"domains": [OWN]})
        assert api.as_(acme, acme.admin).get(tenant)["domains"] == [OWN]

    def test_of_another_tenant_are_refused_and_nothing_changes(self, root: Api, globex: Desk, tenant: str) -> None:
        root.patch(f"/tenants/{globex.ref.id}", {"domains": [OWN]})
        body = {"domains": ["b.acme.example", OWN], "name": "X"}
        assert_refused(root.patch(tenant, body), "CONFLICT", reason="domain_taken")
        assert (root.get(tenant)["domains"], root.get(tenant)["name"]) == ([], "Acme")

    @pytest.mark.parametrize(
        "domain",
        ["acme.localhost", "localhost", "10.0.0.1", "a_b.example", "-a.example", "", "x" * 250 + ".com", "[::1]"],
    )
    def test_that_cannot_be_ours_to_give_are_refused(self, root: Api, tenant: str, domain: str) -> None:
        assert_refused(root.patch(tenant, {"domains": [domain]}), "VALIDATION_ERROR", field="domains.0")


class TestSuspended:
    def test_nobody_is_answered_or_signed_in_and_all_is_there_again_after(
        self, api: Api, root: Api, acme: Desk, tenant: str
    ) -> None:
        agent = api.as_(acme, acme.agent)
        made = agent.post("/tickets", {"title": "Kept"})
        assert root.patch(tenant, {"isActive": False})["isActive"] is False
        assert_refused(agent.get("/tickets"), "FORBIDDEN", reason="tenant_suspended")
        sign_in = {"email": "user@acme.example", "password": PASSWORD}
        assert_refused(api.at("acme.localhost").post("/auth/login", sign_in), "FORBIDDEN", reason="tenant_suspended")
        assert api.post("/auth/login", sign_in).status in (401, 403)
        assert root.patch(tenant, {"isActive": True})["isActive"] is True
        assert agent.get(f"/tickets/{made['id']}")["title"] == "Kept"
        assert api.at("acme.localhost").post("/auth/login", sign_in).status == 200


class TestTheCommand:
    def say(self, *given: str) -> str:
        out = StringIO()
        call_command("change_tenant", *given, stdout=out)
        return out.getvalue()

    def test_renames_moves_suspends_and_resumes(self, root: Api, acme: Desk, tenant: str) -> None:
        told = self.say("acme", "--slug", "apex", "--name", "Apex Inc.", "--domain", OWN, "--suspend")
        assert "apex" in told
        found = root.get(tenant)
        assert [found[name] for name in ("slug", "name", "domains", "isActive")] == ["apex", "Apex Inc.", [OWN], False]
        self.say("apex", "--resume", "--no-domains")
        assert (root.get(tenant)["isActive"], root.get(tenant)["domains"]) == (True, [])

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            (["nobody", "--suspend"], "no tenant nobody"),
            (["acme"], "Nothing to change"),
            (["acme", "--slug", "globex"], "slug"),
            (["acme", "--slug", "api"], "reserved"),
        ],
    )
    def test_says_what_it_cannot_do(self, root: Api, globex: Desk, given: list[str], said: str) -> None:
        with pytest.raises(CommandError, match=said):
            self.say(*given)


@pytest.fixture(scope="module")
def there(django_db_setup: None) -> Iterator[Server]:
    """A process that would believe for ten minutes what it has once looked up."""
    with serving("uvicorn", HUB_TEST_HOSTS_S="600", HUB_TEST_BEAT_S="60") as running:
        yield running


def status_at(server: Server, host: str, token: str) -> int:
    return send(server, "GET", "/auth/me", None, {"Host": host, "Authorization": f"Bearer {token}"})


def send(server: Server, method: str, path: str, body: str | None, headers: dict[str, str]) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=HANG_S)) as connection:
        connection.request(method, f"/api/v1{path}", body, headers)
        return connection.getresponse().status


async def test_another_process_hears_of_it_and_its_sockets_go_on(
    there: Server, own_desk: Callable[..., Desk], transactional_access: None
) -> None:
    desk = await in_thread(own_desk)
    old, new = f"{desk.ref.slug}.localhost", f"new-{desk.ref.slug}.localhost"
    token = await in_thread(lambda: token_for(desk, desk.agent))
    root = await in_thread(lambda: platform_token(make_platform_admin()))
    with serving("uvicorn", HUB_TEST_HOSTS_S="600") as here:
        assert await in_thread(lambda: (status_at(there, old, token), status_at(there, new, token))) == (200, 404)
        async with signed_in(there, desk, desk.agent) as talk:
            await talk.ask("subscribe", stream="queue")
            body, path = f'{{"slug": "new-{desk.ref.slug}"}}', f"/tenants/{desk.ref.id}"
            headers = {"Authorization": f"Bearer {root}", "Content-Type": "application/json"}
            assert await in_thread(lambda: send(here, "PATCH", path, body, headers)) == 200

            def is_known() -> bool:
                return (status_at(there, old, token), status_at(there, new, token)) == (404, 200)

            await in_thread(lambda: wait_until(is_known))
            await new_ticket(desk, title="After the move")
            frame = await talk.until("event")
            assert frame["event"]["data"]["ticket"]["title"] == "After the move"


def wait_until(is_so: Callable[[], Any]) -> None:
    import time

    deadline = time.monotonic() + HANG_S
    while not is_so():
        assert time.monotonic() < deadline, "the other process did not hear of it"
        time.sleep(0.05)
