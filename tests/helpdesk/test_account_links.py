"""Inviting, confirming, resetting: the link in the mail works once, for its person, its purpose and its tenant."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from helpdesk.events.queries import LogRow
from helpdesk.mail.models import Mail
from helpdesk.people.actions import set_password
from helpdesk.people.models import AccountLink, Person, Session
from helpdesk.people.passwords import hash_password
from helpdesk.people.rules import MOST_LINKS_AN_HOUR
from helpdesk.work import unit_of_work
from tenants import context, resolve
from tenants.models import Tenant
from tenants.signin import steady
from tests.api import Answer, Api
from tests.conftest import PASSWORD, Desk, token_for
from tests.contracts.errors import assert_refused
from tests.helpdesk.conftest import People
from tests.helpdesk.log import payload
from tests.outbox import deliver, inbox

Recorded = Callable[[], list[LogRow]]
NEW = "a-much-better-password"
GRACE = {"email": "Grace@New.example", "firstName": "Grace", "lastName": "Hopper", "role": "agent"}
REGISTER = {"email": "new@new.example", "password": PASSWORD, "name": "New One", "tenantSlug": "acme"}
_TOKEN = re.compile(r"/account/(\w+)#token=([\w-]+)")


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steady, "STEP_S", 0.001)


def person_of(desk: Desk, email: str) -> Person:
    with context.tenant(desk.ref), unit_of_work():
        return Person.objects.get(email=email.lower())


def links_in(desk: Desk, email: str) -> list[tuple[str, str]]:
    """Purpose and token of every mail to somebody, oldest first, after everything was delivered."""
    person = person_of(desk, email)
    with context.tenant(desk.ref):
        deliver(desk)
        with unit_of_work():
            mails = inbox(person)
    found = [_TOKEN.search(mail.text) for mail in mails]
    return [(match[1], match[2]) for match in found if match]


def last_link(desk: Desk, email: str) -> str:
    return links_in(desk, email)[-1][1]


@pytest.fixture
def invited(people: People, acme: Desk) -> str:
    """The token of an invitation to Grace, who is to be an agent."""
    assert people.admin.post("/users", GRACE).status == 201
    return last_link(acme, GRACE["email"])


@pytest.fixture
def reset_token(api: Api, acme: Desk) -> str:
    assert api.post("/auth/forgot", {"email": acme.user.email}).status == 202
    return last_link(acme, acme.user.email)


def accept(api: Api, token: str, password: str = NEW) -> Answer:
    return api.post("/auth/accept", {"token": token, "password": password})


def reset(api: Api, token: str, password: str = NEW) -> Answer:
    return api.post("/auth/reset", {"token": token, "password": password})


def assert_ended(answer: Answer) -> None:
    assert_refused(answer, "VALIDATION_ERROR", field="token", reason="link_ended")


class TestInviting:
    def test_makes_somebody_who_cannot_sign_in_yet(self, people: People, api: Api, recorded: Recorded) -> None:
        answer = people.admin.post("/users", GRACE)
        assert answer.status == 201
        assert (answer["email"], answer["role"], answer["emailConfirmed"]) == ("grace@new.example", "AGENT", False)
        assert answer["invitedAt"]
        assert [event.type for event in recorded()] == ["user.created", "account_link.sent"]
        for password in ("", " ", PASSWORD):
            refused = api.post("/auth/login", {"email": GRACE["email"], "password": password})
            assert refused.status in (400, 401), password

    def test_mails_a_link_that_lets_them_in(self, api: Api, acme: Desk, invited: str, recorded: Recorded) -> None:
        answer = accept(api, invited)
        assert answer.status == 200
        assert (answer["user"]["role"], answer["user"]["emailConfirmed"], answer["user"]["invitedAt"]) == (
            "AGENT",
            True,
            None,
        )
        assert any(name.startswith("hub_session") for name in answer.cookies)
        assert api.as_token(answer["token"]).get("/auth/me")["email"] == "grace@new.example"
        assert api.post("/auth/login", {"email": GRACE["email"], "password": NEW}).status == 200
        (event,) = [row for row in recorded() if row.type == "user.updated"]
        assert payload(event)["changes"]["emailConfirmed"] == [False, True]
        assert_ended(accept(api, invited))

    def test_says_who_invites_and_until_when(self, people: People, acme: Desk, invited: str) -> None:
        with context.tenant(acme.ref), unit_of_work():
            (mail,) = inbox(person_of(acme, GRACE["email"]))
        assert mail.subject == "Acme invites you"
        assert acme.admin.name in mail.text
        assert "UTC" in mail.text
        assert invited in mail.html
        assert "List-Unsubscribe" not in mail.headers

    def test_again_ends_the_one_before(self, people: People, api: Api, acme: Desk, invited: str) -> None:
        path = f"/users/{person_of(acme, GRACE['email']).id}/invite"
        assert people.admin.post(path).status == 202
        assert_ended(accept(api, invited))
        assert accept(api, last_link(acme, GRACE["email"])).status == 200
        assert_refused(people.admin.post(path), "CONFLICT", reason="has_accepted")

    def test_is_not_done_where_it_is_not_wanted(self, people: People, acme: Desk, recorded: Recorded) -> None:
        quiet = people.admin.post("/users", GRACE | {"invite": False})
        assert (quiet.status, quiet["invitedAt"]) == (201, None)
        assert [event.type for event in recorded()] == ["user.created"]
        assert people.admin.post(f"/users/{quiet['id']}/invite").status == 202

    def test_is_the_admins_and_needs_an_address_nobody_has(self, people: People, acme: Desk) -> None:
        for caller in (people.user, people.agent):
            assert_refused(caller.post("/users", GRACE), "FORBIDDEN")
            assert_refused(caller.post(f"/users/{acme.user.id}/invite"), "FORBIDDEN")
        taken = people.admin.post("/users", GRACE | {"email": acme.ada.email.upper()})
        assert_refused(taken, "CONFLICT", reason="email_taken")
        assert_refused(people.admin.post(f"/users/{acme.user.id}/invite"), "CONFLICT", reason="has_accepted")
        assert_refused(people.admin.post(f"/users/{uuid4()}/invite"), "NOT_FOUND")

    def test_floods_nobody(self, people: People, acme: Desk, invited: str) -> None:
        path = f"/users/{person_of(acme, GRACE['email']).id}/invite"
        for _ in range(MOST_LINKS_AN_HOUR - 1):
            assert people.admin.post(path).status == 202
        assert_refused(people.admin.post(path), "CONFLICT", reason="too_many_links")

    def test_goes_to_the_new_address_when_it_was_mistyped(
        self, people: People, api: Api, acme: Desk, invited: str
    ) -> None:
        grace = person_of(acme, GRACE["email"])
        assert people.admin.patch(f"/users/{grace.id}", {"email": "right@new.example"}).status == 200
        assert_ended(accept(api, invited))
        assert accept(api, last_link(acme, "right@new.example"))["user"]["email"] == "right@new.example"

    def test_ends_when_they_are_deactivated(self, people: People, api: Api, acme: Desk, invited: str) -> None:
        grace = person_of(acme, GRACE["email"])
        people.admin.patch(f"/users/{grace.id}", {"isActive": False})
        assert_refused(people.admin.post(f"/users/{grace.id}/invite"), "CONFLICT", reason="deactivated")
        people.admin.patch(f"/users/{grace.id}", {"isActive": True})
        assert_ended(accept(api, invited))

    def test_takes_only_a_good_password(self, api: Api, invited: str) -> None:
        for password in ("short", "x" * 73, "", None):
            assert_refused(accept(api, invited, password), "VALIDATION_ERROR")  # type: ignore[arg-type]
        assert accept(api, invited).status == 200


class TestForgetting:
    def test_mails_a_link_to_a_new_password(self, api: Api, acme: Desk, reset_token: str) -> None:
        elsewhere = api.as_(acme, acme.user)
        answer = reset(api, reset_token)
        assert (answer.status, answer["user"]["emailConfirmed"]) == (200, True)
        assert elsewhere.get("/auth/me").status == 401, "every other session ends"
        assert api.as_token(answer["token"]).get("/auth/me").status == 200
        login = {"email": acme.user.email, "tenantSlug": "acme"}
        assert api.post("/auth/login", login | {"password": PASSWORD}).status == 401
        assert api.post("/auth/login", login | {"password": NEW}).status == 200
        assert_ended(reset(api, reset_token, "yet-another-password"))

    def test_answers_alike_whoever_asks(self, people: People, api: Api, acme: Desk, recorded: Recorded) -> None:
        people.admin.post("/users", GRACE)
        people.admin.patch(f"/users/{acme.ada.id}", {"isActive": False})
        recorded()
        known = api.post("/auth/forgot", {"email": acme.user.email.upper()})
        sent = recorded()
        assert [payload(row)["data"]["purpose"] for row in sent] == ["reset"]
        assert payload(sent[0])["actor"] is None
        for email in ("nobody@acme.example", acme.ada.email, GRACE["email"], "root@platform.example"):
            for named in ({}, {"tenantSlug": "acme"}):
                answer = api.post("/auth/forgot", {"email": email, **named})
                assert (answer.status, answer.body) == (known.status, known.body) == (202, known.body), email
        assert recorded() == [], "nobody else gets a mail"
        assert_refused(api.post("/auth/forgot", {"email": "nobody"}), "VALIDATION_ERROR", field="email")

    def test_floods_nobody_and_says_nothing(self, api: Api, acme: Desk, recorded: Recorded) -> None:
        for _ in range(MOST_LINKS_AN_HOUR + 2):
            assert api.post("/auth/forgot", {"email": acme.user.email}).status == 202
        assert len(recorded()) == MOST_LINKS_AN_HOUR

    def test_mails_from_every_tenant_that_knows_the_address(
        self, people: People, api: Api, acme: Desk, globex: Desk
    ) -> None:
        both = {"email": "both@new.example", "password": PASSWORD, "firstName": "B", "lastName": "B"}
        for slug in ("acme", "globex"):
            assert api.post("/auth/register", both | {"tenantSlug": slug}).status == 201
        assert api.post("/auth/forgot", {"email": both["email"]}).status == 202
        for desk in (acme, globex):
            assert [purpose for purpose, _ in links_in(desk, both["email"])] == ["confirmation", "reset"]
        assert api.at("acme.localhost").post("/auth/forgot", {"email": both["email"]}).status == 202
        assert [len(links_in(desk, both["email"])) for desk in (acme, globex)] == [3, 2]

    def test_ends_when_the_password_changes(self, people: People, api: Api, reset_token: str) -> None:
        change = {"currentPassword": PASSWORD, "newPassword": NEW}
        assert people.user.post("/auth/password", change).status == 204
        assert_ended(reset(api, reset_token, "yet-another-password"))

    def test_ends_when_the_address_changes(self, people: People, api: Api, acme: Desk, reset_token: str) -> None:
        people.admin.patch(f"/users/{acme.user.id}", {"email": "elsewhere@acme.example"})
        assert_ended(reset(api, reset_token))

    def test_ends_with_time(self, api: Api, acme: Desk, reset_token: str) -> None:
        with context.tenant(acme.ref), unit_of_work():
            AccountLink.objects.update(expires_at="2020-01-01T00:00:00Z")
        assert_ended(reset(api, reset_token))


class TestConfirming:
    def test_follows_registering(self, api: Api, acme: Desk, recorded: Recorded) -> None:
        assert api.post("/auth/signup", REGISTER)["user"]["emailConfirmed"] is False
        ((purpose, token),) = links_in(acme, REGISTER["email"])
        assert purpose == "confirmation"
        recorded()
        answer = api.post("/auth/confirm", {"token": token})
        assert answer.body == {"email": "new@new.example", "emailConfirmed": True}
        assert person_of(acme, REGISTER["email"]).email_confirmed_at is not None
        assert [event.type for event in recorded()] == ["user.updated"]
        assert_ended(api.post("/auth/confirm", {"token": token}))

    def test_is_asked_for_again(self, people: People, api: Api, acme: Desk) -> None:
        answer = people.user.post("/users/me/confirmation")
        assert (answer.status, answer["emailConfirmed"]) == (202, False)
        assert api.post("/auth/confirm", {"token": last_link(acme, acme.user.email)}).status == 200
        assert_refused(people.user.post("/users/me/confirmation"), "CONFLICT", reason="is_confirmed")

    def test_is_of_one_address(self, people: People, api: Api, acme: Desk, recorded: Recorded) -> None:
        people.user.post("/users/me/confirmation")
        old = last_link(acme, acme.user.email)
        assert api.post("/auth/confirm", {"token": old}).status == 200
        recorded()
        changed = people.admin.patch(f"/users/{acme.user.id}", {"email": "other@acme.example"})
        assert changed["emailConfirmed"] is False
        event, sent = recorded()
        assert payload(event)["changes"]["emailConfirmed"] == [True, False]
        assert sent.type == "account_link.sent"
        assert api.post("/auth/confirm", {"token": last_link(acme, "other@acme.example")}).status == 200


class TestALinkThatIsNotGood:
    def test_is_refused_for_another_purpose(self, api: Api, invited: str, reset_token: str) -> None:
        assert_ended(reset(api, invited))
        assert_ended(accept(api, reset_token))
        assert_ended(api.post("/auth/confirm", {"token": reset_token}))
        assert reset(api, reset_token).status == accept(api, invited).status == 200

    def test_is_refused_where_anything_was_changed(self, api: Api, reset_token: str) -> None:
        for place in range(0, len(reset_token), 7):
            other = "A" if reset_token[place] != "A" else "B"
            assert_ended(reset(api, reset_token[:place] + other + reset_token[place + 1 :]))
        for token in ("x", "=" * 86, "ü" * 86, "A" * 86, reset_token + "A", reset_token[:-1], "💥" * 40):
            assert_ended(reset(api, token))
        for body in ({}, {"token": ""}, {"token": 5, "password": NEW}, {"token": "x" * 201, "password": NEW}):
            assert_refused(api.post("/auth/reset", body), "VALIDATION_ERROR")

    def test_is_refused_at_another_tenants_host(self, api: Api, globex: Desk, reset_token: str) -> None:
        assert_refused(reset(api.at("globex.localhost"), reset_token), "FORBIDDEN", reason="tenants_differ")
        assert reset(api.at("acme.localhost"), reset_token).status == 200

    def test_is_refused_in_a_suspended_tenant(self, api: Api, acme: Desk, reset_token: str) -> None:
        with context.platform(), unit_of_work():
            Tenant.objects.filter(id=acme.ref.id).update(is_active=False)
        resolve.forget()
        assert_refused(reset(api, reset_token), "FORBIDDEN", reason="tenant_suspended")

    def test_is_refused_from_another_sites_page(self, api: Api, reset_token: str) -> None:
        foreign = api.with_(Sec_Fetch_Site="cross-site")
        assert_refused(reset(foreign, reset_token), "FORBIDDEN", reason="foreign_origin")
        assert_refused(foreign.post("/auth/forgot", {"email": "a@b.example"}), "FORBIDDEN", reason="foreign_origin")


class TestTheMail:
    def test_is_not_written_once_the_link_has_ended(self, people: People, acme: Desk) -> None:
        grace = people.admin.post("/users", GRACE)
        people.admin.post(f"/users/{grace['id']}/invite")
        links = links_in(acme, GRACE["email"])
        assert len(links) == 1
        with context.tenant(acme.ref), unit_of_work():
            states = Mail.objects.filter(person_id=grace["id"]).values_list("state", flat=True)
            assert sorted(states) == ["dropped", "sent"]

    def test_keeps_its_link_out_of_what_agents_and_the_log_see(
        self, people: People, acme: Desk, invited: str, recorded: Recorded
    ) -> None:
        listed = people.admin.get("/mails").response.content.decode()
        assert '"invitation"' in listed
        assert invited not in listed
        with context.tenant(acme.ref), unit_of_work(), connection.cursor() as cursor:
            for table in ("event", "mail", "account_link", "person"):
                cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{invited}%"])
                assert cursor.fetchone() == (0,), table

    def test_may_be_written_anew_but_not_without_its_link(self, people: People, acme: Desk) -> None:
        path = "/mail-templates/invitation"
        assert_refused(people.admin.put(path, {"text": "Come in!"}), "VALIDATION_ERROR", reason="missing_link")
        in_subject = people.admin.put(path, {"subject": "{{ link.url }}"})
        assert_refused(in_subject, "VALIDATION_ERROR", field="subject", reason="unknown_placeholder")
        assert people.admin.put(path, {"text": "Come in: {{ link.url }}"}).status == 200
        assert "/account/" in people.admin.post(f"{path}/preview", {})["text"]
        people.admin.post("/users", GRACE)
        last_link(acme, GRACE["email"])
        with context.tenant(acme.ref), unit_of_work():
            (mail,) = inbox(person_of(acme, GRACE["email"]))
        assert mail.text.startswith("Come in: http://acme.localhost")


class TestTwoAtOnce:
    @pytest.fixture
    def desk(self, own_desk: Callable[[], Desk]) -> Desk:
        return own_desk()

    def in_threads(self, *calls: Callable[[], Answer]) -> list[Answer]:
        def run(call: Callable[[], Answer]) -> Answer:
            try:
                with context.platform():
                    return call()
            finally:
                connection.close()

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(run, calls))

    def test_one_uses_the_link(self, desk: Desk) -> None:
        api = Api()
        assert api.post("/auth/forgot", {"email": desk.user.email}).status == 202
        token = last_link(desk, desk.user.email)
        answers = self.in_threads(*[lambda n=n: reset(api, token, f"{NEW}-{n}") for n in range(4)])
        assert sorted(answer.status for answer in answers) == [200, 400, 400, 400]
        for answer in answers:
            if answer.status == 400:
                assert_ended(answer)
        won = next(n for n, answer in enumerate(answers) if answer.status == 200)
        login: dict[str, Any] = {"email": desk.user.email, "password": f"{NEW}-{won}"}
        assert api.post("/auth/login", login).status == 200

    @pytest.mark.parametrize("doing", ["signs in", "changes it"])
    def test_who_still_has_the_old_password_gets_nothing_by_it(self, desk: Desk, doing: str) -> None:
        old = {"email": desk.user.email, "password": PASSWORD}
        change = {"currentPassword": PASSWORD, "newPassword": "the-thief's-password"}
        thief = Api(token_for(desk, desk.user))
        calls = {
            "signs in": lambda: Api().post("/auth/login", old),
            "changes it": lambda: thief.post("/auth/password", change),
        }
        with ThreadPoolExecutor(1) as pool:
            with context.tenant(desk.ref), unit_of_work():
                set_password(desk.user, hash_password(NEW))
                answer = pool.submit(self.in_threads, calls[doing])
                wait([answer], timeout=2)
            assert answer.result()[0].status in (400, 401)
        with context.tenant(desk.ref), unit_of_work():
            assert not Session.objects.filter(person=desk.user).exists()
        assert Api().post("/auth/login", old | {"password": NEW}).status == 200

    def test_leave_one_living_link(self, desk: Desk) -> None:
        api = Api()
        self.in_threads(*[lambda: api.post("/auth/forgot", {"email": desk.user.email})] * 4)
        with context.tenant(desk.ref), unit_of_work():
            made = AccountLink.objects.filter(person=desk.user)
            assert (made.count(), made.filter(ended_at=None).count()) == (4, 1)
