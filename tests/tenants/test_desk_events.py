"""What is done to a tenant as a whole stands in its own log: who, what, before and after; requesters hear nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from helpdesk.events.queries import LogRow, list_desk_rows
from helpdesk.events.rules import Viewer
from helpdesk.vocabulary import Floor, Role
from tenants import context
from tenants.actions import TenantNotFound, change_tenant, delete_tenant
from tenants.models import PlatformAdmin
from tests.api import Api
from tests.conftest import Desk
from tests.contracts.errors import assert_refused
from tests.contracts.scene import make_platform_admin, platform_token
from tests.helpdesk.log import last_seq, payload, require_whole, rows_after

OWN = "help.acme.example"
Recorded = Callable[[], list[LogRow]]


@pytest.fixture
def platform_admin() -> PlatformAdmin:
    return make_platform_admin()


@pytest.fixture
def root(api: Api, platform_admin: PlatformAdmin) -> Api:
    return api.as_token(platform_token(platform_admin))


@pytest.fixture
def recorded(api: Api, acme: Desk) -> Recorded:
    seen = last_seq(acme.ref)
    return lambda: rows_after(acme.ref, seen)


@pytest.fixture
def tenant(acme: Desk) -> str:
    return f"/tenants/{acme.ref.id}"


def seen_by(desk: Desk, role: Role) -> list[str]:
    """The types of the desk's own events that a person of this role is told."""
    person = {Role.REQUESTER: desk.user, Role.AGENT: desk.agent, Role.ADMIN: desk.admin}[role]
    with context.tenant(desk.ref), transaction.atomic():
        rows = list_desk_rows(Viewer(person.id, role), after=0, upto=1_000_000, limit=1000)
    return [row.type for row in rows if row.type.startswith("desk.")]


class TestMovingADesk:
    def test_is_one_event_with_before_and_after(
        self, root: Api, acme: Desk, tenant: str, recorded: Recorded, platform_admin: PlatformAdmin
    ) -> None:
        assert root.patch(tenant, {"name": "Apex Inc.", "slug": "apex", "domains": [OWN]}).status == 200
        (row,) = recorded()
        assert (row.type, row.actor, row.ticket) == ("desk.updated", platform_admin.id, None)
        assert (row.audience.floor, row.audience.people) == (Floor.AGENT, ())
        assert payload(row) == {
            "actor": {"id": str(platform_admin.id), "name": platform_admin.name},
            "changes": {"name": ["Acme", "Apex Inc."], "slug": ["acme", "apex"], "domains": [[], [OWN]]},
            "data": {
                "desk": {
                    "id": str(acme.ref.id),
                    "name": "Apex Inc.",
                    "slug": "apex",
                    "domains": [OWN],
                    "isActive": True,
                }
            },
        }
        require_whole(acme.ref)

    def test_that_changes_nothing_says_nothing(self, root: Api, tenant: str, recorded: Recorded) -> None:
        assert root.patch(tenant, {"name": "Acme", "slug": "acme", "domains": [], "isActive": True}).status == 200
        assert recorded() == []

    def test_that_is_refused_says_nothing(self, root: Api, globex: Desk, tenant: str, recorded: Recorded) -> None:
        root.patch(f"/tenants/{globex.ref.id}", {"domains": [OWN]})
        assert_refused(root.patch(tenant, {"slug": "globex", "name": "X"}), "CONFLICT", reason="slug_taken")
        assert_refused(root.patch(tenant, {"domains": [OWN], "name": "X"}), "CONFLICT", reason="domain_taken")
        assert recorded() == []
        assert root.get(tenant)["name"] == "Acme"

    def test_is_nothing_to_another_tenant(self, root: Api, globex: Desk, tenant: str) -> None:
        before = last_seq(globex.ref)
        root.patch(tenant, {"name": "Apex Inc."})
        assert last_seq(globex.ref) == before

    def test_by_a_command_is_the_hubs_doing(self, acme: Desk, recorded: Recorded) -> None:
        call_command("change_tenant", "acme", "--name", "Apex Inc.")
        (row,) = recorded()
        assert (row.actor, payload(row)["actor"]) == (None, None)
        assert payload(row)["changes"] == {"name": ["Acme", "Apex Inc."]}


class TestSuspending:
    def test_and_resuming_are_events_of_their_own(self, root: Api, tenant: str, recorded: Recorded) -> None:
        root.patch(tenant, {"isActive": False})
        root.patch(tenant, {"isActive": True, "name": "Apex Inc."})
        rows = recorded()
        assert [row.type for row in rows] == ["desk.suspended", "desk.updated", "desk.resumed"]
        assert [payload(row)["changes"] for row in rows] == [
            {"isActive": [True, False]},
            {"name": ["Acme", "Apex Inc."]},
            {"isActive": [False, True]},
        ]
        assert [payload(row)["data"]["desk"]["isActive"] for row in rows] == [False, True, True]


class TestSettings:
    def test_are_the_admins_to_know_and_only_what_changed(
        self, api: Api, acme: Desk, tenant: str, recorded: Recorded
    ) -> None:
        admin = api.as_(acme, acme.admin)
        assert admin.patch(tenant, {"settings": {"theirs": "kept", "a": 1, "timeZone": "UTC"}}).status == 200
        assert admin.patch(tenant, {"settings": {"theirs": "kept", "a": True}}).status == 200
        _, row = recorded()
        assert (row.type, row.actor) == ("desk.settings_changed", acme.admin.id)
        assert payload(row)["changes"] == {"settings": [{"a": 1, "timeZone": "UTC"}, {"a": True}]}
        assert "kept" not in row.payload
        assert (row.audience.floor, row.audience.people) == (Floor.ADMIN, ())

    def test_of_any_json_that_the_hub_takes(self, api: Api, acme: Desk, tenant: str, recorded: Recorded) -> None:
        settings = {"n": 2**53 - 1, "f": 0.1, "none": None, "deep": [{"ü": "漢"}], "": ""}
        assert api.as_(acme, acme.admin).patch(tenant, {"settings": settings}).status == 200
        (row,) = recorded()
        assert payload(row)["changes"] == {"settings": [{}, settings]}


class TestWhoHears:
    def test_staff_of_the_move_admins_of_the_settings_requesters_of_nothing(
        self, root: Api, acme: Desk, tenant: str, recorded: Recorded
    ) -> None:
        root.patch(tenant, {"name": "Apex", "settings": {"a": 1}, "isActive": False})
        told = {role: seen_by(acme, role) for role in (Role.REQUESTER, Role.AGENT, Role.ADMIN)}
        assert told == {
            Role.REQUESTER: [],
            Role.AGENT: ["desk.updated", "desk.suspended"],
            Role.ADMIN: ["desk.updated", "desk.settings_changed", "desk.suspended"],
        }
        by_rule = [
            [row.type for row in recorded() if row.visible_to(Viewer(person.id, role))]
            for role, person in (
                (Role.REQUESTER, acme.user),
                (Role.AGENT, acme.agent),
                (Role.ADMIN, acme.admin),
            )
        ]
        assert by_rule == list(told.values())

    def test_the_audit_says_who_and_by_which_operation_but_not_from_which_address(
        self, api: Api, root: Api, acme: Desk, tenant: str, platform_admin: PlatformAdmin
    ) -> None:
        root.with_(X_Request_ID="req-7").patch(tenant, {"name": "Apex"})
        admin = api.as_(acme, acme.admin)
        admin.patch(tenant, {"name": "Ours"})
        ours, theirs = admin.get("/audit?type=desk")["data"]
        assert theirs["actor"] == {"id": str(platform_admin.id), "name": platform_admin.name}
        assert theirs["changes"] == {"name": ["Acme", "Apex"]}
        operation = {"operation": "patchTenant", "apiKeyId": None}
        assert theirs["origin"] == operation | {"client": None, "requestId": "req-7"}
        assert ours["actor"]["id"] == str(acme.admin.id)
        assert (ours["origin"]["client"], ours["origin"]["operation"]) == ("127.0.0.1", "patchTenant")


def test_who_changes_a_tenant_that_is_deleted_meanwhile_does_it_or_finds_nothing(
    transactional_access: None, own_desk: Callable[..., Desk]
) -> None:
    """The row before the tables, both of them: otherwise each might hold what the other waits for."""
    for desk in [own_desk() for _ in range(3)]:
        went_wrong: list[Exception] = []
        begin = threading.Barrier(2)

        def run(do: Callable[[], Any], begin: threading.Barrier = begin, wrong: list[Exception] = went_wrong) -> None:
            begin.wait()
            try:
                do()
            except TenantNotFound:
                pass
            except Exception as error:
                wrong.append(error)
            finally:
                connection.close()

        def rename(desk: Desk = desk) -> None:
            for turn in range(20):
                change_tenant(None, desk.ref.id, fields={"name": f"Turn {turn}"})

        def delete(desk: Desk = desk) -> None:
            delete_tenant(desk.ref.id, confirm=desk.ref.slug)

        threads = [threading.Thread(target=run, args=(do,)) for do in (rename, delete)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert went_wrong == []
