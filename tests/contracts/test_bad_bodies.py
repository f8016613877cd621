"""Bodies that cannot be read or are not right: a clear 400, the submitted value never repeated, nothing changed."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.contracts.conftest import Web
from tests.contracts.errors import assert_refused

pytestmark = pytest.mark.usefixtures("nothing_changes")
MARK = "sekret-4711"

UNREADABLE: dict[str, tuple[bytes, str]] = {
    "half an object": (b'{"title": "x"', "malformed"),
    "a comma too many": (b'{"title": "x",}', "malformed"),
    "single quotes": (b"{'title': 'x'}", "malformed"),
    "two values": (b'{"title": "x"} {"title": "y"}', "malformed"),
    "a word": (MARK.encode(), "malformed"),
    "not UTF-8": (b'{"title": "\xff\xfe"}', "malformed"),
    "UTF-8 of a surrogate": (b'{"title": "\xed\xa0\x80"}', "malformed"),
    "UTF-16": ('{"title": "x"}'.encode("utf-16"), "malformed"),
    "a lone surrogate": (b'{"title": "\\ud800"}', "malformed"),
    "surrogates the wrong way round": (b'{"title": "\\udc00\\ud800"}', "malformed"),
    "a raw NUL": (b'{"title": "a\x00b"}', "malformed"),
    "NaN": (b'{"title": "x", "metadata": {"n": NaN}}', "malformed"),
    "Infinity": (b'{"title": "x", "metadata": {"n": Infinity}}', "malformed"),
    "minus Infinity": (b'{"title": "x", "metadata": {"n": -Infinity}}', "malformed"),
    "100,000 brackets": (b"[" * 100_000, "too_deep"),
    "100,000 closed brackets": (b"[" * 100_000 + b"]" * 100_000, "too_deep"),
    "100,000 objects": (b'{"a":' * 100_000, "too_deep"),
    "33 levels": (b'{"title": "x", "metadata": ' + b'{"a":' * 32 + b"1" + b"}" * 32 + b"}", "too_deep"),
}

WRONG: dict[str, tuple[bytes | dict[str, Any], str, str | None]] = {
    "a NUL in a text": (b'{"title": "a\\u0000b"}', "title", "nul"),
    "a NUL in metadata": (b'{"title": "x", "metadata": {"a": ["b\\u0000"]}}', "metadata.a.0", "nul"),
    "a NUL in a key": (b'{"title": "x", "metadata": {"a\\u0000": 1}}', "metadata", "nul"),
    "a number beyond every float": (b'{"title": "x", "metadata": {"n": 1e400}}', "", "number_out_of_range"),
    "a number of 400 digits": (b'{"title": "x", "metadata": {"n": ' + b"9" * 400 + b"}}", "", "number_out_of_range"),
    "a number of 17 digits": (b'{"title": "x", "metadata": {"n": 9007199254740993}}', "metadata.n", None),
    "nothing": (b"", "", "missing"),
    "an array": (b"[]", "", None),
    "a text": (b'"' + MARK.encode() + b'"', "", None),
    "a number": (b"7", "", None),
    "null": (b"null", "", None),
    "no title": ({"description": MARK}, "title", None),
    "a blank title": ({"title": " \t\n "}, "title", None),
    "a title of other blanks": ({"title": "\u2003\u00a0"}, "title", None),
    "a title of 201": ({"title": MARK + "x" * (201 - len(MARK))}, "title", None),
    "a title that is null": ({"title": None}, "title", None),
    "a title that is a number": ({"title": 47114711}, "title", None),
    "a title that is an object": ({"title": {"x": MARK}}, "title", None),
    "a description of 5001": ({"title": "x", "description": MARK + "x" * 5000}, "description", None),
    "a description that is null": ({"title": "x", "description": None}, "description", None),
    "an unknown status": ({"title": "x", "status": MARK}, "status", None),
    "a status that is a list": ({"title": "x", "status": ["open"]}, "status", None),
    "an unknown priority": ({"title": "x", "priority": MARK}, "priority", None),
    "a priority that is a number": ({"title": "x", "priority": 2}, "priority", None),
    "tags that are a text": ({"title": "x", "tags": MARK}, "tags", None),
    "a title that nobody sees": ({"title": "\u200b\u2060\u0301"}, "title", None),
    "a blank tag": ({"title": "x", "tags": ["a", " "]}, "tags.1", None),
    "a tag of 51": ({"title": "x", "tags": [MARK + "x" * 51]}, "tags.0", None),
    "51 tags": ({"title": "x", "tags": [str(n) for n in range(51)]}, "tags", None),
    "metadata that is a list": ({"title": "x", "metadata": [MARK]}, "metadata", None),
    "metadata over 16 kB": ({"title": "x", "metadata": {"a": MARK + "x" * 16_384}}, "metadata", None),
    "custom fields over 16 kB": ({"title": "x", "customFields": {"a": MARK + "x" * 16_384}}, "customFields", None),
    "metadata over 16 kB in UTF-8": ({"title": "x", "metadata": {"a": "ü" * 8_192}}, "metadata", None),
    "an id that is none": ({"title": "x", "requesterId": MARK}, "requesterId", None),
    "an id that is a number": ({"title": "x", "assignedToId": 47114711}, "assignedToId", None),
    "a requester who is nobody": ({"title": "x", "requesterId": str(uuid4())}, "requesterId", "unknown_person"),
    "an assignee who is nobody": ({"title": "x", "assignedToId": str(uuid4())}, "assignedToId", "unknown_person"),
    "an unknown field": ({"title": "x", "urgent": MARK}, "urgent", "extra_forbidden"),
    "a field that is ours": ({"title": "x", "version": 47114711}, "version", "extra_forbidden"),
    "a number of one's own": ({"title": "x", "number": 47114711}, "number", "extra_forbidden"),
    "a field in snake case": ({"title": "x", "custom_fields": {"a": MARK}}, "custom_fields", "extra_forbidden"),
    "a prototype": ({"title": "x", "__proto__": {"a": MARK}}, "__proto__", "extra_forbidden"),
}
SECRETS = (MARK, "47114711", "9" * 40)


@pytest.mark.parametrize("name", UNREADABLE)
class TestUnreadable:
    def test_bodies_are_refused(self, web: Web, name: str) -> None:
        raw, reason = UNREADABLE[name]
        for call in (("POST", "/tickets"), ("PATCH", f"/tickets/{web.scene.ticket_id}"), ("POST", "/auth/login")):
            answer = web.agent.call(*call, raw=raw)
            assert_refused(answer, "BAD_REQUEST", reason=reason)
            assert MARK not in answer.response.content.decode()


@pytest.mark.parametrize("name", WRONG)
class TestWrongFields:
    def test_are_named_and_not_repeated(self, web: Web, name: str) -> None:
        body, field, reason = WRONG[name]
        raw = body if isinstance(body, bytes) else None
        answer = web.agent.call("POST", "/tickets", body, raw=raw)
        assert_refused(answer, "VALIDATION_ERROR", field=field or None, reason=reason)
        assert not [secret for secret in SECRETS if secret in answer.response.content.decode()], answer

    def test_are_refused_in_a_change_too(self, web: Web, name: str) -> None:
        body, field, reason = WRONG[name]
        if name == "no title":
            body, field = {"title": ""}, "title"
        raw = body if isinstance(body, bytes) else None
        answer = web.agent.call("PATCH", f"/tickets/{web.scene.ticket_id}", body, raw=raw)
        assert_refused(answer, "VALIDATION_ERROR", field=field or None, reason=reason)


class TestBodiesOfOtherOperations:
    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "content"),
            ({"content": "  "}, "content"),
            ({"content": "x" * 10_001}, "content"),
            ({"content": "\u200b\ufeff"}, "content"),
            ({"content": "x", "isInternal": "yes please"}, "isInternal"),
            ({"content": "x", "isInternal": "false"}, "isInternal"),
            ({"content": "x", "isInternal": 0}, "isInternal"),
            ({"content": "x", "seenSeq": -1}, "seenSeq"),
            ({"content": "x", "seenSeq": 1.5}, "seenSeq"),
            ({"content": "x", "authorId": str(uuid4())}, "authorId"),
        ],
    )
    def test_comments(self, web: Web, body: dict[str, Any], field: str) -> None:
        under = web.agent.post(f"/tickets/{web.scene.ticket_id}/comments", body)
        assert_refused(under, "VALIDATION_ERROR", field=field)
        flat = web.agent.post("/comments", body | {"ticketId": str(web.scene.ticket_id)})
        assert_refused(flat, "VALIDATION_ERROR", field=field)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"role": "ADMIN"}, "role"),
            ({"roles": ["ROLE_ADMIN"]}, "roles"),
            ({"email": "no address"}, "email"),
            ({"email": "a" * 250 + "@b.example"}, "email"),
            ({"password": "2-short"}, "password"),
            ({"password": "ü" * 37}, "password"),
            ({"firstName": " "}, "firstName"),
            ({"lastName": "x" * 101}, "lastName"),
            ({"tenantSlug": "there-is-no-such"}, "tenantSlug"),
            ({"tenantId": str(uuid4())}, "tenantId"),
            ({"isActive": True}, "isActive"),
        ],
    )
    def test_registering(self, web: Web, change: dict[str, Any], field: str) -> None:
        body = {"email": "new@x.example", "password": "long-enough", "firstName": "N", "lastName": "P"}
        answer = web.nobody.at(f"{web.desk.ref.slug}.localhost").post("/auth/register", body | change)
        assert_refused(answer, "VALIDATION_ERROR", field=field)
        if "password" in change:
            assert str(change["password"]) not in answer.response.content.decode()

    def test_registering_wants_a_tenant(self, web: Web) -> None:
        body = {"email": "new@x.example", "password": "long-enough", "firstName": "N", "lastName": "P"}
        assert_refused(web.nobody.post("/auth/register", body), "VALIDATION_ERROR", field="tenantSlug")


class TestTheOutsideOfABody:
    def test_over_a_mebibyte_is_too_large(self, web: Web) -> None:
        raw = b'{"title": "' + b"x" * 1024 * 1024 + b'"}'
        assert_refused(web.agent.call("POST", "/tickets", raw=raw), "PAYLOAD_TOO_LARGE")

    @pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""])
    def test_what_is_not_json_is_unsupported(self, web: Web, kind: str) -> None:
        api = web.agent.with_(Content_Type=kind)
        assert_refused(api.call("POST", "/tickets", raw=b"title=x"), "UNSUPPORTED_MEDIA_TYPE")

    def test_a_form_of_another_site_is_unsupported(self, web: Web) -> None:
        api = web.agent.with_(Content_Type="multipart/form-data; boundary=x")
        assert_refused(api.call("POST", "/tickets", raw=b"--x--"), "UNSUPPORTED_MEDIA_TYPE")
