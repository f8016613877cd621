"""Nothing of another tenant is read and nothing changed, by any operation, role and way of naming a tenant.

The operations come from the OpenAPI document, so a new one is tried too. Everything that globex has holds
a canary; every answer is searched for it, and globex's rows are compared after every walk. An admin walks all ways, and
everybody the ways of ESSENCE; the others, which meet the same two doors in other pairs, are slow ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.db import transaction

from helpdesk.people.actions import start_session
from helpdesk.people.credentials import cookie_name
from helpdesk.people.models import Person
from helpdesk.permissions import OPERATIONS, PLATFORM
from helpdesk.vocabulary import Role
from helpdesk.work import unit_of_work
from tenants import context, resolve
from tenants.models import Domain, Tenant
from tests.api import Answer, Api
from tests.conftest import PASSWORD, Desk, token_for
from tests.contracts.errors import assert_refused
from tests.contracts.files import put
from tests.contracts.operations import SIGN_OUT, Operation, Target, operations
from tests.contracts.scene import (
    Home,
    Scene,
    add_invited,
    fingerprint,
    homes,
    make_platform_admin,
    merge_other,
    platform_token,
    set_scene,
)

CANARY = "canary-7f3a"
DOMAIN = "help.globex.example"


@dataclass(frozen=True, slots=True)
class Way:
    """How a call names its tenant; `crosses` where two names of different tenants meet."""

    host: str
    tenant_header: str = ""
    by_cookie: bool = False
    crosses: bool = False

    def caller(self, api: Api, token: str | None) -> Api:
        named = {"X_Tenant": self.tenant_header} if self.tenant_header else {}
        if token and self.by_cookie:
            named |= {"Cookie": f"{cookie_name()}={token}", "Sec_Fetch_Site": "same-origin"}
            token = None
        return api.at(self.host).as_token(token).with_(**named)


WAYS = {
    "platform host": Way("localhost"),
    "platform address": Way("127.0.0.1:8000"),
    "own host": Way("acme.localhost"),
    "own host and header": Way("acme.localhost", "acme"),
    "other host": Way("globex.localhost", crosses=True),
    "other host in capitals": Way("GLOBEX.localhost:8000", crosses=True),
    "other domain": Way(DOMAIN, crosses=True),
    "other header": Way("localhost", "globex", crosses=True),
    "other header in capitals": Way("localhost", "GLOBEX", crosses=True),
    "own host, other header": Way("acme.localhost", "globex", crosses=True),
    "other host, own header": Way("globex.localhost", "acme", crosses=True),
    "other host and header": Way("globex.localhost", "globex", crosses=True),
    "cookie": Way("localhost", by_cookie=True),
    "cookie and other header": Way("localhost", "globex", by_cookie=True, crosses=True),
    "cookie at other host": Way("globex.localhost", by_cookie=True, crosses=True),
}


ESSENCE = frozenset({"platform host", "other header"})
"""One way that leads home, and one that crosses."""


def walks(*people: str) -> pytest.MarkDecorator:
    """Each of them by each way."""
    return pytest.mark.parametrize(
        ("word", "way"),
        [
            pytest.param(
                word,
                way,
                id=f"{word}-{name}",
                marks=() if word == "admin" or name in ESSENCE else pytest.mark.slow,
            )
            for name, way in WAYS.items()
            for word in people
        ],
    )


@dataclass(frozen=True, slots=True)
class Other:
    """What stands in globex, and how it looked before."""

    desk: Desk
    scene: Scene
    target: Target
    before: dict[str, str]
    secrets: tuple[str, ...]

    def require_untouched(self) -> None:
        """After a whole walk: a change that another call takes back has left two rows in the log."""
        after = fingerprint(self.desk.ref)
        assert [table for table in self.before if after[table] != self.before[table]] == []
        assert after == self.before

    def require_unseen(self, answer: Answer) -> None:
        told = answer.response.content.decode(errors="replace") + str(answer.headers.items())
        assert not [secret for secret in self.secrets if secret in told], answer


@pytest.fixture
def other(api: Api, globex: Desk) -> Other:
    """Globex with canaries in every text it has, a host of its own, and closed to strangers."""
    with context.tenant(globex.ref), transaction.atomic():
        Person.objects.update(last_name=CANARY)
        refresh_token = start_session(globex.agent)[1]
    with context.platform(), transaction.atomic():
        Tenant.objects.filter(id=globex.ref.id).update(
            name=f"Globex {CANARY}", settings={"openRegistration": False, "canary": CANARY}
        )
        Domain.objects.create(domain=DOMAIN, tenant_id=globex.ref.id)
    resolve.forget()
    scene = set_scene(globex, word=CANARY)
    target = scene.target(globex, person=globex.agent, comment_id=scene.note_id)
    secrets = (CANARY, str(scene.reply_id), refresh_token, *(person.email for person in globex.everybody()))
    return Other(globex, scene, target, fingerprint(globex.ref), secrets)


class TestEveryOperationWithTheOthersIds:
    @walks("user", "agent", "admin")
    def test_as_somebody_of_acme(self, api: Api, acme: Desk, other: Other, way: Way, word: str) -> None:
        token = self.sign_in(api, acme, word)
        for operation in [one for one in operations() if one.id not in SIGN_OUT]:
            self.try_as_somebody(api, way, operation, other, token)
        # A session that has ended does not come back: who is in now was in at every call.
        assert api.as_token(token).get("/auth/me").status == 200, "some call signed us out"
        for operation in [one for one in operations() if one.id in SIGN_OUT]:
            self.try_as_somebody(api, way, operation, other, self.sign_in(api, acme, word))
        other.require_untouched()

    @walks("nobody")
    def test_as_nobody(self, api: Api, other: Other, way: Way, word: str) -> None:
        for operation in operations():
            answer = self.try_(api, way, operation, other, None)
            if OPERATIONS[operation.id].roles is not None:
                assert answer.status in (401, 403, 404), (operation.id, answer)
        other.require_untouched()

    @walks("platform admin")
    def test_as_a_platform_admin_who_sees_no_tickets(self, api: Api, other: Other, way: Way, word: str) -> None:
        token = platform_token(make_platform_admin())
        for operation in operations():
            if (roles := OPERATIONS[operation.id].roles) is None or roles & PLATFORM:
                continue
            answer = self.try_(api, way, operation, other, token)
            assert answer.status == 403, (operation.id, answer)
        other.require_untouched()

    def sign_in(self, api: Api, acme: Desk, word: str) -> str:
        token = token_for(acme, getattr(acme, word))
        assert api.as_token(token).get("/auth/me").status == 200
        return token

    def try_as_somebody(self, api: Api, way: Way, operation: Operation, other: Other, token: str) -> None:
        answer = self.try_(api, way, operation, other, token)
        if operation.names_an_object:
            assert answer.status in (401, 403, 404), (operation.id, answer)
        if way.crosses and OPERATIONS[operation.id].roles is not None:
            assert_refused(answer, "FORBIDDEN", reason="tenants_differ")

    def try_(self, api: Api, way: Way, operation: Operation, other: Other, token: str | None) -> Answer:
        call = operation.call(other.target)
        answer = way.caller(api, token).call(call.method, call.path, call.body)
        assert answer.status < 500, (operation.id, answer)
        other.require_unseen(answer)
        return answer


@pytest.fixture(scope="class")
def homes_by_role(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[Role, Home]]:
    with django_db_blocker.unblock(), homes() as found:
        yield found


class TestTheTrialsAreReal:
    """With one's own ids the same calls succeed: so what refused above was the tenant."""

    @pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.id)
    def test_the_same_call_at_home(self, homes_by_role: dict[Role, Home], api: Api, operation: Operation) -> None:
        home = homes_by_role[Role.ADMIN]
        target = home.target(person=home.desk.agent)
        if operation.id == "inviteUser":
            target = replace(target, person_id=add_invited(home.desk).id)
        if operation.id == "login":
            target = replace(target, email=home.desk.agent.email, password=PASSWORD)
        if operation.id == "unmergeTicket":
            target = replace(target, ticket_id=merge_other(home.desk, home.scene))
        caller = api.as_(home.desk, home.author)
        roles = OPERATIONS[operation.id].roles
        if roles is not None and Role.ADMIN not in roles:
            caller = api.as_token(platform_token(make_platform_admin()))
        call = operation.call(target)
        if operation.id in ("updateTenant", "patchTenant"):
            call.body.pop("slug"), call.body.pop("isActive"), call.body.pop("domains")  # an admin may not change these
        if operation.id == "registerAttachment":
            put(target.upload_key)
        answer = caller.call(call.method, call.path, call.body)
        is_led = answer.status == 302 and operation.id in ("downloadAttachment", "downloadExport")
        assert 200 <= answer.status < 300 or is_led, answer

    def test_the_canary_is_there_for_its_owners(self, api: Api, globex: Desk, other: Other) -> None:
        for path in (f"/tickets/{other.scene.ticket_id}", "/tickets", "/auth/me", f"/tenants/{globex.ref.id}"):
            answer = api.as_(globex, globex.admin).get(path)
            assert CANARY in answer.response.content.decode(errors="replace"), path

    def test_the_fingerprint_sees_a_change(self, api: Api, globex: Desk, other: Other) -> None:
        answer = api.as_(globex, globex.agent).patch(f"/tickets/{other.scene.ticket_id}", {"priority": "low"})
        assert answer.status == 200
        changed = {name for name, digest in fingerprint(globex.ref).items() if digest != other.before[name]}
        assert {"ticket", "event", "event_head"} <= changed


class TestSigningInElsewhere:
    """The sign-in operations with another tenant's names, addresses and tokens."""

    @pytest.fixture
    def refresh_token(self, acme: Desk, api: Api) -> str:
        with context.tenant(acme.ref), unit_of_work():
            return start_session(acme.user)[1]

    @pytest.mark.parametrize("host", ["globex.localhost", DOMAIN])
    def test_a_refresh_token_is_worth_nothing_in_another_tenant(
        self, api: Api, other: Other, refresh_token: str, host: str
    ) -> None:
        answer = api.at(host).post("/auth/refresh", {"refreshToken": refresh_token})
        assert_refused(answer, "UNAUTHORIZED")
        other.require_unseen(answer)
        other.require_untouched()

    @pytest.mark.parametrize("host", ["globex.localhost", DOMAIN])
    def test_an_address_and_password_of_acme_do_not_sign_in_to_globex(self, api: Api, other: Other, host: str) -> None:
        answer = api.at(host).post("/auth/login", {"email": "agent@acme.example", "password": PASSWORD})
        assert_refused(answer, "UNAUTHORIZED", reason="wrong_credentials")
        other.require_unseen(answer)
        other.require_untouched()

    def test_a_body_that_names_another_tenant_than_the_host_is_refused(
        self, api: Api, acme: Desk, globex: Desk
    ) -> None:
        named: list[dict[str, Any]] = [{"tenantSlug": "globex"}, {"tenantId": str(globex.ref.id)}]
        for body in named:
            answer = api.at("acme.localhost").post(
                "/auth/login", body | {"email": "user@globex.example", "password": PASSWORD}
            )
            assert_refused(answer, "FORBIDDEN", reason="tenants_differ")

    def test_a_body_that_names_two_tenants_is_refused(self, api: Api, acme: Desk, globex: Desk) -> None:
        body = {"tenantSlug": "globex", "tenantId": str(acme.ref.id), "email": "a@b.example", "password": PASSWORD}
        assert_refused(api.post("/auth/login", body), "FORBIDDEN", reason="tenants_differ")

    def test_a_persons_id_does_not_reach_into_another_tenant(self, api: Api, acme: Desk, globex: Desk) -> None:
        """A token whose tenant was exchanged cannot be made; one whose person is of elsewhere is nobody."""
        foreign = token_for(globex, globex.agent)
        for person in (acme.agent, globex.agent):
            crossed = _retold(foreign, tenantId=str(acme.ref.id), uid=str(person.id))
            assert_refused(api.as_token(crossed).get("/tickets"), "UNAUTHORIZED")


def _retold(token: str, **claims: Any) -> str:
    """The token with other claims, signed with our own key: as if the key were the only guard."""
    import jwt
    from django.conf import settings

    told = jwt.decode(token, options={"verify_signature": False})
    return jwt.encode(told | claims, settings.SECRET_KEY, algorithm="HS256")
