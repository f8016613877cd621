"""A web process that is stopped or exchanged, as its clients see it."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.env import ROOT
from tests.e2e.stack import quiet_port
from tests.realtime.live import database_url, is_open

PATIENCE_S = 60.0
pytestmark = pytest.mark.slow


class Web:
    """`config.web` on a port of its own."""

    def __init__(self, **more: str) -> None:
        self.port = quiet_port()
        where = {"HOST": "127.0.0.1", "PORT": str(self.port), "DATABASE_URL": database_url()}
        environment = os.environ | {"HUB_ENV": "development", **where, **more}
        command = [sys.executable, "-m", "config.web"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
        until(self.is_live, "the web does not answer")

    def is_live(self) -> bool:
        assert self.process.poll() is None, "it ended"
        try:
            return is_open(self.port) and self.ask("/health/live")[0] == 200
        except OSError:
            return False

    def ask(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def members(self) -> list[int]:
        told = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in told.split()]

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def ended(self) -> int:
        return self.process.wait(PATIENCE_S)


@contextmanager
def web(**more: str) -> Iterator[Web]:
    made = Web(**more)
    try:
        yield made
    finally:
        if made.process.poll() is None:
            os.killpg(made.process.pid, signal.SIGKILL)
            made.process.wait()


def until(true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


HALF, REST = b'{"email": "nobody@example.com", ', b'"password": "wrong-password"}'


def half_a_request(port: int) -> socket.socket:
    """Its head and half of its body."""
    sock = socket.create_connection(("127.0.0.1", port), timeout=30)
    head = "POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    sock.sendall(f"{head}Content-Length: {len(HALF + REST)}\r\n\r\n".encode() + HALF)
    return sock


def whole_answer(sock: socket.socket) -> str:
    """Up to the end of the connection."""
    with sock:
        return b"".join(iter(lambda: sock.recv(65536), b"")).decode()


def test_a_request_under_way_is_answered(django_db_setup: None) -> None:
    with web() as one:
        sock = half_a_request(one.port)
        one.stop()
        until(lambda: not is_open(one.port), "the port stays open")
        sock.sendall(REST)
        answer = whole_answer(sock)
        assert answer.startswith("HTTP/1.1 401 "), answer
        assert "\r\nconnection: close\r\n" in answer
        one.ended()


def test_it_ends_although_somebody_never_finishes(django_db_setup: None) -> None:
    with web(HUB_STOP_SECONDS="1") as one, half_a_request(one.port):
        one.stop()
        one.ended()


def test_balancers_are_told_while_it_still_answers(django_db_setup: None) -> None:
    with web(HUB_DRAIN_SECONDS="4") as one:
        kept = http.client.HTTPConnection("127.0.0.1", one.port, timeout=20)
        kept.request("GET", "/health/live")
        assert kept.getresponse().read()
        assert one.ask("/health/ready")[0] == 200
        one.stop()
        until(lambda: one.ask("/health/ready")[0] == 503, "it stays ready")
        assert "this process is being stopped" in one.ask("/health/ready")[1]
        kept.request("GET", "/health/live")
        answer = kept.getresponse()
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        one.ended()


def test_who_is_waiting_at_the_closing_port_is_served(django_db_setup: None) -> None:
    """A stopped process accepts nobody; the kernel does. Woken with its end already asked for, it serves them first."""
    with web() as one:
        os.kill(one.process.pid, signal.SIGSTOP)
        waiting = [socket.create_connection(("127.0.0.1", one.port), timeout=30) for _ in range(20)]
        for sock in waiting:
            sock.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        one.stop()
        os.kill(one.process.pid, signal.SIGCONT)
        answers = [whole_answer(sock) for sock in waiting]
        assert all(answer.startswith("HTTP/1.1 200 ") for answer in answers)
        one.ended()


class TestFleet:
    def test_each_is_exchanged_and_nobody_is_refused(self, django_db_setup: None) -> None:
        with web(WEB_PROCESSES="2") as fleet:
            until(lambda: len(fleet.members()) == 2, "they are not two")
            before = fleet.members()
            fleet.process.send_signal(signal.SIGHUP)
            asked = 0

            def is_exchanged() -> bool:
                nonlocal asked
                assert fleet.ask("/health/ready")[0] == 200
                asked += 1
                return len(fleet.members()) == 2 and not set(fleet.members()) & set(before)

            until(is_exchanged, "they are not exchanged")
            assert asked > 10
            fleet.stop()
            assert fleet.ended() == 0
            assert not is_open(fleet.port)

    def test_who_dies_is_started_again_and_all_die_with_the_holder_of_the_port(self, django_db_setup: None) -> None:
        with web(WEB_PROCESSES="2") as fleet:
            until(lambda: len(fleet.members()) == 2, "they are not two")
            dead, left = fleet.members()
            os.kill(dead, signal.SIGKILL)
            until(lambda: len(fleet.members()) == 2 and dead not in fleet.members(), "it stays away")
            assert left in fleet.members()
            until(fleet.is_live, "it does not answer")
            members = fleet.members()
            fleet.process.kill()
            until(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() for pid in members), "they live on")

    def test_one_that_cannot_start_ends_all(self, django_db_setup: None) -> None:
        environment = os.environ | {"HUB_ENV": "production", "HUB_SECRET_KEY": "weak", "WEB_PROCESSES": "2"}
        done = subprocess.run(
            [sys.executable, "-m", "config.web"],
            check=False,
            cwd=ROOT,
            env=environment | {"PORT": str(quiet_port())},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        assert done.returncode == 1
        assert "HUB_SECRET_KEY is missing or weak" in done.stderr
