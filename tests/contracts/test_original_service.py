"""What the original service's list promises, line by line, and each way in which it broke its promises, refused.

That a database which is away signs nobody out stands in test_without_database.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import bcrypt
import jwt
import pytest
from django.conf import settings

from helpdesk.vocabulary import Role
from tests.api import Answer, Api
from tests.conftest import PASSWORD, Desk
from tests.contracts.errors import assert_refused
from tests.contracts.files import put
from tests.contracts.operations import UPLOADED, Target
from tests.contracts.scene import Home, make_platform_admin, platform_token, set_scene

EVERYBODY = frozenset({Role.REQUESTER, Role.AGENT, Role.ADMIN})
STAFF = frozenset({Role.AGENT, Role.ADMIN})
ADMINS = frozenset({Role.ADMIN})
PLATFORM = frozenset({Role.PLATFORM_ADMIN})
TICKET = "id number title description status priority requesterId requester createdById createdBy assignedToId"
TICKET += " assignedTo tags customFields version lastActivityAt createdAt updatedAt"
COMMENT = "id ticketId authorId authorName author content isInternal createdAt updatedAt editedAt"
USER = "id email firstName lastName name role roles scopes tenantId enabled isActive createdAt updatedAt"
USER += " emailConfirmed invitedAt"
WEBHOOK = "id tenantId url events description isActive includeInternal createdAt updatedAt"
TENANT = "id name slug settings isActive createdAt updatedAt"
NOTIFICATION = "id type userId title message data isRead createdAt"
ATTACHMENT = "id ticketId filename fileUrl fileSize mimeType createdAt"
UPLOAD_URL = "uploadUrl method headers key fileUrl expiresAt"
SIGNED_IN = "token accessToken refreshToken tokenType expiresIn user"
NEW_TICKET = {"title": "The VPN drops", "description": "Every ten minutes.", "priority": "HIGH"}
HOOK = {"url": "https://receiver.example/hook", "events": ["TICKET_CREATED", "COMMENT_ADDED"]}
FILE = {"filename": "log.txt", "mimeType": "text/plain", "fileSize": len(UPLOADED)}
NEWCOMER = {"email": "New@comer.example", "password": "a-password", "firstName": "New", "lastName": "Comer"}
MORE: list[dict[str, Any]] = [{"role": "ADMIN"}, {"roles": ["ROLE_ADMIN"]}, {"scopes": ["*"]}, {"isActive": True}]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the list: what is asked, what comes back, and who may ask."""

    asked: str
    status: int
    shape: str = ""
    """The fields of the answer, or of each row where `listed`."""
    listed: bool = False
    who: frozenset[Role] = EVERYBODY
    body: dict[str, Any] | None = None


LINES = [
    Line("GET /auth/me", 200, USER, who=EVERYBODY | PLATFORM),
    Line("POST /tickets", 201, TICKET, body=NEW_TICKET),
    Line("GET /tickets", 200, TICKET, listed=True),
    Line("GET /tickets/{ticketId}", 200, f"{TICKET} comments attachments activities"),
    Line("PUT /tickets/{ticketId}", 200, TICKET, body={"title": "Since Monday"}),
    Line("DELETE /tickets/{ticketId}", 204, who=ADMINS),
    Line("POST /tickets/{ticketId}/comments", 201, COMMENT, body={"content": "Now it holds."}),
    Line("GET /tickets/{ticketId}/comments", 200, COMMENT, listed=True),
    Line("PUT /tickets/{ticketId}/comments/{commentId}", 200, COMMENT, body={"content": "No."}),
    Line("DELETE /tickets/{ticketId}/comments/{commentId}", 204),
    Line("POST /tickets/{ticketId}/attachments/upload-url", 200, UPLOAD_URL, body=FILE),
    Line("GET /tickets/{ticketId}/attachments", 200, ATTACHMENT, listed=True),
    Line("DELETE /tickets/{ticketId}/attachments/{attachmentId}", 204),
    Line("POST /webhooks", 201, f"{WEBHOOK} secret", who=STAFF, body=HOOK),
    Line("GET /webhooks", 200, WEBHOOK, listed=True, who=STAFF),
    Line("PUT /webhooks/{webhookId}", 200, WEBHOOK, who=STAFF, body={"isActive": False}),
    Line("DELETE /webhooks/{webhookId}", 204, who=STAFF),
    Line("POST /tenants", 201, TENANT, who=PLATFORM, body={"name": "Initech", "slug": "initech"}),
    Line("GET /tenants", 200, TENANT, listed=True, who=PLATFORM),
    Line("GET /tenants/{tenantId}", 200, TENANT, who=PLATFORM | ADMINS),
    Line("PUT /tenants/{tenantId}", 200, TENANT, who=PLATFORM | ADMINS, body={"name": "Acme Inc."}),
    Line("DELETE /tenants/{tenantId}?confirm={slug}", 204, who=PLATFORM),
    Line("GET /notifications", 200, NOTIFICATION, listed=True),
    Line("PUT /notifications/{notificationId}/read", 200, NOTIFICATION),
    Line("PUT /notifications/read-all", 200, "updated"),
    Line("DELETE /notifications/{notificationId}", 204),
]


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody of a role (None: nobody), and things of their own to name."""

    api: Api
    target: Target

    def ask(self, line: Line) -> Answer:
        verb, path = line.asked.split(" ")
        return self.api.call(verb, path.format(slug=self.target.slug, **self.target.ids()), line.body)


@pytest.fixture
def caller(api: Api, home_of: dict[Role, Home]) -> Callable[[Role | None], Caller]:
    def of(role: Role | None) -> Caller:
        home = home_of.get(role or Role.AGENT, home_of[Role.AGENT])
        target = home.target(person=home.author)
        if role is None:
            return Caller(api, target)
        if role is Role.PLATFORM_ADMIN:
            return Caller(api.as_token(platform_token(make_platform_admin())), target)
        return Caller(api.as_(home.desk, home.author), target)

    return of


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.asked)
class TestEveryLine:
    @pytest.mark.parametrize("role", Role)
    def test_works_for_whom_it_is(self, line: Line, role: Role, caller: Callable[[Role | None], Caller]) -> None:
        answer = caller(role).ask(line)
        if role not in line.who:
            assert_refused(answer, "FORBIDDEN")
            return
        assert answer.status == line.status, answer
        if line.status == 204:
            assert answer.body is None
            return
        rows = answer["data"] if line.listed else [answer.body]
        assert rows
        for row in rows:
            assert set(line.shape.split()) <= set(row), answer

    def test_is_nobodys(self, line: Line, caller: Callable[[Role | None], Caller]) -> None:
        assert_refused(caller(None).ask(line), "UNAUTHORIZED")


class TestAFile:
    def test_is_attached_once_it_was_uploaded(self, api: Api, acme: Desk) -> None:
        scene, user = set_scene(acme, author=acme.user), api.as_(acme, acme.user)
        path = f"/tickets/{scene.ticket_id}/attachments"
        put(scene.upload_key)
        attached = user.post(path, FILE | {"fileUrl": scene.file_url})
        assert attached.status == 201, attached
        assert set(ATTACHMENT.split()) <= set(attached.body)
        assert attached["id"] in [row["id"] for row in user.get(path)["data"]]

    @pytest.mark.parametrize(
        "named",
        [
            {"fileUrl": "javascript:alert(1)"},
            {"fileUrl": "http://169.254.169.254/latest/meta-data/"},
            {"key": "../../other-tenant/file"},
            {"key": "uploads/anything"},
        ],
    )
    def test_is_no_address_and_no_key_of_the_clients(self, named: dict[str, str], api: Api, acme: Desk) -> None:
        path = f"/tickets/{set_scene(acme).ticket_id}/attachments"
        refused = api.as_(acme, acme.agent).post(path, FILE | named)
        assert_refused(refused, "VALIDATION_ERROR", field=next(iter(named)))

    def test_stays_on_its_ticket(self, api: Api, acme: Desk) -> None:
        scene, stranger = set_scene(acme, author=acme.user), api.as_(acme, acme.other_user)
        own = stranger.post("/tickets", NEW_TICKET)["id"]
        for ticket_id in (own, scene.ticket_id):
            file = f"/tickets/{ticket_id}/attachments/{scene.attachment_id}"
            assert_refused(stranger.get(f"{file}/file"), "NOT_FOUND")
            assert_refused(stranger.delete(file), "NOT_FOUND")


class TestSigningIn:
    def test_registers_and_signs_in_and_the_api_takes_its_token(self, api: Api, acme: Desk) -> None:
        registered = api.post("/auth/register", NEWCOMER | {"tenantId": str(acme.ref.id)})
        assert registered.status == 201
        assert set(SIGNED_IN.split()) <= set(registered.body)
        assert set(USER.split()) <= set(registered["user"])
        login = api.post("/auth/login", {"email": "new@comer.example", "password": "a-password"})
        assert login.status == 200
        assert login["token"] == login["accessToken"]
        signed_in = api.as_token(login["token"])
        assert signed_in.get("/auth/me")["email"] == "new@comer.example"
        assert signed_in.post("/tickets", NEW_TICKET).status == 201, "the original's API refused its own token"

    @pytest.mark.parametrize("more", MORE)
    def test_registers_nobody_as_an_admin(self, more: dict[str, Any], api: Api, acme: Desk) -> None:
        refused = api.post("/auth/register", NEWCOMER | {"tenantSlug": "acme"} | more)
        assert_refused(refused, "VALIDATION_ERROR", field=next(iter(more)))
        plain = api.post("/auth/register", NEWCOMER | {"tenantSlug": "acme"})
        assert (plain["user"]["role"], plain["user"]["roles"]) == ("USER", ["ROLE_USER"])

    def test_tells_by_no_work_who_exists(self, api: Api, acme: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        """As many hashes are checked for an address that nobody has: the time is theirs."""
        costs: list[str] = []
        check = bcrypt.checkpw

        def counted(password: bytes, hashed: bytes) -> bool:
            costs.append(hashed.decode()[:7])
            return check(password, hashed)

        monkeypatch.setattr(bcrypt, "checkpw", counted)
        wrong = {"password": "wrong-password", "tenantSlug": "acme"}
        emails = (acme.user.email, "nobody@acme.example")
        answers = [api.post("/auth/login", wrong | {"email": email}) for email in emails]
        assert len(costs) == 2
        assert costs[0] == costs[1]
        known, unknown = ({**answer.body, "timestamp": "", "requestId": ""} for answer in answers)
        assert known == unknown


class TestWhatBroke:
    def test_a_tenants_admin_touches_no_other_tenant(self, api: Api, acme: Desk, globex: Desk) -> None:
        admin = api.as_(acme, acme.admin)
        other = f"/tenants/{globex.ref.id}"
        for verb, body in (("PUT", {"name": "Ours now"}), ("PATCH", {"isActive": False}), ("GET", None)):
            assert_refused(admin.call(verb, other, body), "NOT_FOUND")
        assert_refused(admin.delete(f"{other}?confirm=globex"), "FORBIDDEN")
        assert_refused(admin.get("/tenants"), "FORBIDDEN")
        root = api.as_token(platform_token(make_platform_admin()))
        assert root.get(other)["name"] == globex.ref.name

    @pytest.mark.parametrize("nested", ["tenant", "users", "tickets", "tenantId", "id"])
    def test_nor_through_something_nested_in_its_own(self, nested: str, api: Api, acme: Desk, globex: Desk) -> None:
        admin = api.as_(acme, acme.admin)
        id_ = str(globex.ref.id)
        inner: Any = {"update": {"where": {"id": id_}, "data": {"name": "Ours now"}}, "deleteMany": {}}
        value = id_ if nested in ("tenantId", "id") else inner
        assert_refused(admin.put(f"/tenants/{acme.ref.id}", {nested: value}), "VALIDATION_ERROR", field=nested)
        ticket = admin.post("/tickets", NEW_TICKET)
        assert_refused(admin.put(f"/tickets/{ticket['id']}", {nested: value}), "VALIDATION_ERROR", field=nested)
        assert_refused(admin.patch(f"/users/{acme.user.id}", {nested: value}), "VALIDATION_ERROR", field=nested)

    def test_a_webhook_stays_in_its_tenant(self, api: Api, acme: Desk, globex: Desk) -> None:
        admin = api.as_(acme, acme.admin)
        made = admin.post("/webhooks", HOOK)
        for body in ({"tenantId": str(globex.ref.id)}, {"tenant": {"connect": {"id": str(globex.ref.id)}}}):
            assert_refused(admin.put(f"/webhooks/{made['id']}", body), "VALIDATION_ERROR")
        assert admin.get(f"/webhooks/{made['id']}")["tenantId"] == str(acme.ref.id)
        assert_refused(api.as_(globex, globex.admin).get(f"/webhooks/{made['id']}"), "NOT_FOUND")

    def test_a_requester_neither_reads_nor_writes_notes(self, api: Api, acme: Desk) -> None:
        scene = set_scene(acme)
        user = api.as_(acme, acme.user)
        path = f"/tickets/{scene.ticket_id}"
        for seen in (user.get(f"{path}/comments"), user.get(path), user.get(f"{path}/timeline")):
            assert str(scene.note_id) not in str(seen.body)
            assert "scene note" not in str(seen.body)
        refused = user.post(f"{path}/comments", {"content": "A note", "isInternal": True})
        assert_refused(refused, "FORBIDDEN", field="isInternal")
        for verb, body in (("PUT", {"content": "Gone"}), ("DELETE", None)):
            assert_refused(user.call(verb, f"{path}/comments/{scene.note_id}", body), "NOT_FOUND")

    def test_whoever_is_deactivated_is_out_at_once(self, api: Api, acme: Desk) -> None:
        user, admin = api.as_(acme, acme.user), api.as_(acme, acme.admin)
        assert user.get("/tickets").status == 200
        assert admin.patch(f"/users/{acme.user.id}", {"isActive": False}).status == 200
        assert_refused(user.get("/tickets"), "UNAUTHORIZED")
        login = {"email": acme.user.email, "password": PASSWORD, "tenantSlug": "acme"}
        assert_refused(api.post("/auth/login", login), "UNAUTHORIZED")

    def test_a_token_without_an_end_is_none(self, api: Api, acme: Desk) -> None:
        token = api.as_(acme, acme.user).token
        assert token is not None
        claims = jwt.decode(token, options={"verify_signature": False})
        del claims["exp"]
        endless = jwt.encode(claims, settings.SECRET_KEY, algorithm="HS256")
        assert_refused(api.as_token(endless).get("/tickets"), "UNAUTHORIZED")
        assert api.as_token(token).get("/tickets").status == 200

    def test_pages_are_pages(self, api: Api, acme: Desk) -> None:
        agent = api.as_(acme, acme.agent)
        numbers = [agent.post("/tickets", NEW_TICKET)["number"] for _ in range(5)]
        page = agent.get("/tickets?page=2&limit=2&sortBy=number&sortOrder=desc")
        assert [row["number"] for row in page["data"]] == sorted(numbers, reverse=True)[2:4]
        assert (page["meta"]["page"], page["meta"]["limit"], page["meta"]["total"]) == (2, 2, 5)
        assert_refused(agent.get("/tickets?limit=1000"), "VALIDATION_ERROR", field="limit")

    def test_tickets_are_assigned(self, api: Api, acme: Desk, globex: Desk) -> None:
        agent = api.as_(acme, acme.agent)
        path = f"/tickets/{agent.post('/tickets', NEW_TICKET)['id']}"
        assigned = agent.put(path, {"assignedToId": str(acme.ada.id)})
        assert (assigned["assignedToId"], assigned["assignedTo"]["firstName"]) == (str(acme.ada.id), "Ada")
        assert agent.get(f"/tickets?assignedToId={acme.ada.id}")["meta"]["total"] == 1
        for nobody_here in (globex.agent.id, acme.user.id, uuid4()):
            refused = agent.put(path, {"assignedToId": str(nobody_here)})
            assert_refused(refused, "VALIDATION_ERROR", field="assignedToId")

    @pytest.mark.parametrize("raw", [b'{"title": ', b"[1,", b"\xff\xfe", b"", b'"text"', b"null"])
    def test_json_that_is_none_is_a_bad_request(self, raw: bytes, api: Api, acme: Desk) -> None:
        answer = api.as_(acme, acme.agent).call("POST", "/tickets", raw=raw)
        assert answer.status == 400, answer
        assert_refused(answer, answer["code"])

    def test_a_forged_header_makes_no_new_caller(self, api: Api, acme: Desk, settings: Any) -> None:
        settings.HUB_RATE_LIMITING = True
        settings.HUB_LIMITS = settings.HUB_LIMITS | {"anonymous": "3/1h"}
        forged = [{"X_Forwarded_For": f"203.0.113.{at}", "X_Real_IP": f"203.0.113.{at}"} for at in range(5)]
        assert_refused([api.with_(**headers).get("/auth/me") for headers in forged][-1], "RATE_LIMITED")
