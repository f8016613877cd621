"""The edge under the real uvicorn and the real daphne, asked over raw sockets as a careless or hostile client would."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from config.edge import under_daphne
from config.edge.body import LARGEST_BODY

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 15.0


@dataclass
class Served:
    server: str
    port: int
    log: Path

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def ask(self, *pieces: bytes) -> tuple[int, dict[str, str], bytes]:
        """Send the pieces on one connection and read one answer."""
        with self.connect() as connection:
            for piece in pieces:
                connection.sendall(piece)
            return read_answer(connection)

    def lines(self, request_id: str) -> list[dict[str, Any]]:
        return [line for line in self.all_lines() if line.get("request_id") == request_id]

    def all_lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]


def read_answer(connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
    stream = connection.makefile("rb")
    status = int(stream.readline().split()[1])
    headers: dict[str, str] = {}
    while line := stream.readline().strip():
        name, _, value = line.decode("latin-1").partition(": ")
        assert name.lower() != "x-request-id" or name.lower() not in headers
        headers[name.lower()] = value
    return status, headers, stream.read(int(headers.get("content-length", "0")))


def request(method: str, target: str, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "Host: hub.test", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def answers(served: Served) -> bool:
    try:
        served.connect().close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="module", params=["uvicorn", "daphne"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(request.param, tmp_path_factory.mktemp("served") / "stdout") as running:
        yield running


@contextmanager
def serving(server: str, log_path: Path, **policy: str) -> Iterator[Served]:
    served = Served(server, free_port(), log_path)
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"} | policy
    with served.log.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.config.served", served.server, str(served.port)],
            cwd=ROOT,
            env=environment,
            stdout=log,
        )
    try:
        wait_until(lambda: answers(served))
        yield served
    finally:
        process.terminate()
        process.wait(PATIENCE)


JSON = "Content-Type: application/json"


class TestDjangoBehindIt:
    def test_gets_the_body_and_the_request_id(self, served: Served) -> None:
        headers = (JSON, "X-Request-ID: good-1", "Content-Length: 2")
        status, answered, body = served.ask(request("POST", "/api/echo", *headers, body=b"{}"))
        assert (status, answered["x-request-id"]) == (200, "good-1")
        assert json.loads(body) == {"id": "good-1", "size": 2}

    def test_gets_a_chunked_body_whole(self, served: Served) -> None:
        head = request("POST", "/api/echo", JSON, "Transfer-Encoding: chunked")
        status, _, body = served.ask(head, b"5\r\n[1,2,\r\n", b"3\r\n 3]\r\n0\r\n\r\n")
        assert (status, json.loads(body)["size"]) == (200, 8)

    def test_names_tenant_and_person_in_the_access_line_from_its_threads(self, served: Served) -> None:
        served.ask(request("GET", "/api/echo?token=s3cret", "X-Request-ID: named-1"))
        wait_until(lambda: bool(served.lines("named-1")))
        (line,) = served.lines("named-1")
        assert (line["event"], line["level"], line["tenant"], line["person"]) == ("request", "info", "acme", "ada")
        assert (line["method"], line["path"], line["client"]) == ("GET", "/api/echo", "127.0.0.1")

    def test_a_wrong_method_keeps_its_allow(self, served: Served) -> None:
        status, headers, body = served.ask(request("DELETE", "/api/only-get"))
        assert (status, headers["allow"], json.loads(body)["code"]) == (405, "GET", "METHOD_NOT_ALLOWED")

    def test_a_missing_page_is_json_and_no_warning(self, served: Served) -> None:
        status, headers, body = served.ask(request("GET", "/nothing", "X-Request-ID: missing-1"))
        assert (status, headers["content-type"]) == (404, "application/json")
        assert json.loads(body)["requestId"] == "missing-1"
        wait_until(lambda: bool(served.lines("missing-1")))
        assert [line["level"] for line in served.lines("missing-1")] == ["info"]

    def test_a_broken_view_is_json_and_one_traceback_in_the_log(self, served: Served) -> None:
        status, _, body = served.ask(request("GET", "/api/broken", "X-Request-ID: broken-1"))
        assert (status, json.loads(body)["code"]) == (500, "INTERNAL_ERROR")
        assert b"hunter2" not in body
        wait_until(lambda: len(served.lines("broken-1")) == 2)
        error, access = served.lines("broken-1")
        assert (error["level"], error["tenant"]) == ("error", "acme")
        assert "RuntimeError" in error["exception"]
        assert access["status"] == 500

    def test_head_has_no_body_and_the_connection_goes_on(self, served: Served) -> None:
        with served.connect() as connection:
            connection.sendall(request("HEAD", "/nothing") + request("GET", "/api/only-get"))
            stream = connection.makefile("rb")
            assert b"404" in stream.readline()
            while stream.readline().strip():
                pass
            assert b"200" in stream.readline()


class TestOversizedBodies:
    def test_a_chunked_one_is_refused(self, served: Served) -> None:
        head = request("POST", "/api/echo", JSON, "Transfer-Encoding: chunked")
        chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
        status, _, body = served.ask(head, chunk * 40, b"0\r\n\r\n")
        assert (status, json.loads(body)["code"]) == (413, "PAYLOAD_TOO_LARGE")

    def test_ten_megabytes_sent_before_reading_still_get_the_answer(self, served: Served) -> None:
        size = 10 * 1024 * 1024
        head = request("POST", "/api/echo", JSON, f"Content-Length: {size}")
        status, headers, body = served.ask(head, b"x" * size)
        assert (status, headers["connection"]) == (413, "close")
        assert json.loads(body)["code"] == "PAYLOAD_TOO_LARGE"

    def test_a_very_large_chunked_one_is_refused(self, served: Served) -> None:
        head = request("POST", "/api/echo", JSON, "Transfer-Encoding: chunked")
        chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
        status, _, body = served.ask(head, *[chunk] * 12, b"0\r\n\r\n")
        assert (status, json.loads(body)["code"]) == (413, "PAYLOAD_TOO_LARGE")

    def test_one_at_the_limit_passes(self, served: Served) -> None:
        body = b'"' + b"x" * (1024 * 1024 - 2) + b'"'
        status, _, answer = served.ask(request("POST", "/api/echo", JSON, f"Content-Length: {len(body)}"), body)
        assert (status, json.loads(answer)["size"]) == (200, len(body))

    def test_ten_megabytes_announced_are_refused_before_they_come(self, served: Served) -> None:
        if served.server == "daphne":
            pytest.skip("daphne reads the whole body before any application is asked")
        status, headers, _ = served.ask(request("POST", "/api/echo", JSON, "Content-Length: 10485760"))
        assert (status, headers["connection"]) == (413, "close")

    def test_one_that_waits_for_continue_is_told_at_once(self, served: Served) -> None:
        if served.server == "daphne":
            pytest.skip("daphne sends 100 Continue before any application is asked")
        head = request("POST", "/api/echo", JSON, "Content-Length: 10485760", "Expect: 100-continue")
        assert served.ask(head)[0] == 413


class TestDaphneItself:
    def test_keeps_no_more_of_a_body_than_the_edge_needs_to_refuse_it(self) -> None:
        request = SimpleNamespace(content=io.BytesIO())
        for _ in range(5):
            under_daphne._keep_enough(request, b"x" * 500_000)
        assert len(request.content.getvalue()) == LARGEST_BODY + 1


class TestSlowAndBrokenClients:
    def test_a_stalled_body_is_answered_and_closed(self, served: Served) -> None:
        if served.server == "daphne":
            pytest.skip("daphne waits for the whole body itself, up to a minute")
        with served.connect() as connection:
            connection.sendall(request("POST", "/api/echo", JSON, "Content-Length: 100", body=b"{"))
            status, headers, body = read_answer(connection)
            assert (status, headers["connection"]) == (400, "close")
            assert json.loads(body)["details"][0]["code"] == "body_timeout"
            assert connection.recv(1) == b""

    def test_half_a_request_leaves_no_error_and_a_living_server(self, served: Served) -> None:
        with served.connect() as connection:
            connection.sendall(request("POST", "/api/echo", JSON, "X-Request-ID: half-1", "Content-Length: 100"))
            connection.sendall(b'{"title":')
            time.sleep(0.1)
        with served.connect() as connection:
            connection.sendall(b"POST /api/echo HT")
        assert served.ask(request("GET", "/api/only-get"))[0] == 200
        assert [line for line in served.lines("half-1") if line["level"] != "info"] == []

    def test_a_path_that_is_not_utf8_is_told_so(self, served: Served) -> None:
        status, headers, body = served.ask(request("GET", "/api/%ff%fe?q=1"))
        assert (status, headers["content-type"], json.loads(body)["path"]) == (400, "application/json", "/api/%ff%fe")

    @pytest.mark.parametrize("target", ["/api/\xff", "/api/a\0b", "/api/a b c"])
    def test_a_target_that_is_not_http_is_told_in_the_same_shape(self, served: Served, target: str) -> None:
        status, headers, body = served.ask(request("GET", target))
        assert status == 400
        if headers:
            assert headers["content-type"] == "application/json"
            assert json.loads(body)["requestId"] == headers["x-request-id"]
        else:
            # Twisted itself closes on a request line that it cannot split, with nothing but the status line.
            assert served.server == "daphne"

    def test_a_long_query_is_refused(self, served: Served) -> None:
        assert served.ask(request("GET", "/api/echo?q=" + "x" * 9000))[0] == 400

    def test_an_answer_that_breaks_off_is_closed_unfinished(self, served: Served) -> None:
        if served.server == "daphne":
            pytest.skip("daphne gives an application no way to close a connection")
        with served.connect() as connection:
            connection.sendall(request("GET", "/api/breaks-off"))
            received = b"".join(iter(lambda: connection.recv(4096), b""))
        assert b"200 OK" in received
        assert not received.endswith(b"0\r\n\r\n")


class TestTheLog:
    def test_is_json_on_every_line_with_a_time_and_a_level(self, served: Served) -> None:
        served.ask(request("GET", "/api/only-get"))
        for line in served.all_lines():
            assert {"event", "level", "logger", "timestamp"} <= set(line)
            assert line["timestamp"].endswith("Z")

    def test_holds_one_access_line_a_request(self, served: Served) -> None:
        served.ask(request("GET", "/api/only-get", "X-Request-ID: once-1"))
        wait_until(lambda: bool(served.lines("once-1")))
        assert len(served.lines("once-1")) == 1
