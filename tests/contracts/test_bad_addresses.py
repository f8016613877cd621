"""Addresses, ids, pages, cursors and headers that are not right: the contract's refusal, and nothing changed."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import orjson
import pytest

from tests.api import Answer
from tests.contracts.conftest import Web
from tests.contracts.errors import assert_refused

pytestmark = pytest.mark.usefixtures("nothing_changes")
SORTS = ("createdAt", "updatedAt", "number", "title", "status", "priority", "assignedTo")


def cursor_of(*parts: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(list(parts))).decode().rstrip("=")


NOBODYS = "01999999-9999-7999-8999-999999999999"


class TestIds:
    METHODS = (("GET", ""), ("PUT", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/timeline"), ("GET", "/comments"))

    @pytest.mark.parametrize("id_", ["0", "x", "not-an-id", "-1", "null", "%2e%2e", "1" * 3000, NOBODYS, "🎫"])
    def test_nobody_has_are_not_found(self, web: Web, id_: str) -> None:
        for method, rest in self.METHODS:
            path = f"/tickets/{id_ if '%' in id_ else quote(id_)}{rest}"
            answer = web.admin.call(method, path, {} if method in ("PUT", "PATCH") else None)
            assert_refused(answer, "NOT_FOUND")

    def test_of_another_tenant_are_not_found(self, web: Web) -> None:
        for method, rest in self.METHODS:
            path = f"/tickets/{web.other_scene.ticket_id}{rest}"
            absent = web.admin.call(method, f"/tickets/{uuid4()}{rest}", {"title": "mine"})
            answer = web.admin.call(method, path, {"title": "mine"})
            assert_refused(answer, "NOT_FOUND")
            assert (answer["message"], answer["details"]) == (absent["message"], absent["details"])

    def test_of_a_comment_under_another_ticket_are_not_found(self, web: Web) -> None:
        path = f"/tickets/{uuid4()}/comments/{web.scene.reply_id}"
        assert_refused(web.agent.patch(path, {"content": "x"}), "NOT_FOUND")
        assert_refused(web.agent.delete(path), "NOT_FOUND")


class TestAddresses:
    @pytest.mark.parametrize(
        "path", ["/nothing", "/tickets/", "/tickets//", "//", "//favicon.ico", "//api", "/auth/me/"]
    )
    def test_that_do_not_exist_are_not_found_and_never_redirect(self, web: Web, path: str) -> None:
        answer = web.agent.get(path if path != "//" else "//nothing-here")
        assert_refused(answer, "NOT_FOUND")

    @pytest.mark.parametrize("method", ["POST", "TRACE", "BREW"])
    def test_methods_that_do_not_exist_are_not_allowed(self, web: Web, method: str) -> None:
        answer = web.agent.call(method, f"/tickets/{web.scene.ticket_id}")
        assert_refused(answer, "METHOD_NOT_ALLOWED")
        assert "GET" in answer.headers["Allow"]

    @pytest.mark.parametrize(
        "path", ["/tickets/%00", "/tickets?q=%00", "/tickets?tag=a%00", "/tickets?cursor=%00", "/%00"]
    )
    def test_with_nul_are_bad_requests(self, web: Web, path: str) -> None:
        answer = web.agent.get(path)
        assert answer.status == 400, answer
        assert_refused(answer, answer["code"])

    @pytest.mark.parametrize("path", ["/tickets/%ff", "/tickets?q=%ff", "/tickets?q=%ed%a0%80", "/tickets?q=%c0%80"])
    def test_that_are_not_utf8_are_bad_requests(self, web: Web, path: str) -> None:
        assert_refused(web.agent.get(path), "BAD_REQUEST")


WRONG_QUERIES: dict[str, tuple[str, str]] = {
    "page -1": ("page=-1", "page"),
    "page 0": ("page=0", "page"),
    "page a million": ("page=1000000", "page"),
    "page and limit too deep": ("page=101&limit=100", "page"),
    "page of 5,000 digits": ("page=" + "9" * 5000, "page"),
    "page of 400 digits": ("page=" + "9" * 400, "page"),
    "page 1.5": ("page=1.5", "page"),
    "page NaN": ("page=nan", "page"),
    "page a word": ("page=sekret", "page"),
    "limit 0": ("limit=0", "limit"),
    "limit -1": ("limit=-1", "limit"),
    "limit 101": ("limit=101", "limit"),
    "limit a word": ("limit=sekret", "limit"),
    "an unknown order": ("sortBy=sekret", "sortBy"),
    "an order of the database": ("sortBy=created_at", "sortBy"),
    "an injected order": ("sortBy=title;drop+table+ticket", "sortBy"),
    "an order through a relation": ("sortBy=requester__password_hash", "sortBy"),
    "an unknown direction": ("sortOrder=sekret", "sortOrder"),
    "an unknown status": ("status=sekret", "status"),
    "one unknown status of several": ("status=open&status=sekret", "status"),
    "101 tags": ("&".join(["tag=x"] * 101), "tag"),
    "an unknown priority": ("priority=sekret", "priority"),
    "an assignee who is no id": ("assignedToId=sekret", "assignedToId"),
    "a requester who is no id": ("requesterId=none", "requesterId"),
    "a creator who is no id": ("createdById=sekret", "createdById"),
    "a search of 501": ("q=" + "x" * 501, "q"),
    "a moment that is a word": ("createdFrom=sekret", "createdFrom"),
    "a moment of no calendar": ("createdTo=2026-02-30T00:00:00Z", "createdTo"),
    "a moment before the first": ("updatedFrom=0001-01-01T00:00:00%2B14:00", "updatedFrom"),
    "a moment after the last": ("updatedTo=9999-12-31T23:59:59-14:00", "updatedTo"),
    "a moment that is a great number": ("createdFrom=" + "9" * 40, "createdFrom"),
    "a cursor of 2,001": ("cursor=" + "x" * 2001, "cursor"),
}


class TestQueries:
    @pytest.mark.parametrize("name", WRONG_QUERIES)
    def test_that_are_wrong_are_named_and_not_repeated(self, web: Web, name: str) -> None:
        query, field = WRONG_QUERIES[name]
        answer = web.agent.get(f"/tickets?{query}")
        assert_refused(answer, "VALIDATION_ERROR")
        assert field in {detail["field"].partition(".")[0] for detail in answer["details"]}, answer
        assert "sekret" not in answer.response.content.decode()
        assert "9999999999" not in answer.response.content.decode()

    def test_that_are_unknown_are_refused(self, web: Web) -> None:
        for path in ("/tickets?stauts=open", "/tickets?status=open&page_size=3", f"/tickets/{web.scene.ticket_id}?x=1"):
            assert_refused(web.agent.get(path), "VALIDATION_ERROR", reason="unknown_parameter")
        assert_refused(web.agent.get("/auth/me?who=root"), "VALIDATION_ERROR", field="who")
        assert_refused(web.nobody.get("/tickets?stauts=open"), "UNAUTHORIZED")

    def test_too_deep_says_what_to_use(self, web: Web) -> None:
        for query in ("page=1000000", "page=501&limit=20"):
            answer = web.agent.get(f"/tickets?{query}")
            assert_refused(answer, "VALIDATION_ERROR", field="page", reason="use_cursor")
        assert web.agent.get("/tickets?page=500&limit=20").status == 200

    @pytest.mark.parametrize("query", ["q=%25", "q=_", "q=%5C", "q='", "q=%22%27;--", "tag='", "q=%F0%9F%8E%AB"])
    def test_that_look_dangerous_are_only_text(self, web: Web, query: str) -> None:
        answer = web.agent.get(f"/tickets?{query}")
        assert answer.status == 200, answer
        assert answer["data"] == []


def wrong_cursors() -> Iterator[tuple[str, str, str]]:
    """Name, `sortBy`, cursor."""
    id_, moment = str(uuid4()), "2026-01-01T00:00:00+00:00"
    yield "no base64", "createdAt", "%21%21%21"
    yield "no JSON", "createdAt", base64.urlsafe_b64encode(b"nothing").decode()
    yield "an object", "createdAt", base64.urlsafe_b64encode(b'{"a":1}').decode()
    yield "a number", "createdAt", base64.urlsafe_b64encode(b"5").decode()
    yield "invalid UTF-8", "createdAt", base64.urlsafe_b64encode(b'["createdAt",true,false,"\xff"]').decode()
    yield "deep", "createdAt", base64.urlsafe_b64encode(b"[" * 1400).decode()
    yield "not ASCII", "createdAt", "%C3%BC"
    yield "too few parts", "createdAt", cursor_of("createdAt", True, False, moment)
    yield "too many parts", "createdAt", cursor_of("createdAt", True, False, moment, id_, 1)
    yield "another order", "createdAt", cursor_of("title", True, False, "x", id_)
    yield "another direction", "createdAt", cursor_of("createdAt", False, False, moment, id_)
    yield "an order without a name", "createdAt", cursor_of(None, True, False, moment, id_)
    yield "a direction that is a word", "createdAt", cursor_of("createdAt", True, "false", moment, id_)
    yield "a moment without a zone", "createdAt", cursor_of("createdAt", True, False, "2026-01-01T00:00:00", id_)
    wrong: dict[str, list[Any]] = {
        "createdAt": [None, 5, 1.5, True, [], {}, "x", "2026-99-99T00:00:00Z", "\0"],
        "number": [None, "5", 1.5, True, [], {}, 2**63, -(2**63)],
        "title": [None, 5, True, [], {}, "a\0b"],
        "status": [None, 5, True, [], {}, "a\0b"],
        "priority": [None, "1", 1.5, True, [], {}, 2**63],
        "assignedTo": [None, 5, True, [], {}, "x", "\0"],
    }
    for order, values in wrong.items():
        for value in values:
            yield f"{order} {value!r}", order, cursor_of(order, True, False, value, id_)
    for value in (None, 5, [], {}, "x", "", "\0"):
        yield f"id {value!r}", "createdAt", cursor_of("createdAt", True, False, moment, value)


CURSORS = list(wrong_cursors())


class TestCursors:
    @pytest.mark.parametrize(("order", "cursor"), [c[1:] for c in CURSORS], ids=[c[0] for c in CURSORS])
    def test_that_are_not_this_lists_are_refused(self, web: Web, order: str, cursor: str) -> None:
        answer = web.agent.get(f"/tickets?sortBy={order}&cursor={cursor}")
        assert_refused(answer, "VALIDATION_ERROR", field="cursor", reason="cursor")

    def test_cut_anywhere_are_refused(self, web: Web) -> None:
        whole = cursor_of("createdAt", True, False, "2026-01-01T00:00:00+00:00", str(uuid4()))
        for length in range(1, len(whole)):
            assert_refused(web.agent.get(f"/tickets?cursor={whole[:length]}"), "VALIDATION_ERROR", reason="cursor")

    def test_of_the_timeline_are_numbers(self, web: Web) -> None:
        for cursor in ("x", "-1", "1.5", "%D9%A1", "9" * 19, "%C2%B2", "1e5"):
            answer = web.agent.get(f"/tickets/{web.scene.ticket_id}/timeline?cursor={cursor}")
            assert_refused(answer, "VALIDATION_ERROR", field="cursor")

    def test_with_extreme_values_are_no_error_of_ours(self, web: Web) -> None:
        id_ = str(uuid4())
        extremes: dict[str, list[Any]] = {
            "createdAt": ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-W01", "20260101T000000Z"],
            "number": [2**63 - 1, -(2**63) + 1, 0],
            "priority": [2**31, 2**62, -1],
            "title": ["", "\u2028", "𝄞" * 100, "'; --"],
            "assignedTo": ["f" * 32, "{" + id_ + "}", "urn:uuid:" + id_],
        }
        for order, values in extremes.items():
            for value in values:
                for backwards in (False, True):
                    cursor = cursor_of(order, True, backwards, value, id_)
                    answer = web.agent.get(f"/tickets?sortBy={order}&cursor={cursor}")
                    assert answer.status in (200, 400), (order, value, answer)


class TestIfMatch:
    @pytest.mark.parametrize(
        "value", ["abc", '"abc"', '""', '"-1"', "3.5", '"1", x', '"1" "2"', '"' + "9" * 20 + '"', "W/", ","]
    )
    def test_nonsense_is_refused(self, web: Web, value: str) -> None:
        api = web.agent.with_(If_Match=value)
        for path in (f"/tickets/{web.scene.ticket_id}", f"/comments/{web.scene.reply_id}"):
            body = {"title": "new"} if "tickets" in path else {"content": "new"}
            assert_refused(api.patch(path, body), "VALIDATION_ERROR", field="If-Match", reason="version")

    @pytest.mark.parametrize("value", ['"7"', 'W/"7"', "7", '"7", "8"'])
    def test_another_version_is_stale(self, web: Web, value: str) -> None:
        answer = web.agent.with_(If_Match=value).patch(f"/tickets/{web.scene.ticket_id}", {"title": "new"})
        assert_refused(answer, "PRECONDITION_FAILED", reason="stale")
        assert answer["data"]["current"]["version"] == 1
        assert answer["data"]["current"]["title"] == "scene title"


class TestHostsAndTenantNames:
    @pytest.mark.parametrize(
        "host", ["nowhere.localhost", "localhost.example", "a.b.localhost", "192.0.2.1", "", "[", "x" * 300, "a b"]
    )
    def test_an_unknown_host_is_not_found(self, web: Web, host: str) -> None:
        for path in ("/tickets", "/auth/me", "/tenants", "//", "//api-docs", "//nothing", "/auth/login"):
            assert_refused(web.agent.at(host).get(path if path != "//" else "//?"), "NOT_FOUND")

    def test_health_answers_on_every_host(self, web: Web) -> None:
        for host in ("nowhere.localhost", "192.0.2.1"):
            for path in ("//health/live", "/health/live"):
                assert web.nobody.at(host).get(path).status == 200

    @pytest.mark.parametrize("slug", ["nowhere", "x" * 300, "'; --", "ü"])
    def test_an_unknown_slug_is_not_found(self, web: Web, slug: str) -> None:
        assert_refused(web.agent.with_(X_Tenant=slug).get("/tickets"), "NOT_FOUND")

    def test_another_tenants_host_or_slug_is_forbidden(self, web: Web) -> None:
        other = web.other.ref.slug
        answers: list[Answer] = [
            web.agent.at(f"{other}.localhost").get("/tickets"),
            web.agent.with_(X_Tenant=other).get("/tickets"),
            web.agent.at(f"{web.desk.ref.slug}.localhost").with_(X_Tenant=other).get("/tickets"),
        ]
        for answer in answers:
            assert_refused(answer, "FORBIDDEN", reason="tenants_differ")


class TestRequestIds:
    def test_are_in_the_answer_and_its_header(self, web: Web) -> None:
        answer = web.agent.with_(X_Request_ID="mine-1").get("/nothing")
        assert answer["requestId"] == answer.headers["X-Request-ID"] == "mine-1"

    @pytest.mark.parametrize("given", ["a b", "x" * 65, "<script>", "ü"])
    def test_that_are_not_sane_are_replaced(self, web: Web, given: str) -> None:
        answer = web.agent.with_(X_Request_ID=given).get("/nothing")
        assert answer["requestId"] == answer.headers["X-Request-ID"] != given
