"""Templates: what they may say, what is refused, and that nothing typed into a ticket is ever read as one."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk.mail.defaults import DEFAULTS
from helpdesk.mail.models import MailTemplate
from helpdesk.mail.page import html_page, sanitised, text_page
from helpdesk.mail.rules import WITH_LINK
from helpdesk.mail.templates import Template, fill, flaws_in, placeholders_of
from helpdesk.tickets.actions import create_ticket
from helpdesk.vocabulary import MailKind
from helpdesk.work import unit_of_work
from tenants import context
from tests.api import Answer, Api
from tests.conftest import Desk
from tests.contracts.errors import assert_refused
from tests.outbox import deliver, inbox

REFUSED = {
    "a loop": ("{% for x in y %}{{ ticket.title }}{% endfor %}", "template_syntax"),
    "a condition": ("{% if ticket %}x{% endif %}", "template_syntax"),
    "a comment": ("{# hidden #}", "template_syntax"),
    "an unknown placeholder": ("{{ ticket.colour }}", "unknown_placeholder"),
    "an attribute of Python's": ("{{ ticket.__class__ }}", "unknown_placeholder"),
    "an object": ("{{ ticket }}", "unknown_placeholder"),
    "a filter": ("{{ ticket.title|safe }}", "unknown_placeholder"),
    "a call": ("{{ ticket.title() }}", "unknown_placeholder"),
    "an address": ("{{ recipient.email }}", "unknown_placeholder"),
    "an opened one": ("Hello {{ ticket.title", "template_syntax"),
    "a closed one": ("Hello ticket.title }}", "template_syntax"),
    "an empty one": ("{{ }}", "template_syntax"),
    "one in one": ("{{ {{ ticket.title }} }}", "template_syntax"),
    "too many": ("{{ ticket.title }}" * 51, "too_many_placeholders"),
}


class TestTheLanguage:
    @pytest.mark.parametrize(("source", "code"), REFUSED.values(), ids=REFUSED.keys())
    @pytest.mark.parametrize("field", ["subject", "text", "html"])
    def test_refuses(self, field: str, source: str, code: str) -> None:
        flaws = flaws_in(MailKind.PUBLIC_REPLY, {field: source})
        assert [(flaw.field, flaw.code) for flaw in flaws] == [(field, code)]

    def test_names_the_unknown_placeholder(self) -> None:
        (flaw,) = flaws_in(MailKind.PUBLIC_REPLY, {"text": "{{ ticket.colour }}"})
        assert "{{ ticket.colour }}" in flaw.message

    def test_keeps_long_texts_out_of_subjects(self) -> None:
        assert flaws_in(MailKind.PUBLIC_REPLY, {"subject": "{{ comment.content }}"})
        assert not flaws_in(MailKind.PUBLIC_REPLY, {"text": "{{ comment.content }}"})

    def test_keeps_a_comment_out_of_kinds_that_have_none(self) -> None:
        assert flaws_in(MailKind.STATUS_CHANGED, {"text": "{{ comment.content }}"})

    @pytest.mark.parametrize("kind", list(MailKind))
    def test_has_sound_defaults(self, kind: MailKind) -> None:
        template = DEFAULTS[kind]
        assert not flaws_in(kind, {"subject": template.subject, "text": template.text, "html": template.html})
        sample = fill(template, {name: f"[{name}]" for name in placeholders_of(kind)})
        if kind in WITH_LINK.values():
            assert "[link.url]" in sample.text
            assert "[link.ends]" in sample.html
        elif kind is MailKind.WEBHOOK_PAUSED:
            assert "[webhook.url]" in sample.subject + sample.text
        else:
            assert sample.subject == "[#[ticket.number]] [ticket.title]"
            assert "[ticket.url]" in sample.text
        assert "{" not in sample.text + sample.html

    def test_fills_in_once(self) -> None:
        template = Template("{{ ticket.title }}", "{{ticket.title}} {{ desk.name }}", "{{ ticket.title }}")
        filled = fill(template, {"ticket.title": "{{ desk.name }} & co", "desk.name": "Acme"})
        assert filled.subject == "{{ desk.name }} & co"
        assert filled.text == "{{ desk.name }} & co Acme"
        assert filled.html == "{{ desk.name }} &amp; co"

    def test_escapes_values_and_keeps_their_lines_in_html(self) -> None:
        filled = fill(Template("s", "t", "{{ ticket.title }}"), {"ticket.title": '<b "x">\nnext\r\nlast'})
        assert filled.html == "&lt;b &quot;x&quot;&gt;<br>\nnext<br>\nlast"


class TestThePage:
    @pytest.mark.parametrize(
        "fragment",
        [
            "<script>alert(1)</script>",
            '<img src="x" onerror="alert(1)">',
            '<a href="javascript:alert(1)">x</a>',
            '<a href="JaVaScRiPt:alert(1)">x</a>',
            '<a href="data:text/html,alert(1)">x</a>',
            '<iframe src="https://example.com"></iframe>',
            '<form action="https://example.com"><input></form>',
            "<style>body { display: none }</style>",
            '<p style="position:fixed;background-image:url(https://example.com)">x</p>',
            "<meta http-equiv=refresh content=0>",
            '<svg onload="alert(1)">',
        ],
    )
    def test_holds_nothing_that_runs_or_deceives(self, fragment: str) -> None:
        clean = sanitised(fragment)
        for bad in (
            "script",
            "onerror",
            "onload",
            "javascript",
            "data:",
            "iframe",
            "form",
            "style>",
            "position",
            "url(",
        ):
            assert bad not in clean.lower()

    def test_an_address_from_a_ticket_does_not_run(self) -> None:
        filled = fill(Template("s", "t", '<a href="{{ ticket.title }}">x</a>'), {"ticket.title": "javascript:alert(1)"})
        assert "javascript" not in html_page(filled.html, desk="Acme")

    def test_a_fragment_cannot_leave_its_place(self) -> None:
        page = html_page("</div></div></body></html><p>late", desk="Acme")
        assert page.count("</body>") == page.count("</html>") == 1
        assert page.rstrip().endswith("</html>")

    def test_ten_thousand_nested_elements_are_no_trouble(self) -> None:
        assert "deep" in html_page("<div>" * 10_000 + "deep", desk="Acme")

    def test_an_empty_description_leaves_no_gap(self) -> None:
        values = dict.fromkeys(placeholders_of(MailKind.TICKET_RECEIVED), "x") | {"ticket.description": ""}
        filled = fill(DEFAULTS[MailKind.TICKET_RECEIVED], values)
        assert "<blockquote" not in html_page(filled.html, desk="Acme")
        assert "\n\n\n" not in text_page(filled.text)

    def test_offers_to_unsubscribe_where_that_is_due(self) -> None:
        assert "https://x.example/u" in html_page("x", desk="Acme", unsubscribe_url="https://x.example/u")
        assert "https://x.example/u" in text_page("x", unsubscribe_url="https://x.example/u")
        assert "Stop" not in html_page("x", desk="Acme") + text_page("x")


@pytest.fixture
def admin(api: Api, acme: Desk) -> Api:
    return api.as_(acme, acme.admin)


def put(caller: Api, **fields: str) -> Answer:
    return caller.put("/mail-templates/public_reply", fields)


class TestTheEndpoints:
    def test_list_every_kind_with_its_placeholders(self, admin: Api) -> None:
        answer = admin.get("/mail-templates")
        assert [row["kind"] for row in answer["data"]] == [kind.value for kind in MailKind]
        assert all(row["isDefault"] and row["updatedAt"] is None for row in answer["data"])
        reply = answer["data"][1]
        assert "comment.content" in reply["placeholders"]
        assert answer["meta"]["total"] == len(MailKind)

    def test_change_the_given_parts(self, admin: Api) -> None:
        answer = put(admin, subject="Re: {{ ticket.title }}")
        assert answer.status == 200
        assert answer["subject"] == "Re: {{ ticket.title }}"
        assert answer["text"] == DEFAULTS[MailKind.PUBLIC_REPLY].text
        assert answer["isDefault"] is False
        assert put(admin, text="{{ comment.content }}")["subject"] == "Re: {{ ticket.title }}"

    def test_go_back_to_the_default_however_often(self, admin: Api) -> None:
        put(admin, subject="Mine")
        for _ in range(2):
            assert admin.delete("/mail-templates/public_reply").status == 204
        assert admin.get("/mail-templates")["data"][1]["isDefault"] is True

    @pytest.mark.parametrize("field", ["subject", "text", "html"])
    def test_refuse_with_field_and_placeholder(self, admin: Api, desk: Desk, field: str) -> None:
        for answer in (
            put(admin, **{field: "{{ ticket.colour }}"}),
            admin.post("/mail-templates/public_reply/preview", {field: "{{ ticket.colour }}"}),
        ):
            assert_refused(answer, "VALIDATION_ERROR", field=field, reason="unknown_placeholder")
            assert "ticket.colour" in answer["details"][0]["message"]
        assert not MailTemplate.objects.exists()

    @pytest.mark.parametrize(
        "body",
        [
            {"subject": ""},
            {"subject": "x" * 201},
            {"text": " \n"},
            {"html": "x" * 50_001},
            {"text": None},
            {"css": "x"},
        ],
    )
    def test_refuse_what_is_no_template(self, admin: Api, body: dict[str, Any]) -> None:
        assert_refused(admin.put("/mail-templates/public_reply", body), "VALIDATION_ERROR", field=next(iter(body)))

    def test_know_no_other_kind(self, admin: Api) -> None:
        assert_refused(admin.put("/mail-templates/party", {"subject": "x"}), "NOT_FOUND")

    @pytest.mark.parametrize("word", ["user", "agent"])
    def test_are_the_admins_own(self, api: Api, acme: Desk, word: str) -> None:
        caller = api.as_(acme, getattr(acme, word))
        for answer in (
            caller.get("/mail-templates"),
            put(caller, subject="x"),
            caller.delete("/mail-templates/public_reply"),
            caller.post("/mail-templates/public_reply/preview", {}),
        ):
            assert_refused(answer, "FORBIDDEN", reason="role")

    def test_show_a_preview_and_store_nothing(self, admin: Api, desk: Desk) -> None:
        body = {"subject": "For {{ recipient.name }}", "html": "<p>{{ comment.content }}</p><script>x</script>"}
        answer = admin.post("/mail-templates/public_reply/preview", body)
        assert answer.status == 200
        assert answer["subject"] == f"For {desk.admin.name}"
        assert "Version 7 &amp; later" in answer["html"]
        assert "<script" not in answer["html"]
        assert "Grace Hopper" in answer["text"]
        assert not MailTemplate.objects.exists()

    @pytest.mark.parametrize("kind", list(MailKind))
    def test_preview_every_kind(self, admin: Api, kind: MailKind) -> None:
        samples = {MailKind.WEBHOOK_PAUSED: "erp.example.com", **dict.fromkeys(WITH_LINK.values(), "Acme")}
        sample = samples.get(kind, "The VPN drops")
        assert sample in admin.post(f"/mail-templates/{kind.value}/preview", {})["subject"]

    def test_are_of_one_desk_alone(self, admin: Api, api: Api, globex: Desk) -> None:
        put(admin, subject="Acme's own")
        other = api.as_(globex, globex.admin)
        assert other.get("/mail-templates")["data"][1]["isDefault"] is True


def test_a_desks_own_template_is_what_is_sent(admin: Api, acme: Desk) -> None:
    body = {
        "subject": "Got {{ ticket.title }}",
        "text": "Dear {{ recipient.name }}",
        "html": "<h2>{{ ticket.title }}</h2>",
    }
    assert admin.put("/mail-templates/ticket_received", body).status == 200
    with context.tenant(acme.ref):
        with unit_of_work():
            create_ticket(acme.user, fields={"title": "A <b> & {{ desk.name }}"})
        deliver(acme)
        (mail,) = inbox(acme.user)
    assert mail.subject == "Got A <b> & {{ desk.name }}"
    assert mail.text == f"Dear {acme.user.name}\n"
    assert "<h2>A &lt;b&gt; &amp; {{ desk.name }}</h2>" in mail.html
