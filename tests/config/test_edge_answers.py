"""What leaves: one request id, the contract's errors, nothing for HEAD, and never a traceback."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from config.edge import edge
from tests.config.talk import GONE, Echo, Talk, answering, ask, http_scope

pytestmark = pytest.mark.usefixtures("lines")

HTML = ("Content-Type", "text/html; charset=utf-8")


async def broken(scope: Any, receive: Any, send: Any) -> None:
    raise RuntimeError("the password is hunter2")


async def silent(scope: Any, receive: Any, send: Any) -> None:
    return


async def breaks_off(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"half", "more_body": True})
    raise RuntimeError("cable cut")


class TestRequestId:
    async def test_an_answer_that_names_another_gets_the_requests_own(self) -> None:
        app = edge(answering(200, ("X-REQUEST-ID", "theirs"), ("x-request-id", "theirs too")))
        assert (await ask(app, headers=[("x-request-id", "mine")])).all("x-request-id") == ["mine"]

    @pytest.mark.parametrize("app", [broken, silent, answering(404, HTML), answering(500), answering(304)])
    async def test_every_kind_of_answer_has_it_once(self, app: Any) -> None:
        assert (await ask(edge(app), headers=[("x-request-id", "mine")])).all("x-request-id") == ["mine"]

    async def test_an_error_names_it_in_its_body_too(self) -> None:
        assert (await ask(edge(broken), headers=[("x-request-id", "mine")])).json["requestId"] == "mine"


class TestErrorPages:
    @pytest.mark.parametrize(
        ("status", "code"),
        [
            (400, "BAD_REQUEST"),
            (401, "UNAUTHORIZED"),
            (403, "FORBIDDEN"),
            (404, "NOT_FOUND"),
            (405, "METHOD_NOT_ALLOWED"),
            (409, "CONFLICT"),
            (412, "PRECONDITION_FAILED"),
            (413, "PAYLOAD_TOO_LARGE"),
            (415, "UNSUPPORTED_MEDIA_TYPE"),
            (418, "BAD_REQUEST"),
            (422, "BAD_REQUEST"),
            (429, "RATE_LIMITED"),
            (500, "INTERNAL_ERROR"),
            (502, "INTERNAL_ERROR"),
            (503, "UNAVAILABLE"),
        ],
    )
    async def test_a_page_becomes_the_contracts_error_of_its_status(self, status: int, code: str) -> None:
        answer = await ask(edge(answering(status, HTML, ("Content-Length", "13"))), "GET", "/api/v1/x?secret=1")
        assert (answer.status, answer.json["code"]) == (status, code)
        assert set(answer.json) == {"code", "message", "details", "timestamp", "path", "requestId"}
        assert answer.json["path"] == "/api/v1/x"
        assert answer.all("content-type") == ["application/json"]
        assert answer.all("content-length") == [str(len(answer.body))]

    async def test_other_headers_stay(self) -> None:
        app = answering(405, HTML, ("Allow", "GET, PUT"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))
        answer = await ask(edge(app))
        assert answer.all("allow") == ["GET, PUT"]
        assert answer.all("set-cookie") == ["a=1", "b=2"]

    async def test_headers_that_described_the_page_do_not(self) -> None:
        answer = await ask(edge(answering(404, HTML, ("Content-Encoding", "gzip"), ("ETag", '"1"'))))
        assert (answer.header("content-encoding"), answer.header("etag")) == (None, None)

    async def test_an_answer_that_says_when_to_retry_keeps_its_word(self) -> None:
        assert (await ask(edge(answering(503, ("Retry-After", "60"))))).all("retry-after") == ["60"]
        assert (await ask(edge(answering(503)))).all("retry-after") == ["2"]

    async def test_a_page_in_parts_is_swallowed_whole(self) -> None:
        answer = await ask(edge(answering(404, HTML, parts=5)))
        assert b"page" not in answer.body
        assert len(answer.messages) == 2

    async def test_an_error_without_a_type_becomes_one(self) -> None:
        assert (await ask(edge(answering(404, body=b"")))).json["code"] == "NOT_FOUND"

    @pytest.mark.parametrize("content_type", ["application/json", "Application/Problem+JSON; charset=utf-8"])
    async def test_json_stays(self, content_type: str) -> None:
        assert (await ask(edge(answering(404, ("content-type", content_type), body=b"{}")))).body == b"{}"

    async def test_a_good_page_stays(self) -> None:
        assert (await ask(edge(answering(200, HTML)))).body == b"<h1>page</h1>"

    async def test_development_pages_stay(self) -> None:
        assert (await ask(edge(answering(404, HTML)), "GET", "/dev/mail/7")).body == b"<h1>page</h1>"

    async def test_only_development_pages_do(self) -> None:
        assert (await ask(edge(answering(404, HTML)), "GET", "/developers")).json["code"] == "NOT_FOUND"


class TestLastResort:
    async def test_an_exception_is_the_contracts_500(self, lines: list[Any]) -> None:
        answer = await ask(edge(broken), "GET", "/api/v1/x?token=1")
        assert (answer.status, answer.json["code"]) == (500, "INTERNAL_ERROR")
        assert b"hunter2" not in answer.body
        assert b"Traceback" not in answer.body
        error, request = lines
        assert (error["event"], error["log_level"], error["path"]) == ("unhandled_exception", "error", "/api/v1/x")
        assert error["exc_info"]
        assert error["request_id"] == answer.header("x-request-id")
        assert (request["event"], request["status"]) == ("request", 500)

    async def test_an_exception_inside_an_error_page_too(self) -> None:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": 404, "headers": []})
            raise RuntimeError

        assert (await ask(edge(app))).json["code"] == "INTERNAL_ERROR"

    async def test_an_application_that_says_nothing_too(self, lines: list[Any]) -> None:
        assert (await ask(edge(silent))).json["code"] == "INTERNAL_ERROR"
        assert lines[0]["log_level"] == "error"

    async def test_after_the_start_nothing_more_is_sent(self, lines: list[Any]) -> None:
        answer = await ask(edge(breaks_off))
        assert [message.get("more_body") for message in answer.messages] == [None, True]
        assert [line["event"] for line in lines] == ["unhandled_exception", "request"]

    async def test_a_client_that_left_is_no_error(self, lines: list[Any]) -> None:
        async def listens(scope: Any, receive: Any, send: Any) -> None:
            while (await receive())["type"] != "http.disconnect":
                pass

        talk = Talk(http_scope(), [*Talk(http_scope()).incoming, GONE])
        assert (await talk.run(edge(listens))).messages == []
        assert [(line["log_level"], line["status"]) for line in lines] == [("info", 499)]

    async def test_a_cancelled_request_is_cancelled_and_logged(self, lines: list[Any]) -> None:
        async def cancelled(scope: Any, receive: Any, send: Any) -> None:
            raise asyncio.CancelledError

        with pytest.raises(asyncio.CancelledError):
            await ask(edge(cancelled))
        assert [line["event"] for line in lines] == ["request"]


class TestHead:
    @pytest.mark.parametrize("app", [answering(200, HTML, parts=3), answering(404, HTML), broken, Echo()])
    async def test_the_answer_has_headers_and_no_body(self, app: Any) -> None:
        answer = await ask(edge(app), "HEAD", "/api/v1/x")
        assert answer.body == b""
        assert answer.messages[-1]["more_body"] is False

    async def test_an_error_tells_the_length_that_get_would_have(self) -> None:
        answer = await ask(edge(answering(404, HTML)), "HEAD", "/api/v1/x")
        assert int(answer.header("content-length") or 0) > 100

    async def test_a_refusal_here_too(self) -> None:
        answer = await ask(edge(Echo()), "HEAD", "/api/v1/%00")
        assert (answer.status, answer.body) == (400, b"")


class TestAccessLine:
    async def test_says_what_was_asked_and_how_it_ended(self, lines: list[Any]) -> None:
        headers = [("x-request-id", "mine"), ("content-type", "application/json"), ("authorization", "Bearer s3cret")]
        await ask(edge(Echo()), "POST", "/api/v1/x?token=s3cret", headers=headers, body=b'{"password":"s3cret"}')
        (line,) = lines
        assert line.pop("duration_ms") >= 0
        assert line == {
            "event": "request",
            "log_level": "info",
            "request_id": "mine",
            "method": "POST",
            "path": "/api/v1/x",
            "status": 200,
            "bytes_in": 21,
            "client": "192.0.2.7",
        }

    async def test_keeps_no_token_to_unsubscribe_with(self, lines: list[Any]) -> None:
        await ask(edge(Echo()), "POST", "/mail/unsubscribe/s3cret")
        assert [line["path"] for line in lines] == ["/mail/unsubscribe/***"]

    async def test_names_tenant_and_person_bound_in_another_task(self, lines: list[Any]) -> None:
        from structlog.contextvars import bind_contextvars

        async def inner(scope: Any, receive: Any, send: Any) -> None:
            bind_contextvars(tenant="acme", person="p1", event="not this", method="nor this")
            await answering(200)(scope, receive, send)

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await asyncio.create_task(inner(scope, receive, send))

        await ask(edge(app))
        assert (lines[0]["tenant"], lines[0]["person"], lines[0]["event"]) == ("acme", "p1", "request")

    async def test_never_names_those_of_the_request_before(self, lines: list[Any]) -> None:
        from structlog.contextvars import bind_contextvars

        bind_contextvars(tenant="left over", person="left over")
        await ask(edge(Echo()))
        assert not {"tenant", "person"} & set(lines[0])

    async def test_says_499_where_the_answer_never_began(self, lines: list[Any]) -> None:
        await Talk(http_scope("POST", "/", [("content-length", "9")]), [GONE]).run(edge(Echo()))
        assert lines[0]["status"] == 499

    @pytest.mark.parametrize(
        "path", ["/health", "/health/live", "/health/ready", "/api/v1/health", "/api/v1/health/live"]
    )
    async def test_health_checks_are_debug(self, lines: list[Any], path: str) -> None:
        await ask(edge(Echo()), "GET", path)
        assert [line["log_level"] for line in lines] == ["debug"]

    @pytest.mark.parametrize("path", ["/healthy", "/health/other", "/x/health"])
    async def test_other_paths_are_not(self, lines: list[Any], path: str) -> None:
        await ask(edge(Echo()), "GET", path)
        assert [line["log_level"] for line in lines] == ["info"]

    async def test_a_refusal_is_a_line_and_no_error(self, lines: list[Any]) -> None:
        await ask(edge(Echo()), "GET", "/%00")
        assert [(line["log_level"], line["status"], line["path"]) for line in lines] == [("info", 400, "/%00")]

    async def test_a_long_path_is_cut(self, lines: list[Any]) -> None:
        answer = await ask(edge(Echo()), "GET", "/" + "x" * 100_000)
        assert len(lines[0]["path"]) == 512
        assert len(orjson.loads(answer.body)["path"]) == 1024
