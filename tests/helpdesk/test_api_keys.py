"""API keys: shown once, stored as a digest, held to scopes and their person's role, worth nothing when revoked."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from helpdesk.api_keys.actions import MOST_KEYS, create_key, note_use
from helpdesk.api_keys.models import ApiKey
from helpdesk.clock import now, rfc3339
from helpdesk.events.queries import LogRow
from helpdesk.people.credentials import cookie_name, key_signing_keys
from helpdesk.people.key_tokens import new_key_token
from helpdesk.people.models import Person
from helpdesk.permissions import IN_PERSON, OPERATIONS, may, scopes_of
from helpdesk.vocabulary import Role
from helpdesk.work import unit_of_work
from tenants import context, resolve
from tenants.models import Tenant
from tests.api import Api
from tests.conftest import Desk
from tests.contracts.errors import assert_refused
from tests.contracts.operations import operations
from tests.contracts.scene import set_scene
from tests.helpdesk.conftest import People
from tests.helpdesk.log import payload

Recorded = Callable[[], list[LogRow]]
READ = {"name": "The wallboard", "scopes": ["tickets:read:any"]}


def key_for(desk: Desk, person: Person, *scopes: str, **more: Any) -> str:
    """The text of a key; without scopes, with all of its person's role."""
    held = scopes or scopes_of(Role(person.role))
    with context.tenant(desk.ref), unit_of_work():
        return create_key(person, name="A program", scopes=held, **more)[1]


def change_key(desk: Desk, **fields: Any) -> None:
    with context.tenant(desk.ref), unit_of_work():
        ApiKey.objects.update(**fields)


class TestMakingOne:
    def test_shows_it_once_and_stores_a_digest(self, people: People, api: Api, acme: Desk, recorded: Recorded) -> None:
        made = people.agent.post("/api-keys", READ)
        assert made.status == 201
        token = made["token"]
        assert token.startswith("hk_")
        assert made["lastFour"] == token[-4:]
        assert api.as_token(token).get("/tickets").status == 200
        listed = people.agent.get("/api-keys")
        assert [row["id"] for row in listed["data"]] == [made["id"]]
        assert token not in listed.response.content.decode()
        (event,) = recorded()
        assert (event.type, payload(event)["data"]["apiKey"]["scopes"]) == ("api_key.created", READ["scopes"])
        with context.tenant(acme.ref), unit_of_work(), connection.cursor() as cursor:
            for table in ("api_key", "event", "idempotent_answer"):
                cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{token[10:]}%"])
                assert cursor.fetchone() == (0,), table

    def test_shows_it_to_nobody_who_repeats_the_request(self, people: People) -> None:
        repeating = people.agent.with_(Idempotency_Key="once")
        first, second = (repeating.post("/api-keys", READ) for _ in range(2))
        assert first["id"] == second["id"]
        assert (first["token"][:3], second["token"]) == ("hk_", "***")

    def test_gives_no_more_than_ones_role_has(self, people: People, recorded: Recorded) -> None:
        for scopes in (["tickets:delete:any"], ["tickets:read:any", "users:write:any"], ["nonsense"], ["tickets:read"]):
            refused = people.agent.post("/api-keys", READ | {"scopes": scopes})
            assert_refused(refused, "VALIDATION_ERROR", field="scopes", reason="scope_not_held")
        past = "2020-01-01T00:00:00Z"
        bad: list[dict[str, Any]] = [{"scopes": []}, {"name": " "}, {"expiresAt": past}, {"userId": str(uuid4())}]
        for wrong in bad:
            assert_refused(people.agent.post("/api-keys", READ | wrong), "VALIDATION_ERROR")
        assert recorded() == []

    def test_is_not_for_requesters(self, people: People) -> None:
        assert_refused(people.user.post("/api-keys", READ), "FORBIDDEN", reason="role")
        assert_refused(people.user.get("/api-keys"), "FORBIDDEN", reason="role")

    def test_goes_to_fifty(self, people: People, acme: Desk) -> None:
        with context.tenant(acme.ref), unit_of_work():
            ApiKey.objects.bulk_create(
                ApiKey(person=acme.agent, name=str(n), sha256=bytes(32), last_four="x", scopes=READ["scopes"])
                for n in range(MOST_KEYS)
            )
        assert_refused(people.agent.post("/api-keys", READ), "CONFLICT", reason="too_many")
        assert people.ada.post("/api-keys", READ).status == 201


class TestSeeingAndChanging:
    def test_is_everybodys_own_and_the_admins(self, people: People, acme: Desk, globex: Desk) -> None:
        mine = people.agent.post("/api-keys", READ)["id"]
        assert people.ada.get("/api-keys")["data"] == people.ada.get(f"/api-keys?userId={acme.agent.id}")["data"] == []
        assert_refused(people.ada.get("/api-keys?all=true"), "FORBIDDEN")
        assert_refused(people.ada.patch(f"/api-keys/{mine}", {"name": "x"}), "NOT_FOUND")
        assert_refused(people.ada.delete(f"/api-keys/{mine}"), "NOT_FOUND")
        assert people.admin.get("/api-keys")["data"] == []
        for query in ("all=true", f"userId={acme.agent.id}"):
            assert [row["id"] for row in people.admin.get(f"/api-keys?{query}")["data"]] == [mine]
        assert_refused(people.admin.patch(f"/api-keys/{mine}", {"name": "x"}), "FORBIDDEN", reason="not_yours")

    def test_changes_name_and_scopes_at_once(self, people: People, api: Api, acme: Desk, recorded: Recorded) -> None:
        made = people.agent.post("/api-keys", READ)
        key = api.as_token(made["token"])
        assert_refused(key.post("/tickets", {"title": "x"}), "FORBIDDEN", reason="scope")
        recorded()
        wider = {"scopes": ["tickets:write:any", "tickets:read:any"], "name": "The wall"}
        changed = people.agent.patch(f"/api-keys/{made['id']}", wider)
        assert (changed["name"], changed["scopes"]) == ("The wall", sorted(wider["scopes"]))
        (event,) = recorded()
        assert (event.type, set(payload(event)["changes"])) == ("api_key.updated", {"name", "scopes"})
        assert key.post("/tickets", {"title": "x"}).status == 201
        people.agent.patch(f"/api-keys/{made['id']}", wider)
        assert [row.type for row in recorded()] == ["ticket.created"], "the same again is no change"
        tall = people.agent.patch(f"/api-keys/{made['id']}", {"scopes": ["users:write:any"]})
        assert_refused(tall, "VALIDATION_ERROR", reason="scope_not_held")

    @pytest.mark.parametrize("who", ["agent", "admin"])
    def test_is_revoked_by_its_owner_or_an_admin(self, people: People, api: Api, who: str, recorded: Recorded) -> None:
        made = people.agent.post("/api-keys", READ)
        recorded()
        caller = getattr(people, who)
        assert caller.delete(f"/api-keys/{made['id']}").status == 204
        assert [row.type for row in recorded()] == ["api_key.revoked"]
        assert_refused(api.as_token(made["token"]).get("/tickets"), "UNAUTHORIZED")
        assert_refused(caller.delete(f"/api-keys/{made['id']}"), "NOT_FOUND")
        assert people.admin.get("/api-keys?all=true")["data"] == []


class TestActing:
    def test_is_the_person(self, api: Api, acme: Desk) -> None:
        key = api.as_token(key_for(acme, acme.agent))
        assert key.get("/auth/me")["id"] == str(acme.agent.id)
        assert key.post("/tickets", {"title": "By a program"})["createdById"] == str(acme.agent.id)

    def test_needs_the_scope_of_each_operation(self, api: Api, acme: Desk) -> None:
        """With all scopes but the one that it needs, every operation is refused; with that alone it is not."""
        everything = set(scopes_of(Role.ADMIN))
        target = set_scene(acme, author=acme.admin, word="key").target(acme, person=acme.agent)
        for thing in sorted({one.scope for one in OPERATIONS.values() if one.scope and one.scope != IN_PERSON}):
            scope = f"{thing}:any"
            if scope not in everything:
                continue
            without, alone = (
                api.as_token(key_for(acme, acme.admin, *held)) for held in (everything - {scope}, {scope})
            )
            for operation in operations():
                if OPERATIONS[operation.id].scope != thing or not may(Role.ADMIN, operation.id):
                    continue
                call = operation.call(target, optional=False)
                refused = without.call(call.method, call.path, call.body)
                assert_refused(refused, "FORBIDDEN", reason="scope")
                assert scope in refused["data"]["scopes"]
                if operation.method == "GET" and operation.id != "downloadExport":  # and the scope of what is in it
                    assert alone.call(call.method, call.path, call.body).status not in (401, 403), operation.id
            change_key(acme, revoked_at=now())  # a person has so many keys only

    def test_never_does_what_is_a_persons_own(self, api: Api, acme: Desk) -> None:
        key = api.as_token(key_for(acme, acme.admin))
        target = set_scene(acme, author=acme.admin).target(acme, person=acme.agent)
        own = [operation for operation in operations() if OPERATIONS[operation.id].scope == IN_PERSON]
        assert {"changePassword", "createApiKey", "logout", "signOutUser"} <= {operation.id for operation in own}
        for operation in own:
            call = operation.call(target, optional=False)
            assert_refused(key.call(call.method, call.path, call.body), "FORBIDDEN", reason="api_key")

    def test_needs_the_scope_to_find_people_too(self, api: Api, acme: Desk) -> None:
        tickets = api.as_token(key_for(acme, acme.agent, "tickets:read:any"))
        asked = f"/search?q={acme.user.email}"
        assert tickets.get(asked)["data"] == []
        assert_refused(tickets.get(f"{asked}&types=people"), "FORBIDDEN", reason="scope")
        both = api.as_token(key_for(acme, acme.agent, "tickets:read:any", "users:read:any"))
        for more in ("", "&types=people"):
            assert str(acme.user.id) in [found["user"]["id"] for found in both.get(asked + more)["data"]]

    def test_needs_the_scope_to_delete_for_many_too(self, api: Api, acme: Desk, ticket: dict[str, Any]) -> None:
        body = {"ids": [ticket["id"]], "delete": True}
        writes = api.as_token(key_for(acme, acme.admin, "tickets:write:any"))
        assert_refused(writes.post("/tickets/bulk", body), "FORBIDDEN", reason="scope")
        deletes = api.as_token(key_for(acme, acme.admin, "tickets:write:any", "tickets:delete:any"))
        assert deletes.post("/tickets/bulk", body).status == 200

    def test_needs_the_scope_to_comment_for_many_too(
        self, people: People, api: Api, acme: Desk, ticket: dict[str, Any], recorded: Recorded
    ) -> None:
        body = {"ids": [ticket["id"]], "comment": {"content": "By a program", "isInternal": True}}
        writes = api.as_token(key_for(acme, acme.agent, "tickets:write:any"))
        recorded()
        assert_refused(writes.post("/tickets/bulk", body), "FORBIDDEN", reason="scope")
        assert recorded() == []
        assert people.agent.get(f"/tickets/{ticket['id']}")["comments"] == []
        comments = api.as_token(key_for(acme, acme.agent, "tickets:write:any", "comments:write:any"))
        assert comments.post("/tickets/bulk", body).status == 200

    def test_needs_the_scope_to_move_the_tickets_of_a_team_that_goes(
        self, people: People, api: Api, acme: Desk, ticket: dict[str, Any]
    ) -> None:
        team = people.admin.post("/teams", {"name": "Network"})["id"]
        people.agent.patch(f"/tickets/{ticket['id']}", {"teamId": team})
        path = f"/teams/{team}?moveTo=none"
        ends_teams = api.as_token(key_for(acme, acme.admin, "teams:write:any"))
        assert_refused(ends_teams.delete(path), "FORBIDDEN", reason="scope")
        assert people.agent.get(f"/tickets/{ticket['id']}")["teamId"] == team
        moves_tickets = api.as_token(key_for(acme, acme.admin, "teams:write:any", "tickets:write:any"))
        assert moves_tickets.delete(path).status == 204

    def test_loses_what_its_person_loses(self, people: People, api: Api, acme: Desk) -> None:
        key = api.as_token(key_for(acme, acme.admin))
        assert key.get("/mail-templates").status == 200
        with context.tenant(acme.ref), unit_of_work():
            Person.objects.filter(id=acme.admin.id).update(role="AGENT")
        assert_refused(key.get("/mail-templates"), "FORBIDDEN", reason="role")
        assert key.get("/tickets").status == 200
        with context.tenant(acme.ref), unit_of_work():
            Person.objects.filter(id=acme.admin.id).update(role="USER")
        assert_refused(key.get("/tickets"), "FORBIDDEN", reason="scope")

    def test_says_when_it_was_last_used(self, people: People, api: Api, acme: Desk) -> None:
        made = people.agent.post("/api-keys", READ)
        assert made["lastUsedAt"] is None
        key = api.as_token(made["token"])
        key.get("/tickets")
        first = people.agent.get("/api-keys")["data"][0]["lastUsedAt"]
        assert first is not None
        key.get("/tickets")
        assert people.agent.get("/api-keys")["data"][0]["lastUsedAt"] == first, "once a minute"
        change_key(acme, last_used_at=now() - timedelta(minutes=2))
        key.get("/tickets")
        assert people.agent.get("/api-keys")["data"][0]["lastUsedAt"] >= first


class TestAKeyThatIsNotGood:
    def test_is_401_whatever_is_wrong_with_it(self, people: People, api: Api, acme: Desk) -> None:
        token = key_for(acme, acme.agent)
        good = api.as_token(token)
        assert good.get("/tickets").status == 200
        signing = key_signing_keys()[0]
        bad = {
            "cut": token[:-1],
            "changed": token[:40] + ("A" if token[40] != "A" else "B") + token[41:],
            "made up": "hk_" + "A" * 86,
            "signed with another key": new_key_token(acme.ref.id, uuid4(), key=b"x" * 32),
            "signed, but no row": new_key_token(acme.ref.id, uuid4(), key=signing),
            "signed, of nobody's tenant": new_key_token(uuid4(), uuid4(), key=signing),
            "its row's id with another secret": new_key_token(acme.ref.id, self.key_id(acme), key=signing),
        }
        for name, text in bad.items():
            for path in ("/tickets", "/auth/me"):
                answer = api.as_token(text).get(path)
                assert answer.status == 401, (name, answer)
                assert_refused(answer, "UNAUTHORIZED")
                assert text not in answer.response.content.decode()

    def key_id(self, desk: Desk) -> UUID:
        with context.tenant(desk.ref), unit_of_work():
            return ApiKey.objects.get().id

    def test_is_401_once_expired(self, people: People, api: Api, acme: Desk) -> None:
        later = rfc3339(now() + timedelta(days=1))
        made = people.agent.post("/api-keys", READ | {"expiresAt": later})
        assert made["expiresAt"] == later
        assert api.as_token(made["token"]).get("/tickets").status == 200
        change_key(acme, expires_at=now() - timedelta(seconds=1))
        assert_refused(api.as_token(made["token"]).get("/tickets"), "UNAUTHORIZED")

    def test_is_401_while_its_person_is_deactivated(self, people: People, api: Api, acme: Desk) -> None:
        key = api.as_token(key_for(acme, acme.agent))
        people.admin.patch(f"/users/{acme.agent.id}", {"isActive": False})
        assert_refused(key.get("/tickets"), "UNAUTHORIZED")
        people.admin.patch(f"/users/{acme.agent.id}", {"isActive": True})
        assert key.get("/tickets").status == 200

    def test_is_403_where_host_or_header_name_another_tenant(self, api: Api, acme: Desk, globex: Desk) -> None:
        key = api.as_token(key_for(acme, acme.agent))
        for caller in (key.at("globex.localhost"), key.with_(X_Tenant="globex")):
            assert_refused(caller.get("/tickets"), "FORBIDDEN", reason="tenants_differ")
        assert key.at("acme.localhost").get("/tickets").status == 200

    def test_is_403_in_a_suspended_tenant(self, api: Api, acme: Desk) -> None:
        key = api.as_token(key_for(acme, acme.agent))
        with context.platform(), unit_of_work():
            Tenant.objects.filter(id=acme.ref.id).update(is_active=False)
        resolve.forget()
        assert_refused(key.get("/tickets"), "FORBIDDEN", reason="tenant_suspended")

    def test_is_nothing_in_a_cookie(self, api: Api, acme: Desk) -> None:
        token = key_for(acme, acme.agent)
        by_cookie = api.with_(Cookie=f"{cookie_name()}={token}", Sec_Fetch_Site="same-origin")
        assert_refused(by_cookie.get("/tickets"), "UNAUTHORIZED")


class TestManyAtOnce:
    def test_none_waits_for_another_that_notes_its_use(self, own_desk: Callable[[], Desk]) -> None:
        desk = own_desk()
        token = key_for(desk, desk.agent)
        with context.tenant(desk.ref), unit_of_work():
            note_use(ApiKey.objects.get())  # holds the row until the block ends
            with ThreadPoolExecutor(1) as pool:
                assert pool.submit(self.get, token).result(timeout=20) == 200

    def test_fifty_stay_fifty(self, own_desk: Callable[[], Desk], monkeypatch: pytest.MonkeyPatch) -> None:
        desk = own_desk()
        monkeypatch.setattr("helpdesk.api_keys.actions.MOST_KEYS", 2)
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _: self.make(desk), range(4)))
        assert sorted(answers) == ["TooManyKeys", "TooManyKeys", "made", "made"]

    def get(self, token: str) -> int:
        try:
            with context.platform():
                return int(Api(token).get("/tickets").status)
        finally:
            connection.close()

    def make(self, desk: Desk) -> str:
        try:
            key_for(desk, desk.agent, "tickets:read:any")
        except Exception as error:
            return type(error).__name__
        finally:
            connection.close()
        return "made"
