"""What reaches the application, and what is refused before it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from config.edge import body as edge_body
from config.edge import edge
from config.edge.body import LARGEST_BODY
from tests.config.talk import GONE, Echo, Talk, ask, chunks_of, http_scope, post

JSON = ("content-type", "application/json")
CHUNKED = ("transfer-encoding", "chunked")

pytestmark = pytest.mark.usefixtures("lines")


class TestRequestId:
    async def test_a_sane_one_is_kept(self) -> None:
        echo = Echo()
        answer = await ask(edge(echo), headers=[("X-Request-ID", "abc.DEF_1-2")])
        assert answer.all("x-request-id") == ["abc.DEF_1-2"]
        assert echo.scopes[0]["request_id"] == "abc.DEF_1-2"

    @pytest.mark.parametrize("given", ["", "a b", "x" * 65, "a\nb", "é", "../../etc", '"'])
    async def test_another_is_replaced_for_inner_code_too(self, given: str) -> None:
        echo = Echo()
        answer = await ask(edge(echo), headers=[("X-Request-ID", given)])
        (made,) = answer.all("x-request-id")
        assert made != given
        assert len(made) == 32
        assert [value for name, value in echo.scopes[0]["headers"] if name == b"x-request-id"] == [made.encode()]

    async def test_two_of_them_are_none(self) -> None:
        echo = Echo()
        answer = await ask(edge(echo), headers=[("X-Request-ID", "a"), ("X-Request-ID", "b")])
        assert answer.all("x-request-id") == [echo.scopes[0]["request_id"]]
        assert echo.scopes[0]["request_id"] not in ("a", "b")

    async def test_each_request_gets_its_own(self) -> None:
        app = edge(Echo())
        assert (await ask(app)).header("x-request-id") != (await ask(app)).header("x-request-id")

    async def test_the_servers_scope_is_left_as_it_was(self) -> None:
        talk = Talk(http_scope())
        await talk.run(edge(Echo()))
        assert "request_id" not in talk.scope
        assert talk.scope["headers"] == []


class TestBodyLimit:
    async def test_a_body_of_exactly_the_limit_passes_whole_in_one_message(self) -> None:
        echo = Echo()
        body = b'"' + b"x" * (LARGEST_BODY - 2) + b'"'
        assert (await post(edge(echo), body)).status == 200
        assert echo.bodies == [body]
        assert echo.messages == 1

    async def test_an_announced_length_over_it_is_refused_before_reading(self) -> None:
        echo = Echo()
        talk = Talk(http_scope("POST", "/api/v1/tickets", [JSON, ("content-length", "10485760"), ("expect", "100-c")]))
        answer = await talk.run(edge(echo))
        assert (answer.status, answer.json["code"]) == (413, "PAYLOAD_TOO_LARGE")
        assert answer.header("connection") == "close"
        assert (talk.received, echo.reached) == (0, False)

    async def test_a_chunked_body_is_counted(self) -> None:
        echo = Echo()
        talk = Talk(http_scope("POST", "/api/v1/tickets", [JSON, CHUNKED]), chunks_of(b"x" * (LARGEST_BODY + 1)))
        answer = await talk.run(edge(echo))
        assert (answer.status, answer.json["code"], echo.reached) == (413, "PAYLOAD_TOO_LARGE", False)

    async def test_a_length_that_lies_does_not_help(self) -> None:
        echo = Echo()
        scope = http_scope("POST", "/api/v1/tickets", [JSON, ("content-length", "5")])
        answer = await Talk(scope, chunks_of(b"x" * (LARGEST_BODY + 1))).run(edge(echo))
        assert (answer.status, echo.reached) == (413, False)

    @pytest.mark.parametrize("length", ["-1", "1_000", "five", "0x10", ""])
    async def test_a_length_that_is_no_number_is_refused(self, length: str) -> None:
        scope = http_scope("POST", "/api/v1/tickets", [JSON, ("content-length", length)])
        assert (await Talk(scope).run(edge(Echo()))).status == 400

    async def test_the_answer_is_whole_before_the_rest_is_drained(self) -> None:
        talk = Talk(http_scope("POST", "/api/v1/tickets", [CHUNKED]), chunks_of(b"x" * 3 * LARGEST_BODY))
        answer = await talk.run(edge(Echo()))
        assert talk.received == len(talk.incoming)
        assert int(answer.header("content-length") or 0) == len(answer.messages[1]["body"])
        assert answer.messages[-1] == {"type": "http.response.body", "body": b"", "more_body": False}

    async def test_a_body_that_was_read_to_its_end_leaves_the_connection_usable(self) -> None:
        scope = http_scope("POST", "/api/v1/tickets", [CHUNKED])
        answer = await Talk(scope, chunks_of(b"x" * (LARGEST_BODY + 1))).run(edge(Echo()))
        assert answer.header("connection") is None
        assert len(answer.messages) == 2

    async def test_the_drain_has_an_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(edge_body, "LARGEST_DRAIN", LARGEST_BODY)
        talk = Talk(http_scope("POST", "/api/v1/tickets", [CHUNKED]), chunks_of(b"x" * 9 * LARGEST_BODY))
        await talk.run(edge(Echo()))
        assert talk.received < len(talk.incoming) // 3

    async def test_a_client_that_neither_reads_nor_sends_is_left(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(edge_body, "SECONDS_OF_DRAIN", 0.01)
        scope = http_scope("POST", "/api/v1/tickets", [JSON, ("content-length", "10485760")])
        assert (await Talk(scope, []).run(edge(Echo()))).status == 413


class TestSlowBody:
    async def test_a_pause_between_chunks_ends_the_request(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(edge_body, "SECONDS_BETWEEN_CHUNKS", 0.02)
        monkeypatch.setattr(edge_body, "SECONDS_OF_DRAIN", 0.02)
        echo = Echo()
        scope = http_scope("POST", "/api/v1/tickets", [JSON, CHUNKED])
        answer = await Talk(scope, [{"type": "http.request", "body": b"{", "more_body": True}]).run(edge(echo))
        assert (answer.status, answer.json["code"]) == (400, "BAD_REQUEST")
        assert answer.json["details"][0]["code"] == "body_timeout"
        assert (answer.header("connection"), echo.reached) == ("close", False)

    async def test_many_short_pauses_end_it_too(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(edge_body, "SECONDS_FOR_A_BODY", 0.05)
        monkeypatch.setattr(edge_body, "SECONDS_OF_DRAIN", 0.01)
        answer: list[Any] = []

        async def trickle() -> Any:
            await asyncio.sleep(0.01)
            return {"type": "http.request", "body": b" ", "more_body": True}

        async def send(message: Any) -> None:
            answer.append(message)

        async with asyncio.timeout(5):
            await edge(Echo())(http_scope("POST", "/api/v1/tickets", [JSON, CHUNKED]), trickle, send)
        assert answer[0]["status"] == 400

    async def test_a_client_that_leaves_mid_body_is_no_error(self, lines: list[Any]) -> None:
        echo = Echo()
        talk = Talk(http_scope("POST", "/api/v1/tickets", [JSON, CHUNKED]), [chunks_of(b"{" * 99999)[0], GONE])
        answer = await talk.run(edge(echo))
        assert (answer.messages, echo.reached) == ([], False)
        assert [(line["event"], line["log_level"], line["status"]) for line in lines] == [("request", "info", 499)]


class TestMediaType:
    @pytest.mark.parametrize(
        "content_type",
        [
            "application/json",
            "Application/JSON; charset=UTF-8",
            'application/json;charset="utf-8"',
            "application/merge-patch+json",
            "application/vnd.hub.v1+json; profile=x",
        ],
    )
    async def test_json_passes(self, content_type: str) -> None:
        assert (await post(edge(Echo()), b"{}", content_type=content_type)).status == 200

    @pytest.mark.parametrize(
        "content_type",
        [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/jsonp",
            "application/json; charset=latin-1",
            "text/json",
            "json",
            " ",
            "application/json, text/plain",
        ],
    )
    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
    async def test_anything_else_does_not(self, method: str, content_type: str) -> None:
        echo = Echo()
        answer = await ask(edge(echo), method, "/api/v1/x", headers=[("content-type", content_type)], body=b"{}")
        assert (answer.status, answer.json["code"], echo.reached) == (415, "UNSUPPORTED_MEDIA_TYPE", False)

    async def test_a_body_without_a_type_does_not(self) -> None:
        assert (await ask(edge(Echo()), "POST", "/api/v1/x", body=b"{}")).status == 415

    async def test_two_types_do_not(self) -> None:
        assert (await ask(edge(Echo()), "POST", "/api/v1/x", headers=[JSON, JSON], body=b"{}")).status == 415

    async def test_a_percent_encoded_prefix_does_not_slip_past(self) -> None:
        assert (await ask(edge(Echo()), "POST", "/%61pi/v1/x", body=b"x=1")).status == 415

    async def test_an_empty_body_passes_with_any_type(self) -> None:
        assert (await ask(edge(Echo()), "POST", "/api/v1/x", headers=[("content-type", "text/plain")])).status == 200
        scope = http_scope("POST", "/api/v1/x", [CHUNKED, ("content-type", "text/plain")])
        assert (await Talk(scope).run(edge(Echo()))).status == 200

    async def test_elsewhere_a_form_passes(self) -> None:
        form = [("content-type", "application/x-www-form-urlencoded")]
        assert (await ask(edge(Echo()), "POST", "/dev/mail", headers=form, body=b"x=1")).status == 200

    async def test_a_content_encoding_does_not_pass(self) -> None:
        answer = await ask(edge(Echo()), "POST", "/api/v1/x", headers=[JSON, ("content-encoding", "gzip")], body=b"{}")
        assert (answer.status, answer.json["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")

    async def test_identity_is_no_encoding(self) -> None:
        headers = [JSON, ("content-encoding", "identity")]
        assert (await ask(edge(Echo()), "POST", "/api/v1/x", headers=headers, body=b"{}")).status == 200


class TestTarget:
    @pytest.mark.parametrize(
        ("target", "code"),
        [
            ("/api/v1/a%00b", "nul"),
            ("/api/v1/a\0b", "nul"),
            ("/api/v1?q=%00", "nul"),
            ("/api/v1?q=a\0", "nul"),
            ("/api/v1/%ff", "not_utf8"),
            ("/api/v1/%C3", "not_utf8"),
            ("/api/v1/%ED%A0%80", "not_utf8"),
            ("/api/v1/%C0%80", "not_utf8"),
            ("/api/v1/\xff", "not_utf8"),
            ("/api/v1?q=%ff", "not_utf8"),
            ("/api/v1?q=\xff", "not_utf8"),
            ("/api/v1?q=" + "x" * 8192, "query_too_long"),
            ("/api/v1/" + "x" * 8192, "path_too_long"),
        ],
    )
    async def test_a_bad_one_is_a_bad_request(self, target: str, code: str) -> None:
        echo = Echo()
        answer = await ask(edge(echo), "GET", target)
        assert (answer.status, answer.json["code"], echo.reached) == (400, "BAD_REQUEST", False)
        assert answer.json["details"][0]["code"] == code
        assert "\0" not in answer.json["path"]

    @pytest.mark.parametrize("target", ["/", "/api/v1/caf%C3%A9?q=%E2%82%AC%20", "/100%?q=5%", "/a?q=" + "x" * 8190])
    async def test_a_fine_one_passes(self, target: str) -> None:
        assert (await ask(edge(Echo()), "GET", target)).status == 200

    async def test_a_server_that_gives_no_raw_path_is_guarded_too(self) -> None:
        scope = http_scope("GET", "/a%00b")
        del scope["raw_path"]
        assert (await Talk(scope).run(edge(Echo()))).status == 400

    async def test_with_a_body_it_closes_the_connection(self) -> None:
        answer = await ask(edge(Echo()), "POST", "/api/v1/%00", headers=[JSON], body=b"{}")
        assert (answer.status, answer.header("connection")) == (400, "close")


class TestOtherScopes:
    async def test_a_websocket_passes_with_an_id_for_the_logs(self) -> None:
        seen: list[Any] = []

        async def socket(scope: Any, receive: Any, send: Any) -> None:
            from structlog.contextvars import get_contextvars

            seen.append((scope, get_contextvars(), receive, send))

        scope = {"type": "websocket", "path": "/ws", "headers": [(b"x-request-id", b"mine")]}
        await edge(socket)(scope, "receive", "send")
        assert seen == [({**scope, "request_id": "mine"}, {"request_id": "mine"}, "receive", "send")]

    async def test_lifespan_passes_as_it_is(self) -> None:
        seen: list[Any] = []

        async def app(scope: Any, receive: Any, send: Any) -> None:
            seen.append(scope)

        await edge(app)({"type": "lifespan"}, "receive", "send")
        assert seen == [{"type": "lifespan"}]
